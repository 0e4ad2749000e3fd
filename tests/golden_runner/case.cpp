// Reading of metadata and arrays, and the comparisons with their tolerances.
#include "golden_runner/case.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>

namespace golden {

namespace {

std::string number(double value) {
  std::ostringstream text;
  text.precision(10);
  text << value;
  return text.str();
}

/// "[3, 0]" for element `index` of rows of `columns`.
std::string place(std::size_t index, std::int64_t columns) {
  const auto width = static_cast<std::size_t>(std::max<std::int64_t>(1, columns));
  return "[" + std::to_string(index / width) + ", " + std::to_string(index % width) + "]";
}

double largest(const std::vector<double>& values) {
  double magnitude = 0;
  for (const double value : values)
    if (std::isfinite(value)) magnitude = std::max(magnitude, std::abs(value));
  return magnitude;
}

}  // namespace

Case::Case(const scn::SafetensorsFile& file, bool double_precision)
    : file_(&file), double_precision_(double_precision) {}

std::string Case::text(const std::string& key, const std::string& fallback) const {
  const auto found = file_->metadata().find(key);
  return found == file_->metadata().end() ? fallback : found->second;
}

std::vector<std::int64_t> Case::integers(const std::string& key, std::vector<std::int64_t> fallback) const {
  if (!file_->metadata().contains(key)) return fallback;
  std::istringstream stream(text(key, ""));
  std::vector<std::int64_t> values;
  for (std::int64_t value = 0; stream >> value;) values.push_back(value);
  scn::require<scn::FormatError>(stream.eof() && !values.empty(), file_->name(), ": ", key, ": expected integers, got ",
                                 text(key, ""));
  return values;
}

std::int64_t Case::integer(const std::string& key, std::int64_t fallback) const {
  return integers(key, {fallback}).front();
}

double Case::real(const std::string& key, double fallback) const {
  if (!file_->metadata().contains(key)) return fallback;
  const std::string written = text(key, "");
  char* end = nullptr;
  const double value = std::strtod(written.c_str(), &end);
  scn::require<scn::FormatError>(end != written.c_str(), file_->name(), ": ", key, ": expected a number, got ",
                                 written);
  return value;
}

std::vector<double> Case::reals(const std::string& array) {
  used_.insert(array);
  return file_->real_values<double>(array);
}

double Case::magnitude(const std::string& array) const {
  return has(array) ? largest(file_->real_values<double>(array)) : 0;
}

double Case::gradient_magnitude() const {
  double most = 0;
  for (const scn::TensorEntry& entry : file_->tensors())
    if (entry.name.starts_with("grad_")) most = std::max(most, magnitude(entry.name));
  return most;
}

std::vector<std::int64_t> Case::whole_numbers(const std::string& array) {
  used_.insert(array);
  const auto widened = [](const auto& values) { return std::vector<std::int64_t>(values.begin(), values.end()); };
  switch (file_->tensor(array).type) {
    case scn::ElementType::i32:
      return widened(file_->values<std::int32_t>(array));
    case scn::ElementType::u8:
      return widened(file_->values<std::uint8_t>(array));
    default:
      return file_->values<std::int64_t>(array);
  }
}

std::vector<Coordinates> Case::coordinates(const std::string& array, std::int64_t dimension) {
  const std::vector<std::int64_t> flat = whole_numbers(array);
  const std::int64_t columns = shape(array).size() == 2 ? shape(array)[1] : 0;
  scn::require<scn::FormatError>(columns == dimension || columns == dimension + 1, file_->name(), ": ", array,
                                 ": expected rows of ", dimension, " or ", dimension + 1, " coordinates");
  std::vector<Coordinates> rows(static_cast<std::size_t>(shape(array)[0]));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(row) * columns;
    rows[row].assign(begin, begin + columns);
    rows[row].resize(static_cast<std::size_t>(dimension + 1));
  }
  return rows;
}

double Case::allowed(Kind kind, bool double_precision) const {
  const bool composed = is_network() || has("losses");
  if (double_precision) return composed ? 1e-7 : 1e-9;
  if (!composed || kind == Kind::output) return 1e-5;
  return kind == Kind::loss ? 1e-4 : 1e-3;
}

void Case::compare(const std::string& array, const std::vector<double>& ours, Kind kind, double scale,
                   double loosening) {
  const std::string exact = "f64/" + array;
  const std::int64_t columns = shape(array).size() == 2 ? shape(array)[1] : 1;
  const double share = tolerance(kind) * loosening;
  if (has(exact)) {
    const std::vector<double> expected = reals(exact);
    compare_values(exact, expected, ours, share * std::max(scale, largest(expected)), columns);
  }
  // The single-precision array is the reference's own: it may stray from the exact one by as much as the file says.
  const std::vector<double> expected = reals(array);
  const double magnitude = std::max(scale, largest(expected)), noted = real("err_" + array, -1);
  const double limit = noted >= 0 ? share * magnitude + 1.01 * noted  // it is rounded to three digits
                                  : std::max(share, allowed(kind, false)) * magnitude;
  compare_values(array, expected, ours, limit, columns);
}

void Case::compare_mended(const std::string& array, const std::vector<double>& expected,
                          const std::vector<double>& ours, Kind kind, double scale, double loosening) {
  for (const std::string& name : {"f64/" + array, array})
    if (has(name)) check(reals(name).size() == expected.size(), array + ": its shape does not fit the case");
  const std::int64_t columns = shape(array).size() == 2 ? shape(array)[1] : 1;
  compare_values(array + " by the mended rule", expected, ours,
                 tolerance(kind) * loosening * std::max(scale, largest(expected)), columns);
}

void Case::compare_values(const std::string& array, const std::vector<double>& expected,
                          const std::vector<double>& ours, double limit, std::int64_t columns) {
  ++comparisons_;
  if (expected.size() != ours.size()) {
    failures_.push_back(
        scn::message(array, ": expected ", expected.size(), " numbers, the library gives ", ours.size()));
    return;
  }
  std::size_t worst = 0, outside = 0;
  double largest_difference = -1;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    double difference = std::abs(ours[i] - expected[i]);
    if (std::isnan(difference)) difference = std::numeric_limits<double>::infinity();  // NaN fits nothing
    if (difference > limit) ++outside;
    if (difference > largest_difference) {
      largest_difference = difference;
      worst = i;
    }
  }
  if (outside > 0)
    failures_.push_back(array + place(worst, columns) + ": expected " + number(expected[worst]) + ", got " +
                        number(ours[worst]) + ", off by " + number(largest_difference) + " where " + number(limit) +
                        " is allowed (" + std::to_string(outside) + " of " + std::to_string(ours.size()) +
                        " elements)");
}

void Case::compare_integers(const std::string& array, const std::vector<std::int64_t>& ours) {
  const auto text = [](const std::vector<std::int64_t>& values) {
    std::string all;
    for (const std::int64_t value : values) all += " " + std::to_string(value);
    return all;
  };
  const std::vector<std::int64_t> expected = whole_numbers(array);
  check(expected == ours, array + ": expected" + text(expected) + ", got" + text(ours));
}

void Case::compare_counts(const scn::Counts& ours) {
  counted_ = true;
  const auto compare = [&](const std::string& key, std::int64_t count) {
    const std::int64_t expected = integer(key, count);
    check(count == expected, scn::message(key, ": expected ", expected, ", got ", count));
  };
  compare("multiply_adds", ours.multiply_adds);
  compare("hidden_states", ours.hidden_states);
}

void Case::check(bool ok, const std::string& message) {
  ++comparisons_;
  if (!ok) failures_.push_back(message);
}

std::vector<std::string> Case::verdict() const {
  std::vector<std::string> all = failures_;
  for (const scn::TensorEntry& entry : file_->tensors())
    if (!used_.contains(entry.name)) all.push_back(entry.name + ": nothing was compared with this array");
  for (const std::string key : {"multiply_adds", "hidden_states"})
    if (!counted_ && !text(key, "").empty()) all.push_back(key + ": nothing was compared with this counter");
  if (comparisons_ == 0) all.push_back("nothing was compared");
  return all;
}

}  // namespace golden

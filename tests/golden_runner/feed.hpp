// The tensor that a case starts from, and the parameters it gives to a network.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/network.hpp"
#include "golden_runner/sites.hpp"

namespace golden {

/// The input of a case: row r of `source` is the file's row of the matched sites.
template <int D, class Dev>
struct Feed {
  scn::SparseTensor<D, Dev> x;
  scn::Variable<Dev> source;
  RowMatch match;
  std::vector<Coordinates> coordinates;  ///< of the rows in the file
  bool clipped = false;                  ///< sites lie outside the stored extent, so x has none
};

template <class Dev>
scn::Variable<Dev> variable_of(Dev& device, const std::vector<double>& values, std::int64_t rows,
                               std::int64_t channels) {
  return scn::Variable<Dev>(scn::Matrix<Dev>::from_host(device, rows, channels, std::span<const double>(values)), true);
}

template <class Dev, class T>
std::vector<double> widened(const scn::Matrix<Dev, T>& matrix) {
  const std::vector<T> values = matrix.to_host();
  return {values.begin(), values.end()};
}

template <class Dev, class T>
std::vector<double> gradient_of(const scn::Variable<Dev, T>& variable) {
  if (variable.has_gradient()) return widened(variable.gradient());
  return std::vector<double>(static_cast<std::size_t>(variable.rows().bound * variable.channels()));
}

/// The stored extent, or none if a site lies outside it.
template <int D>
std::optional<scn::Point<D>> extent_for(Case& stored, const std::string& array, const std::vector<Coordinates>& rows) {
  if (!stored.has(array)) return std::nullopt;
  const std::vector<std::int64_t> size = stored.whole_numbers(array);
  for (const Coordinates& row : rows)
    if (!inside(row, size)) return std::nullopt;
  return point_of<D>(size);
}

inline scn::Duplicates duplicates_of(std::int64_t mode) {
  using enum scn::Duplicates;
  scn::require<scn::FormatError>(mode >= 0 && mode <= 4, "mode: expected 0 to 4, got ", mode);
  const scn::Duplicates modes[] = {reject, first, last, sum, mean};
  return modes[mode];
}

/// Rows of in_coords, or of in_features without coordinates (one site each, in one dimension).
template <int D>
std::vector<Coordinates> input_coordinates(Case& stored) {
  if (stored.has("in_coords")) return stored.coordinates("in_coords", D);
  std::vector<Coordinates> rows(static_cast<std::size_t>(stored.shape("in_features").at(0)));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    rows[row].resize(D + 1);
    rows[row][0] = static_cast<std::int64_t>(row);
  }
  return rows;
}

/// The input as the case has it, with gradients down to its rows. For the layers that lead back to a finer scale
/// (fine_coords) that scale is made first, and the features go onto the sites that `window` reaches from it.
template <int D, class Dev>
Feed<D, Dev> feed(Case& stored, Dev& device, const scn::Window<D>& window, scn::Duplicates duplicates,
                  scn::Tape* tape) {
  Feed<D, Dev> result;
  result.coordinates = input_coordinates<D>(stored);
  const std::vector<double> features = stored.reals("in_features");
  const std::int64_t channels = stored.shape("in_features").at(1), samples = stored.integer("batch_size", 0);
  const auto rows = std::ssize(result.coordinates);
  scn::require<scn::FormatError>(stored.shape("in_features").at(0) == rows, "in_features has ",
                                 stored.shape("in_features").at(0), " rows, in_coords ", rows);
  if (stored.has("fine_coords")) {
    const std::vector<Coordinates> fine = stored.coordinates("fine_coords", D);
    const auto extent = extent_for<D>(stored, "fine_spatial_size", fine);
    result.clipped = !extent;
    const std::vector<float> nothing(fine.size());
    const auto sites = sites_of<D>(fine);
    const auto start = scn::InputLayer<D, Dev>(device, extent, scn::Duplicates::reject)(
        std::span<const scn::Site<D>>(sites), nothing, {.samples = samples, .channels = 1});
    const auto level = start.rulebook->strided(start.sites, window);
    const std::vector<std::int64_t> size = stored.whole_numbers("spatial_size");
    if (extent) stored.compare_integers("spatial_size", numbers_of(*level.sites->extent()));
    result.match = match_rows(stored, "in_coords", result.coordinates, coordinates_of(*level.sites, device),
                              result.clipped ? &size : nullptr);
    result.source = variable_of(device, result.match.from_file(features, channels), level.sites->count(), channels);
    result.x = {result.source, level.sites, start.rulebook};
    return result;
  }
  const auto extent = extent_for<D>(stored, "spatial_size", result.coordinates);
  result.clipped = stored.has("spatial_size") && !extent;
  for (std::int64_t row = 0; row < rows; ++row) result.match.ours.push_back(row);
  result.match.stored = result.match.ours;
  result.source = variable_of(device, features, rows, channels);
  const auto sites = sites_of<D>(result.coordinates);
  result.x = scn::InputLayer<D, Dev>(device, extent, duplicates)(std::span<const scn::Site<D>>(sites), result.source,
                                                                 {.samples = samples, .channels = channels}, tape);
  return result;
}

/// Parameters under the names and in the layout of files.
template <class Dev>
class StoredParameters {
 public:
  using T = typename Dev::Accumulator;

  StoredParameters(std::vector<scn::Parameter<Dev>> parameters, std::set<std::string> transposed)
      : parameters_(std::move(parameters)), transposed_(std::move(transposed)) {}

  const std::vector<scn::Parameter<Dev>>& all() const { return parameters_; }

  /// Sets every parameter from the array `prefix` + its name, which has to be there and of its shape.
  void load(Case& stored, const std::string& prefix) {
    for (const scn::Parameter<Dev>& parameter : parameters_) {
      const std::string name = prefix + parameter.name;
      std::vector<std::int64_t> shape = parameter.shape;
      if (transposed_.contains(parameter.name)) std::reverse(shape.begin(), shape.end());
      scn::require<scn::FormatError>(stored.has(name), "the file has no array ", name, " for the library's parameter");
      scn::require<scn::FormatError>(stored.shape(name) == shape, name,
                                     ": the shape in the file is not that of the library's parameter");
      const auto& variable = parameter.variable;
      const std::vector<double> values = flipped(parameter.name, shape, stored.reals(name));
      variable.value() = scn::Matrix<Dev, T>::from_host(variable.device(), variable.rows().bound, variable.channels(),
                                                        std::span<const double>(values));
    }
  }

  std::vector<double> value(const scn::Parameter<Dev>& parameter) const {
    return flipped(parameter.name, parameter.shape, widened(parameter.variable.value()));
  }
  std::vector<double> gradient(const scn::Parameter<Dev>& parameter) const {
    return flipped(parameter.name, parameter.shape, gradient_of(parameter.variable));
  }

 private:
  /// The transpose of a matrix of `shape` where files have it the other way round, else the values as they are.
  std::vector<double> flipped(const std::string& name, const std::vector<std::int64_t>& shape,
                              std::vector<double> values) const {
    if (!transposed_.contains(name)) return values;
    const auto rows = static_cast<std::size_t>(shape.at(0)), columns = static_cast<std::size_t>(shape.at(1));
    std::vector<double> result(values.size());
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        result[column * rows + row] = values[row * columns + column];
    return result;
  }

  std::vector<scn::Parameter<Dev>> parameters_;
  std::set<std::string> transposed_;
};

}  // namespace golden

// Comparisons that say where two results differ and by how much; an empty answer means that they agree.
#pragma once

#include <cmath>
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include "oracle_sites.hpp"

/// Use: `REQUIRE(oracle::difference(expected, actual, {.relative = 1e-9}) == "")`. Features are compared as sets of
/// sites first. Exact without a tolerance; NaN agrees with NaN alone.
namespace oracle {

/// Values agree if |actual - expected| <= absolute + relative * |expected| + of_largest * (largest |expected|).
struct Tolerance {
  double absolute = 0, relative = 0, of_largest = 0;
};

inline double largest_magnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values)
    if (std::abs(value) > largest) largest = std::abs(value);
  return largest;
}

inline bool agrees(double expected, double actual, const Tolerance& tolerance, double largest) {
  if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) && std::isnan(actual);
  if (expected == actual) return true;
  return std::abs(actual - expected) <=
         tolerance.absolute + tolerance.relative * std::abs(expected) + tolerance.of_largest * largest;
}

/// "" or the worst place, with both values and how many places differ.
inline std::string difference(const std::vector<double>& expected, const std::vector<double>& actual,
                              const Tolerance& tolerance = {}) {
  std::ostringstream answer;
  answer.precision(17);
  if (expected.size() != actual.size()) {
    answer << "expected " << expected.size() << " values, got " << actual.size();
    return answer.str();
  }
  const double largest = largest_magnitude(expected);
  std::size_t count = 0, worst = 0;
  for (std::size_t place = 0; place < expected.size(); ++place) {
    if (agrees(expected[place], actual[place], tolerance, largest)) continue;
    if (count++ == 0 || !(std::abs(actual[place] - expected[place]) <= std::abs(actual[worst] - expected[worst])))
      worst = place;
  }
  if (count == 0) return "";
  answer << "value " << worst << ": expected " << expected[worst] << ", got " << actual[worst] << " (off by "
         << std::abs(actual[worst] - expected[worst]) << "); " << count << " of " << expected.size() << " differ";
  return answer.str();
}

inline std::string difference(double expected, double actual, const Tolerance& tolerance = {}) {
  return difference(std::vector<double>{expected}, std::vector<double>{actual}, tolerance);
}

/// "" or the first site that is missing, extra, or has other values.
inline std::string difference(const Features& expected, const Features& actual, const Tolerance& tolerance = {}) {
  std::vector<double> expected_values, actual_values;
  std::vector<Site> site_of_value;
  for (const auto& [site, channels] : expected) {
    const auto found = actual.find(site);
    if (found == actual.end()) return "missing " + text(site);
    if (found->second.size() != channels.size())
      return text(site) + ": expected " + std::to_string(channels.size()) + " channels, got " +
             std::to_string(found->second.size());
    expected_values.insert(expected_values.end(), channels.begin(), channels.end());
    actual_values.insert(actual_values.end(), found->second.begin(), found->second.end());
    site_of_value.insert(site_of_value.end(), channels.size(), site);
  }
  for (const auto& [site, channels] : actual)
    if (expected.count(site) == 0) return "extra " + text(site);
  const std::string answer = difference(expected_values, actual_values, tolerance);
  if (answer.empty()) return answer;
  const std::size_t worst = std::stoul(answer.substr(answer.find(' ')));
  return "at " + text(site_of_value[worst]) + " " + answer;
}

inline std::string difference(const Rows& expected, const Rows& actual, const Tolerance& tolerance = {}) {
  if (expected.size() != actual.size())
    return "expected " + std::to_string(expected.size()) + " rows, got " + std::to_string(actual.size());
  for (std::size_t row = 0; row < expected.size(); ++row)
    if (expected[row].size() != actual[row].size())
      return "row " + std::to_string(row) + ": expected " + std::to_string(expected[row].size()) + " channels, got " +
             std::to_string(actual[row].size());
  return difference(flat(expected), flat(actual), tolerance);
}

}  // namespace oracle

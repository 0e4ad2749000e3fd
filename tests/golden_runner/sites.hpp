// Matching of rows through their coordinates, between a stored case and the library.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/case.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace golden {

template <int D>
Coordinates coordinates_of(const scn::Site<D>& site) {
  Coordinates coordinates;
  for (int axis = 0; axis < D; ++axis) coordinates.push_back(site.at[axis]);
  coordinates.push_back(site.sample);
  return coordinates;
}

template <int D, class Dev>
std::vector<Coordinates> coordinates_of(const scn::Sites<D, Dev>& sites, Dev& device) {
  std::vector<Coordinates> rows;
  for (const scn::Site<D>& site : sites.to_host(device)) rows.push_back(coordinates_of(site));
  return rows;
}

template <int D>
std::vector<scn::Site<D>> sites_of(const std::vector<Coordinates>& rows) {
  std::vector<scn::Site<D>> sites(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t axis = 0; axis < D; ++axis) {
      scn::require(scn::fits_int32(rows[row][axis]), "coordinate ", rows[row][axis], " passes int32");
      sites[row].at[static_cast<int>(axis)] = static_cast<std::int32_t>(rows[row][axis]);
    }
    sites[row].sample = static_cast<std::int32_t>(rows[row][D]);
  }
  return sites;
}

template <int D>
scn::Point<D> point_of(const std::vector<std::int64_t>& numbers) {
  scn::require<scn::FormatError>(numbers.size() == D, "expected ", D, " sizes, got ", numbers.size());
  scn::Point<D> point;
  for (int axis = 0; axis < D; ++axis) point[axis] = static_cast<std::int32_t>(numbers[static_cast<std::size_t>(axis)]);
  return point;
}

template <int D>
std::vector<std::int64_t> numbers_of(const scn::Point<D>& point) {
  std::vector<std::int64_t> numbers;
  for (int axis = 0; axis < D; ++axis) numbers.push_back(point[axis]);
  return numbers;
}

std::string to_string(const Coordinates& coordinates);

/// Whether all but the sample lie in [0, size).
bool inside(const Coordinates& coordinates, const std::vector<std::int64_t>& size);

/// For each row of the file the row of the library, and back (-1: the file has no such site).
struct RowMatch {
  std::vector<std::int64_t> ours, stored;

  /// The library's rows brought into the order of the file.
  std::vector<double> to_file(const std::vector<double>& rows, std::int64_t channels) const;
  /// The file's rows in the order of the library, zeros where the file has none.
  std::vector<double> from_file(const std::vector<double>& rows, std::int64_t channels) const;
};

/// Every site has to occur once on both sides; only sites of the library that lie outside `clip` may be missing in the
/// file, if there is a `clip`. What does not fit is noted in the case under `name`.
RowMatch match_rows(Case& stored, const std::string& name, const std::vector<Coordinates>& file,
                    const std::vector<Coordinates>& ours, const std::vector<std::int64_t>* clip);

/// (tap, input site, output site).
using SiteRule = std::pair<std::int64_t, std::pair<Coordinates, Coordinates>>;

/// The stored rules, by the sites of the rows that they join.
std::vector<SiteRule> stored_rules(Case& stored, const std::vector<Coordinates>& in,
                                   const std::vector<Coordinates>& out);

/// Compares rules as sets.
void compare_rules(Case& stored, std::vector<SiteRule> expected, std::vector<SiteRule> ours);

}  // namespace golden

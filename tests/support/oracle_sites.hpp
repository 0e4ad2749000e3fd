// Sites of any dimension for the oracles: identity, Z-order by literally interleaved bits, features by site.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// Oracles: naive answers in double to compare the library with. They include none of its headers and prefer the
/// plainest statement of a rule to speed. Everything is looked up by site, so row orders play no part, except where a
/// test asks for the order itself:
///
///   const auto order = oracle::in_row_order(points);                      // the rows a library tensor must have
///   const auto x = oracle::features_of(order, oracle::rows_of(flat, 3));  // site -> three channels
///   auto there = oracle::as<scn::Site<2>>(order[0]);  auto back = oracle::site_of(there, 2);
namespace oracle {

using Coordinates = std::vector<std::int32_t>;
using Channels = std::vector<double>;
using Rows = std::vector<Channels>;

/// A sample index and a point; the dimension is the number of coordinates.
struct Site {
  std::int32_t sample = 0;
  Coordinates at;

  friend bool operator==(const Site& a, const Site& b) { return a.sample == b.sample && a.at == b.at; }
  /// Only for containers: sample, then coordinates as in a dictionary. The library's order is z_order_less.
  friend bool operator<(const Site& a, const Site& b) {
    return a.sample != b.sample ? a.sample < b.sample : a.at < b.at;
  }
};

using SiteSet = std::set<Site>;
using Features = std::map<Site, Channels>;

/// "(sample: a, b, c)", for messages.
inline std::string text(const Site& site) {
  std::string result = "(" + std::to_string(site.sample) + ":";
  for (std::size_t axis = 0; axis < site.at.size(); ++axis)
    result += (axis == 0 ? " " : ", ") + std::to_string(site.at[axis]);
  return result + ")";
}

/// Copies a foreign site with members `sample` and `at[axis]`.
template <class Foreign>
Site site_of(const Foreign& foreign, int dimension) {
  Site site{foreign.sample, {}};
  for (int axis = 0; axis < dimension; ++axis) site.at.push_back(foreign.at[axis]);
  return site;
}

/// The way back; Foreign is default-constructible and has at least as many axes.
template <class Foreign>
Foreign as(const Site& site) {
  Foreign foreign{};
  foreign.sample = site.sample;
  for (int axis = 0; axis < static_cast<int>(site.at.size()); ++axis)
    foreign.at[axis] = site.at[static_cast<std::size_t>(axis)];
  return foreign;
}

/// The Morton code as a string of '0' and '1': coordinates biased by 2^31, highest bit first, axis 0 first in a bit.
inline std::string interleaved_bits(const Coordinates& at) {
  std::string bits;
  for (int bit = 31; bit >= 0; --bit)
    for (const std::int64_t coordinate : at) {
      const std::int64_t biased = coordinate + (std::int64_t{1} << 31);
      bits += (biased >> bit) % 2 == 1 ? '1' : '0';
    }
  return bits;
}

/// Row order of the library: sample first, then Morton code.
inline bool z_order_less(const Site& a, const Site& b) {
  if (a.sample != b.sample) return a.sample < b.sample;
  return interleaved_bits(a.at) < interleaved_bits(b.at);
}

/// The distinct sites of any range of sites in row order; each code is formed once.
template <class Range>
std::vector<Site> in_row_order(const Range& sites) {
  std::map<std::pair<std::int32_t, std::string>, Site> ordered;
  for (const Site& site : sites) ordered[{site.sample, interleaved_bits(site.at)}] = site;
  std::vector<Site> result;
  for (const auto& [code, site] : ordered) result.push_back(site);
  return result;
}

template <class Range>
SiteSet set_of(const Range& sites) {
  return SiteSet(sites.begin(), sites.end());
}

inline SiteSet sites_of(const Features& features) {
  SiteSet sites;
  for (const auto& [site, channels] : features) sites.insert(site);
  return sites;
}

/// Cuts row-major values into rows; with no channels there are no rows.
template <class Range>
Rows rows_of(const Range& values, std::size_t channels) {
  Rows rows;
  std::size_t position = 0;
  for (const auto value : values) {
    if (position++ % channels == 0) rows.emplace_back();
    rows.back().push_back(static_cast<double>(value));
  }
  if (position != rows.size() * channels) throw std::invalid_argument("rows_of: the last row is incomplete");
  return rows;
}

inline std::vector<double> flat(const Rows& rows) {
  std::vector<double> values;
  for (const Channels& row : rows) values.insert(values.end(), row.begin(), row.end());
  return values;
}

/// Row r belongs to sites[r]; throws if the counts differ or a site occurs twice.
inline Features features_of(const std::vector<Site>& sites, const Rows& rows) {
  if (sites.size() != rows.size()) throw std::invalid_argument("features_of: sites and rows differ in number");
  Features features;
  for (std::size_t row = 0; row < sites.size(); ++row)
    if (!features.emplace(sites[row], rows[row]).second)
      throw std::invalid_argument("features_of: " + text(sites[row]) + " occurs twice");
  return features;
}

/// The features' rows in the order of `sites`, all of which must be there.
inline Rows rows_at(const Features& features, const std::vector<Site>& sites) {
  Rows rows;
  for (const Site& site : sites) rows.push_back(features.at(site));
  return rows;
}

/// Zero for every site.
template <class Range>
Features zeros(const Range& sites, std::size_t channels) {
  Features features;
  for (const Site& site : sites) features.emplace(site, Channels(channels, 0.0));
  return features;
}

}  // namespace oracle

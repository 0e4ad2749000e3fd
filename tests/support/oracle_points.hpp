// Oracle of the input and output layers: points with repeated sites in, one row a site, and back to the points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <vector>

#include "oracle_sites.hpp"

/// Use: `input_forward(points, rows, Duplicates::mean)` are the features of the sites, `row_of_each_point(points)` the
/// library's row numbers, `output_forward(points, features, Duplicates::mean)` the rows of the points again. A
/// backward function takes the gradient of the forward result and returns that of the argument.
namespace oracle {

/// What becomes of several points at one site.
enum class Duplicates { reject, first, last, sum, mean };

/// The points of each site, ascending.
inline std::map<Site, std::vector<std::size_t>> points_by_site(const std::vector<Site>& points) {
  std::map<Site, std::vector<std::size_t>> result;
  for (std::size_t point = 0; point < points.size(); ++point) result[points[point]].push_back(point);
  return result;
}

/// The row, in row order, that each point goes to.
inline std::vector<std::int64_t> row_of_each_point(const std::vector<Site>& points) {
  const auto sites = points_by_site(points);
  std::vector<std::int64_t> rows(points.size());
  std::int64_t row = 0;
  for (const Site& site : in_row_order(points)) {
    for (const std::size_t point : sites.at(site)) rows[point] = row;
    ++row;
  }
  return rows;
}

/// The share of each point in its site's row: 1 or 0 for first and last, 1 for sum, 1/count for mean.
/// Throws std::invalid_argument if the rule is reject and a site occurs twice.
inline std::vector<double> shares(const std::vector<Site>& points, Duplicates rule) {
  std::vector<double> share(points.size(), 0.0);
  for (const auto& [site, here] : points_by_site(points)) {
    if (rule == Duplicates::reject && here.size() > 1) throw std::invalid_argument("two points at " + text(site));
    for (const std::size_t point : here) {
      if (rule == Duplicates::reject || rule == Duplicates::sum) share[point] = 1;
      if (rule == Duplicates::first && point == here.front()) share[point] = 1;
      if (rule == Duplicates::last && point == here.back()) share[point] = 1;
      if (rule == Duplicates::mean) share[point] = 1.0 / static_cast<double>(here.size());
    }
  }
  return share;
}

inline void require_rows(const std::vector<Site>& points, const Rows& rows) {
  if (points.size() != rows.size()) throw std::invalid_argument("points and rows differ in number");
}

/// One row a site: a kept point's row, or the sum or mean over the points there.
inline Features input_forward(const std::vector<Site>& points, const Rows& rows, Duplicates rule) {
  require_rows(points, rows);
  const std::vector<double> share = shares(points, rule);
  Features features;
  for (std::size_t point = 0; point < points.size(); ++point) {
    Channels& sum = features[points[point]];
    sum.resize(rows[point].size());
    for (std::size_t channel = 0; channel < sum.size(); ++channel)
      if (share[point] != 0) sum[channel] += share[point] * rows[point][channel];
  }
  return features;
}

/// The gradient of the points' rows: the site's gradient times the share.
inline Rows input_backward(const std::vector<Site>& points, const Features& dfeatures, Duplicates rule) {
  const std::vector<double> share = shares(points, rule);
  Rows drows;
  for (std::size_t point = 0; point < points.size(); ++point) {
    drows.push_back(dfeatures.at(points[point]));
    for (double& value : drows.back()) value *= share[point];
  }
  return drows;
}

/// Every point gets its site's row undivided; under first and last the discarded points get zeros.
inline Rows output_forward(const std::vector<Site>& points, const Features& features, Duplicates rule) {
  const std::vector<double> share = shares(points, rule);
  Rows rows;
  for (std::size_t point = 0; point < points.size(); ++point) {
    const Channels& row = features.at(points[point]);
    rows.push_back(share[point] != 0 ? row : Channels(row.size(), 0.0));
  }
  return rows;
}

/// The plain sum over the points of a site that output_forward served, also for mean.
inline Features output_backward(const std::vector<Site>& points, const Rows& drows, Duplicates rule) {
  require_rows(points, drows);
  const std::vector<double> share = shares(points, rule);
  Features dfeatures;
  for (std::size_t point = 0; point < points.size(); ++point) {
    Channels& sum = dfeatures[points[point]];
    sum.resize(drows[point].size());
    for (std::size_t channel = 0; channel < sum.size(); ++channel)
      if (share[point] != 0) sum[channel] += drows[point][channel];
  }
  return dfeatures;
}

}  // namespace oracle

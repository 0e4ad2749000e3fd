// Between the oracles' sites, windows and numbers and those of the library.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "oracle_maps.hpp"
#include "support/tested_device.hpp"

/// Use: `library::make_sites<3>(device, sites)` makes the library's sites of an oracle's, `library::sites_of(there)`
/// lists them in the order of their rows, `library::pairs(rules)` lists pairs as oracle::numbered() does.
namespace library {

/// f(std::integral_constant<int, D>) for every D in [1, last].
template <int last, class F>
void for_each_dimension(const F& f) {
  [&]<int... before>(std::integer_sequence<int, before...>) { (f(std::integral_constant<int, before + 1>{}), ...); }
  (std::make_integer_sequence<int, last>{});
}

/// A point whose axes take turns with the numbers given.
template <int D>
scn::Point<D> cycle(std::initializer_list<std::int32_t> numbers) {
  scn::Point<D> point;
  for (int axis = 0; axis < D; ++axis) point[axis] = numbers.begin()[static_cast<std::size_t>(axis) % numbers.size()];
  return point;
}

template <int D>
oracle::Axes axes(const scn::Point<D>& point) {
  oracle::Axes result;
  for (int axis = 0; axis < D; ++axis) result.push_back(point[axis]);
  return result;
}

template <int D>
oracle::Axes axes(const std::optional<scn::Point<D>>& point) {
  return point ? axes(*point) : oracle::Axes{};
}

template <int D>
oracle::Window window(const scn::Window<D>& window) {
  oracle::Window result{axes(window.size), axes(window.stride), axes(window.dilation), axes(window.pad)};
  for (const scn::Point<D>& position : window.positions) result.positions.push_back(axes(position));
  if (window.randomised())
    for (const auto& starts : window.starts) result.starts.emplace_back(starts.begin(), starts.end());
  return result;
}

template <int D>
std::vector<scn::Site<D>> points(const std::vector<oracle::Site>& sites) {
  std::vector<scn::Site<D>> result;
  for (const oracle::Site& site : sites) result.push_back(oracle::as<scn::Site<D>>(site));
  return result;
}

template <int D, class Dev>
scn::InputSites<D, Dev> make_input(Dev& device, const std::vector<scn::Site<D>>& points,
                                   std::optional<scn::Point<D>> extent = {}, std::int64_t samples = 0,
                                   scn::Duplicates duplicates = scn::Duplicates::sum) {
  const scn::Buffer<scn::Site<D>, Dev> buffer(device, std::span<const scn::Site<D>>(points));
  return make_sites<D>(device, buffer, extent, samples, duplicates);
}

template <int D, class Dev, class Range>
std::shared_ptr<const scn::Sites<D, Dev>> make_sites(Dev& device, const Range& sites,
                                                     std::optional<scn::Point<D>> extent = {}) {
  return make_input<D>(device, points<D>({sites.begin(), sites.end()}), extent).sites;
}

template <int D>
std::vector<oracle::Site> sites_of(const std::vector<scn::Site<D>>& sites) {
  std::vector<oracle::Site> result;
  for (const scn::Site<D>& site : sites) result.push_back(oracle::site_of(site, D));
  return result;
}

/// In the order of their rows.
template <int D, class Dev>
std::vector<oracle::Site> sites_of(const scn::Sites<D, Dev>& sites) {
  return sites_of<D>(tested::to_host(sites));
}

template <class Rules>
std::vector<oracle::NumberedPair> pairs(const Rules& rules) {
  std::vector<oracle::NumberedPair> result;
  for (const scn::Rule& rule : rules.pairs()) result.push_back({rule.tap, rule.in, rule.out});
  return result;
}

/// What the oracle says that pairs() of the map between two sets of sites must be.
template <int D, class T>
std::vector<oracle::NumberedPair> expected_pairs(const scn::Sites<D, scn::CpuDevice<T>>& in,
                                                 const scn::Sites<D, scn::CpuDevice<T>>& out,
                                                 const scn::Window<D>& of) {
  const auto in_rows = sites_of(in), out_rows = sites_of(out);
  return oracle::numbered(oracle::pairs_between(oracle::set_of(in_rows), oracle::set_of(out_rows), window(of)), in_rows,
                          out_rows);
}

}  // namespace library

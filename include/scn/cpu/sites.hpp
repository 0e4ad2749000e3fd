// Sites on the CPU: made from points, and selected from other sites.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/cpu/device.hpp"
#include "scn/cpu/site_index.hpp"
#include "scn/geometry/order.hpp"
#include "scn/geometry/sites.hpp"

namespace scn {

namespace cpu {

template <int D>
std::string to_text(const Site<D>& site) {
  return message("site ", to_string(site.at), " of sample ", site.sample);
}

template <int D>
bool lies_in(const Point<D>& point, const Point<D>& extent) {
  bool inside = true;
  for (int axis = 0; axis < D; ++axis) inside = inside && point[axis] >= 0 && point[axis] < extent[axis];
  return inside;
}

inline void require_rows(std::int64_t count) {
  require<LimitExceeded>(count < std::numeric_limits<std::int32_t>::max(),
                         "a level holds at most 2147483646 sites, got ", count);
}

/// Sites in row order with their index.
template <int D, class T>
Sites<D, CpuDevice<T>> finish_sites(CpuDevice<T>& device, Buffer<Site<D>, CpuDevice<T>> sorted,
                                    std::optional<Point<D>> extent, std::int64_t samples) {
  SiteIndex<D> index(device.pool, device.threads, sorted.data(), sorted.size());
  return {std::move(sorted), extent, samples, std::move(index)};
}

}  // namespace cpu

/// Validates, orders and de-duplicates input sites. O(count log count). Throws InvalidArgument for a negative sample, a
/// site outside the extent, or two points at one site under Duplicates::reject.
template <int D, class T>
InputSites<D, CpuDevice<T>> make_sites(CpuDevice<T>& device, const Buffer<Site<D>, CpuDevice<T>>& points,
                                       std::optional<Point<D>> extent, std::int64_t samples, Duplicates duplicates) {
  const Site<D>* site = points.data();
  const std::int64_t count = points.size();
  cpu::require_rows(count);
  require(samples >= 0, "the number of samples must not be negative, got ", samples);
  for (std::int64_t i = 0; i < count; ++i) {
    require(site[i].sample >= 0, "point ", i, " has the negative sample index ", site[i].sample);
    samples = std::max(samples, std::int64_t{site[i].sample} + 1);
    if (extent && !cpu::lies_in(site[i].at, *extent))
      throw InvalidArgument(
          message("point ", i, ": ", cpu::to_text(site[i]), " lies outside the extent ", to_string(*extent)));
  }
  const std::vector<std::int32_t> order = z_order(site, count);
  std::vector<Site<D>> sorted;
  std::vector<std::int64_t> first;
  std::vector<std::int32_t> row_of_point(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Site<D>& here = site[order[i]];
    if (sorted.empty() || sorted.back() != here) {
      sorted.push_back(here);
      first.push_back(static_cast<std::int64_t>(i));
    } else {
      if (duplicates == Duplicates::reject)
        throw InvalidArgument(message("points ", order[static_cast<std::size_t>(first.back())], " and ", order[i],
                                      " are both at ", cpu::to_text(here), ", and duplicates are rejected"));
    }
    row_of_point[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(sorted.size()) - 1;
  }
  first.push_back(count);
  using Dev = CpuDevice<T>;
  auto map = std::make_shared<PointMap<Dev>>();
  map->duplicates = duplicates;
  map->row_of_point = Buffer<std::int32_t, Dev>(device, std::span<const std::int32_t>(row_of_point));
  map->points = Buffer<std::int32_t, Dev>(device, std::span<const std::int32_t>(order));
  map->first = Buffer<std::int64_t, Dev>(device, std::span<const std::int64_t>(first));
  auto sites = std::make_shared<const Sites<D, Dev>>(
      cpu::finish_sites<D>(device, Buffer<Site<D>, Dev>(device, std::span<const Site<D>>(sorted)), extent, samples));
  return {std::move(sites), std::move(map)};
}

/// The sites whose byte in `keep` (one a row) is not 0, with the same extent and samples. O(sites).
template <int D, class T>
Sites<D, CpuDevice<T>> select(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& sites,
                              const Buffer<std::uint8_t, CpuDevice<T>>& keep) {
  std::int64_t count = 0;
  for (std::int64_t row = 0; row < sites.rows().bound; ++row) count += keep.data()[row] != 0;
  Buffer<Site<D>, CpuDevice<T>> kept(device, count);
  Site<D>* to = kept.data();
  for (std::int64_t row = 0; row < sites.rows().bound; ++row)
    if (keep.data()[row] != 0) *to++ = sites.data()[row];
  return cpu::finish_sites<D>(device, std::move(kept), sites.extent(), sites.samples());
}

}  // namespace scn

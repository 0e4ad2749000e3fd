// Sites on the CPU: made from points, and selected from other sites.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/site_index.hpp"
#include "scn/cpu/site_order.hpp"
#include "scn/geometry/sites.hpp"

namespace scn {

namespace cpu {

template <int D>
bool lies_in(const Point<D>& point, const Point<D>& extent) {
  bool inside = true;
  for (int axis = 0; axis < D; ++axis) inside = inside && point[axis] >= 0 && point[axis] < extent[axis];
  return inside;
}

/// Sites in row order with their index.
template <int D, class T>
Sites<D, CpuDevice<T>> finish_sites(CpuDevice<T>& device, Buffer<Site<D>, CpuDevice<T>> sorted,
                                    std::optional<Point<D>> extent, std::int64_t samples) {
  SiteIndex<D> index(device.pool, device.threads, sorted.data(), sorted.size());
  return {std::move(sorted), extent, samples, std::move(index)};
}

/// One more than the largest sample. Throws InvalidArgument for the first point with a negative sample or outside the
/// extent.
template <int D, class T>
std::int64_t checked_samples(CpuDevice<T>& device, const Site<D>* sites, std::int64_t count,
                             const std::optional<Point<D>>& extent) {
  std::array<std::int64_t, 64> samples{}, refused;
  refused.fill(count);
  parallel_shares(device.threads, count, [&](std::int64_t share, std::int64_t begin, std::int64_t end) {
    const auto part = static_cast<std::size_t>(share);
    for (std::int64_t i = begin; i < end && refused[part] == count; ++i) {
      if (sites[i].sample < 0 || (extent && !lies_in(sites[i].at, *extent))) refused[part] = i;
      samples[part] = std::max(samples[part], std::int64_t{sites[i].sample} + 1);
    }
  });
  const std::int64_t first = *std::min_element(refused.begin(), refused.end());
  if (first < count) {
    require(sites[first].sample >= 0, "point ", first, " has the negative sample index ", sites[first].sample);
    throw InvalidArgument(
        message("point ", first, ": ", to_text(sites[first]), " lies outside the extent ", to_string(*extent)));
  }
  return *std::max_element(samples.begin(), samples.end());
}

/// Names the first two points at one site.
template <int D>
[[noreturn]] void throw_duplicate(const Site<D>* sites, const HostVector<std::int32_t>& order) {
  const auto twice = std::adjacent_find(order.begin(), order.end(),
                                        [&](std::int32_t a, std::int32_t b) { return sites[a] == sites[b]; });
  throw InvalidArgument(message("points ", twice[0], " and ", twice[1], " are both at ", to_text(sites[*twice]),
                                ", and duplicates are rejected"));
}

}  // namespace cpu

/// Validates, orders and de-duplicates input sites. O(count bits), where bits are those that differ within the set.
/// Throws InvalidArgument for a negative sample, a site outside the extent, or two points at one site under
/// Duplicates::reject.
template <int D, class T>
InputSites<D, CpuDevice<T>> make_sites(CpuDevice<T>& device, const Buffer<Site<D>, CpuDevice<T>>& points,
                                       std::optional<Point<D>> extent, std::int64_t samples, Duplicates duplicates) {
  using Dev = CpuDevice<T>;
  const Site<D>* const site = points.data();
  const std::int64_t count = points.size();
  require_rows(count);
  require(samples >= 0, "the number of samples must not be negative, got ", samples);
  samples = std::max(samples, cpu::checked_samples(device, site, count, extent));
  const auto order = cpu::z_order(device.pool, device.threads, site, count);
  HostVector<std::int64_t> row(65, PoolAllocator<std::int64_t>(device.pool));  // that each share begins with
  cpu::parallel_shares(device.threads, count, [&](std::int64_t part, std::int64_t begin, std::int64_t end) {
    row[static_cast<std::size_t>(part + 1)] =
        std::accumulate(order.begins.begin() + begin, order.begins.begin() + end, std::int64_t{0});
  });
  std::partial_sum(row.begin(), row.end(), row.begin());
  if (duplicates == Duplicates::reject && row.back() < count) cpu::throw_duplicate(site, order.points);
  Buffer<Site<D>, Dev> sorted(device, row.back());
  auto map = make_handle<PointMap<Dev>>(device);
  map->duplicates = duplicates;
  map->row_of_point = Buffer<std::int32_t, Dev>(device, count);
  map->points = Buffer<std::int32_t, Dev>(device, std::span<const std::int32_t>(order.points));
  map->first = Buffer<std::int64_t, Dev>(device, row.back() + 1);
  std::int64_t* const first = map->first.data();
  cpu::parallel_shares(device.threads, count, [&](std::int64_t part, std::int64_t begin, std::int64_t end) {
    std::int64_t here = row[static_cast<std::size_t>(part)] - 1;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int32_t point = order.points[static_cast<std::size_t>(i)];
      if (order.begins[static_cast<std::size_t>(i)] != 0) {
        sorted.data()[++here] = site[point];
        first[here] = i;
      }
      map->row_of_point.data()[point] = static_cast<std::int32_t>(here);
    }
  });
  first[row.back()] = count;
  auto sites =
      make_handle<const Sites<D, Dev>>(device, cpu::finish_sites<D>(device, std::move(sorted), extent, samples));
  return {std::move(sites), std::move(map)};
}

/// Of the first points alone, as many as `rows` says.
template <int D, class T>
InputSites<D, CpuDevice<T>> make_sites(CpuDevice<T>& device, const Buffer<Site<D>, CpuDevice<T>>& points, Rows rows,
                                       std::optional<Point<D>> extent, std::int64_t samples, Duplicates duplicates) {
  const std::int64_t count = rows.exact == nullptr ? rows.bound : *rows.exact;
  require(count <= points.size(), "there is room for ", points.size(), " points, and there are ", count);
  const std::span<const Site<D>> given(points.data(), static_cast<std::size_t>(count));
  return make_sites<D>(device, Buffer<Site<D>, CpuDevice<T>>(device, given), extent, samples, duplicates);
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

// Sites on the GPU: made from points, and selected from other sites.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "scn/cuda/distinct.cuh"
#include "scn/cuda/region.cuh"

namespace scn {

namespace gpu {

/// Points of the caller, without those that cannot be sites.
template <int D>
struct GivenPoints {
  const Site<D>* points;
  Region<D> region;
  std::int64_t samples;  ///< samples are below this
  __device__ bool operator()(std::int64_t i, Site<D>& site) const {
    site = load_site(points, i);
    return !refuses(site);
  }
  __device__ bool refuses(const Site<D>& site) const {
    return site.sample < 0 || site.sample >= samples || !region.holds(site.at);
  }
};

/// The sites whose byte is not 0.
template <int D>
struct KeptSites {
  const Site<D>* sites;
  const std::uint8_t* keep;
  __device__ bool operator()(std::int64_t i, Site<D>& site) const {
    site = load_site(sites, i);
    return keep[i] != 0;
  }
};

/// Where points went: the lists of a PointMap, whose rows from `room` on are cut off. Where there may be fewer rows
/// than there is room for, those behind the last one have points too, so that nobody who reads them looks outside.
template <class Order>
__global__ void map_points(Order order, const std::int32_t* rows_so_far, Rows given, std::int64_t room,
                           std::int32_t* row_of_point, std::int32_t* points, std::int64_t points_room,
                           std::int64_t* first) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x, count = given.bound;
  const std::int64_t distinct = count > 0 ? rows_so_far[count - 1] : 0;
  const std::int64_t existing = distinct > 0 ? std::min(exact_rows(given), count) : 0;
  if (i >= distinct && i <= room) first[i] = existing + (i > distinct ? 1 : 0);
  if (i >= count) {
    if (i < points_room) points[i] = 0;
    return;
  }
  const auto point = static_cast<std::int32_t>(order[i]);
  const std::int32_t rows = rows_so_far[i];
  points[i] = point;
  row_of_point[point] = i < existing && rows <= room ? rows - 1 : -1;
  if (rows != (i > 0 ? rows_so_far[i - 1] : 0) && rows <= room + 1) first[rows - 1] = i;
}

/// What the host would have complained about, had it waited. One thread.
template <int D>
__global__ void report_points(const Census<D>* census, Rows given, std::int64_t samples, bool reject, Status* status) {
  const std::int64_t count = std::min(exact_rows(given), given.bound), distinct = census->distinct;
  if (census->refused != 0)
    status->set(Fault::point, 0, static_cast<std::uint32_t>(~census->refused), samples);
  else if (reject && distinct < count)
    status->set(Fault::duplicates, 0, count - distinct, count);
}

/// Element i of device memory; waits.
template <class Element, class T>
Element element(CudaDevice<T>& device, const Element* data, std::int64_t i) {
  Element value;
  download(device, &value, data + i, sizeof(Element));
  return value;
}

/// Says what is wrong with point i.
template <int D>
[[noreturn]] void refuse_point(std::int64_t i, const Site<D>& site, const std::optional<Point<D>>& extent) {
  require(site.sample >= 0, "point ", i, " has the negative sample index ", site.sample);
  throw InvalidArgument(
      message("point ", i, ": ", to_text(site), " lies outside the extent ", to_string(extent.value())));
}

/// Names the first two points, in row order, that are at one site.
template <int D, class T>
[[noreturn]] void refuse_duplicates(CudaDevice<T>& device, const Buffer<Site<D>, CudaDevice<T>>& points,
                                    const Arranged<D, T>& arranged, const PointMap<CudaDevice<T>>& map) {
  const auto rows = arranged.rows_so_far.to_host(device);
  const auto second = std::adjacent_find(rows.begin(), rows.end()) - rows.begin() + 1;
  const auto number = [&](std::int64_t i) { return element(device, map.points.data(), i); };
  throw InvalidArgument(message("points ", number(second - 1), " and ", number(second), " are both at ",
                                to_text(element(device, points.data(), number(second))),
                                ", and duplicates are rejected"));
}

}  // namespace gpu

/// Validates, orders and de-duplicates the first `rows` of the points, on the GPU. O(count); waits once, twice where
/// codes take more than 39 bits, and before that for the number of points if the device alone knows it. Throws
/// InvalidArgument for a negative sample, a site outside the extent, or two points at one site under
/// Duplicates::reject.
///
/// Where the device has Limits it does not wait: the same complaints come from the next call that does, and so does one
/// about samples from max(samples, 1) on, since nobody learns how many there are. Without an extent, coordinates may
/// vary in as many bits as fit into a word with the number of a point, 46 bits for 100,000 points.
template <int D, class T>
InputSites<D, CudaDevice<T>> make_sites(CudaDevice<T>& device, const Buffer<Site<D>, CudaDevice<T>>& points, Rows rows,
                                        std::optional<Point<D>> extent, std::int64_t samples, Duplicates duplicates) {
  using Dev = CudaDevice<T>;
  const std::int64_t count = rows.bound;
  require_rows(count);
  require(count <= points.size(), "there is room for ", points.size(), " points, and there are up to ", count);
  require(samples >= 0, "the number of samples must not be negative, got ", samples);
  if (rows.exact != nullptr && !device.limits)
    return make_sites<D>(device, points, Rows{gpu::element(device, rows.exact, 0)}, extent, samples, duplicates);
  constexpr std::int64_t any = std::int64_t{1} << 31;
  gpu::LevelProperties<D> properties{extent, device.limits ? std::max<std::int64_t>(samples, 1) : samples};
  const gpu::Candidates<gpu::GivenPoints<D>> source{
      {points.data(), gpu::Region<D>(extent), device.limits ? properties.samples : any}, rows};
  const int bits =
      device.limits ? gpu::bounded_code_bits<D>(properties, count) : gpu::likely_code_bits(extent, samples);
  auto arranged = gpu::arrange<D>(device, source, count, false, bits);
  if (!device.limits) {
    gpu::learn(device, source, arranged);
    if (arranged.census.refused != 0) {
      const std::int64_t i = static_cast<std::uint32_t>(~arranged.census.refused);
      gpu::refuse_point(i, gpu::element(device, points.data(), i), extent);
    }
    properties.samples = std::max(samples, std::int64_t{arranged.census.samples});
  } else if (count > 0) {
    gpu::launch(device, {.blocks = 1, .threads = 1}, gpu::report_points<D>, arranged.device_census.data(), rows,
                properties.samples, duplicates == Duplicates::reject, device.queue->status());
  }
  auto sites = device.limits ? gpu::bounded_sites(device, arranged, properties, count)
                             : gpu::finish_sites(device, arranged, properties);
  const std::int64_t room = sites.rows().bound, points_room = count + (sites.rows().exact == nullptr ? 0 : 2);
  auto map = std::make_shared<PointMap<Dev>>();
  map->duplicates = duplicates;
  map->row_of_point = Buffer<std::int32_t, Dev>(device, count);
  map->points = Buffer<std::int32_t, Dev>(device, points_room);
  map->first = Buffer<std::int64_t, Dev>(device, room + 1);
  gpu::launch(device, {.blocks = gpu::blocks_of(std::max(points_room, room + 1), 256), .threads = 256},
              gpu::map_points<gpu::SortedNumbers::View>, arranged.numbers(), arranged.rows_so_far.data(), rows, room,
              map->row_of_point.data(), map->points.data(), points_room, map->first.data());
  if (duplicates == Duplicates::reject && !device.limits && arranged.census.distinct < count)
    gpu::refuse_duplicates(device, points, arranged, *map);
  return {std::make_shared<const Sites<D, Dev>>(std::move(sites)), std::move(map)};
}

/// Of all points.
template <int D, class T>
InputSites<D, CudaDevice<T>> make_sites(CudaDevice<T>& device, const Buffer<Site<D>, CudaDevice<T>>& points,
                                        std::optional<Point<D>> extent, std::int64_t samples, Duplicates duplicates) {
  return make_sites<D>(device, points, Rows{points.size()}, extent, samples, duplicates);
}

/// The sites whose byte in `keep` (one a row) is not 0, with the same extent and samples. O(sites); waits once, unless
/// the device has Limits.
template <int D, class T>
Sites<D, CudaDevice<T>> select(CudaDevice<T>& device, const Sites<D, CudaDevice<T>>& sites,
                               const Buffer<std::uint8_t, CudaDevice<T>>& keep) {
  const gpu::Candidates<gpu::KeptSites<D>> source{{sites.data(), keep.data()}, sites.rows()};
  return gpu::collect_sites<D>(device, source, true, {sites.extent(), sites.samples(), sites.level()});
}

}  // namespace scn

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

namespace cuda {

/// Points of the caller, of which some may be no sites.
template <int D>
struct GivenPoints {
  const Site<D>* points;
  Region<D> region;
  __device__ bool operator()(std::int64_t i, Site<D>& site) const {
    site = load_site(points, i);
    return true;
  }
  __device__ bool refuses(const Site<D>& site) const { return site.sample < 0 || !region.holds(site.at); }
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

/// Where points went: the lists of a PointMap.
template <class Order>
__global__ void map_points(Order order, const std::int32_t* rows_so_far, std::int64_t count, std::int32_t* row_of_point,
                           std::int32_t* points, std::int64_t* first) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= count) return;
  const auto point = static_cast<std::int32_t>(order[i]);
  const std::int32_t rows = rows_so_far[i];
  points[i] = point;
  row_of_point[point] = rows - 1;
  if (rows != (i > 0 ? rows_so_far[i - 1] : 0)) first[rows - 1] = i;
  if (i == count - 1) first[rows] = count;
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

}  // namespace cuda

/// Validates, orders and de-duplicates input sites, on the GPU. O(count); waits once, twice where codes take more than
/// 39 bits. Throws InvalidArgument for a negative sample, a site outside the extent, or two points at one site under
/// Duplicates::reject.
template <int D, class T>
InputSites<D, CudaDevice<T>> make_sites(CudaDevice<T>& device, const Buffer<Site<D>, CudaDevice<T>>& points,
                                        std::optional<Point<D>> extent, std::int64_t samples, Duplicates duplicates) {
  using Dev = CudaDevice<T>;
  const std::int64_t count = points.size();
  require_rows(count);
  require(samples >= 0, "the number of samples must not be negative, got ", samples);
  const cuda::GivenPoints<D> source{points.data(), cuda::Region<D>(extent)};
  const auto arranged = cuda::arrange<D>(device, source, count, false, cuda::likely_code_bits(extent, samples));
  if (arranged.census.refused != 0) {
    const std::int64_t i = static_cast<std::uint32_t>(~arranged.census.refused);
    cuda::refuse_point(i, cuda::element(device, points.data(), i), extent);
  }
  auto map = std::make_shared<PointMap<Dev>>();
  map->duplicates = duplicates;
  map->row_of_point = Buffer<std::int32_t, Dev>(device, count);
  map->points = Buffer<std::int32_t, Dev>(device, count);
  map->first = Buffer<std::int64_t, Dev>(device, arranged.census.distinct + std::int64_t{1});
  if (count == 0) fill_zero(device, map->first.data(), sizeof(std::int64_t));
  cuda::launch(device, {.blocks = cuda::blocks_of(count, 256), .threads = 256},
               cuda::map_points<cuda::SortedNumbers::View>, arranged.numbers(), arranged.rows_so_far.data(), count,
               map->row_of_point.data(), map->points.data(), map->first.data());
  if (duplicates == Duplicates::reject && arranged.census.distinct < count)
    cuda::refuse_duplicates(device, points, arranged, *map);
  samples = std::max(samples, std::int64_t{arranged.census.samples});
  auto sites = std::make_shared<const Sites<D, Dev>>(cuda::finish_sites(device, arranged, extent, samples));
  return {std::move(sites), std::move(map)};
}

/// The sites whose byte in `keep` (one a row) is not 0, with the same extent and samples. O(sites); waits once.
template <int D, class T>
Sites<D, CudaDevice<T>> select(CudaDevice<T>& device, const Sites<D, CudaDevice<T>>& sites,
                               const Buffer<std::uint8_t, CudaDevice<T>>& keep) {
  return cuda::collect_sites<D>(device, cuda::KeptSites<D>{sites.data(), keep.data()}, sites.rows().bound, true,
                                sites.extent(), sites.samples());
}

}  // namespace scn

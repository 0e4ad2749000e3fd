// Each site of a source once, in row order: the steps that every set of sites on the GPU is made by.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "scn/cuda/order.cuh"
#include "scn/cuda/site_index.cuh"
#include "scn/geometry/sites.hpp"

namespace scn::cuda {

/// The sites of a list, all of them.
template <int D>
struct ListedSites {
  const Site<D>* sites;
  __device__ bool operator()(std::int64_t i, Site<D>& site) const {
    site = load_site(sites, i);
    return true;
  }
};

/// A source from its candidate `begin` on.
template <class Source>
struct SourceFrom {
  Source source;
  std::int64_t begin;
  template <int D>
  __device__ bool operator()(std::int64_t i, Site<D>& site) const {
    return source(begin + i, site);
  }
};

/// Candidates in their order, those that are the first at their site marked and counted.
template <int D, class Source>
__global__ void mark_distinct(Source source, SortedNumbers::View order, std::int64_t count, Site<D>* sites,
                              std::int32_t* marks, Census<D>* census) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  Site<D> site, before;
  const bool exists = i < count && source(order[i], site);
  bool existed = __shfl_up_sync(~0u, exists, 1) != 0;
  before.sample = __shfl_up_sync(~0u, site.sample, 1);
#pragma unroll
  for (int axis = 0; axis < D; ++axis) before.at[axis] = __shfl_up_sync(~0u, site.at[axis], 1);
  if (threadIdx.x % 32 == 0) existed = i > 0 && i < count && source(order[i - 1], before);
  const bool first = exists && !(existed && before == site);
  const bool first_of_block = first && !(existed && ZBlock<D>::of(before) == ZBlock<D>::of(site));
  if (i < count) {
    sites[i] = site;
    marks[i] = first ? 1 : 0;
  }
  const int distinct = __syncthreads_count(first), blocks = __syncthreads_count(first_of_block);
  if (threadIdx.x == 0 && distinct > 0) atomicAdd(&census->distinct, static_cast<unsigned>(distinct));
  if (threadIdx.x == 0 && blocks > 0) atomicAdd(&census->blocks, static_cast<unsigned>(blocks));
}

/// Candidates in row order and which row each belongs to, as far as the device needs it to go on.
template <int D, class T>
struct Arranged {
  std::int64_t count = 0;
  Census<D> census{};                               ///< on the host
  Buffer<Site<D>, CudaDevice<T>> sites;             ///< of each candidate
  Buffer<std::int32_t, CudaDevice<T>> rows_so_far;  ///< distinct sites up to each candidate, itself included
  std::optional<SortedNumbers> order;               ///< none: candidates came in row order

  SortedNumbers::View numbers() const { return order ? order->view() : SortedNumbers::View{}; }
};

/// Code bits to begin with: five rounds of sorting, or fewer where an extent tells.
template <int D>
int likely_code_bits(const std::optional<Point<D>>& extent, std::int64_t samples) {
  constexpr int most = 39;
  if (!extent) return most;
  int bits = samples > 0 ? std::bit_width(static_cast<std::uint64_t>(samples - 1)) : 8;
  for (int axis = 0; axis < D; ++axis)
    bits += std::bit_width(static_cast<std::uint32_t>(std::max((*extent)[axis] - 1, 0)));
  return std::min(bits, most);
}

/// Puts candidates into row order and marks distinct sites. One wait, two where `code_bits` turn out too few.
/// `in_order`: candidates come in row order, those that are left out anywhere between.
template <int D, class T, class Source>
Arranged<D, T> arrange(CudaDevice<T>& device, const Source& source, std::int64_t count, bool in_order, int code_bits) {
  using Dev = CudaDevice<T>;
  Arranged<D, T> result;
  result.count = count;
  if (count == 0) return result;
  Buffer<Census<D>, Dev> census(device, 1);
  result.sites = Buffer<Site<D>, Dev>(device, count);
  result.rows_so_far = Buffer<std::int32_t, Dev>(device, count);
  fill_zero(device, census.data(), sizeof(Census<D>));
  if (!in_order) {
    launch(device, filling_grid(count), take_census<D, Source>, source, count, census.data());
    result.order.emplace(SortedNumbers(device, source, count, census.data(), code_bits));
  }
  const auto mark = [&] {
    launch(device, {.blocks = blocks_of(count, 256), .threads = 256}, mark_distinct<D, Source>, source,
           result.numbers(), count, result.sites.data(), result.rows_so_far.data(), census.data());
    running_sum(device, result.rows_so_far.data(), result.rows_so_far.data(), count);
    download(device, &result.census, census.data(), sizeof(Census<D>));
  };
  mark();
  if (in_order || result.census.bits() <= result.order->code_bits()) return result;
  result.order = SortedNumbers::by_words(device, source, count, census.data(), result.census.bits());
  fill_zero(device, &census.data()->distinct, 2 * sizeof(std::uint32_t));
  mark();
  return result;
}

template <int D>
__global__ void keep_first(const Site<D>* sites, const std::int32_t* rows_so_far, std::int64_t count,
                           Site<D>* distinct) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= count) return;
  const std::int32_t rows = rows_so_far[i];
  if (rows != (i > 0 ? rows_so_far[i - 1] : 0)) distinct[rows - 1] = load_site(sites, i);
}

/// The distinct sites alone. Does not wait.
template <int D, class T>
Buffer<Site<D>, CudaDevice<T>> distinct_sites(CudaDevice<T>& device, const Arranged<D, T>& arranged) {
  require_rows(arranged.census.distinct);
  Buffer<Site<D>, CudaDevice<T>> sites(device, arranged.census.distinct);
  launch(device, {.blocks = blocks_of(arranged.count, 256), .threads = 256}, keep_first<D>, arranged.sites.data(),
         arranged.rows_so_far.data(), arranged.count, sites.data());
  return sites;
}

/// Sites with their index. Does not wait.
template <int D, class T>
Sites<D, CudaDevice<T>> finish_sites(CudaDevice<T>& device, const Arranged<D, T>& arranged,
                                     std::optional<Point<D>> extent, std::int64_t samples) {
  Buffer<Site<D>, CudaDevice<T>> sites = distinct_sites(device, arranged);
  SiteIndex<D> index(device, std::as_const(sites).data(), sites.size(), arranged.census.blocks);
  return {std::move(sites), extent, samples, std::move(index)};
}

/// The distinct sites of a source of any length, 2^26 candidates at a time. Waits, once for up to 2^26.
template <int D, class T, class Source>
Sites<D, CudaDevice<T>> collect_sites(CudaDevice<T>& device, const Source& source, std::int64_t count, bool in_order,
                                      std::optional<Point<D>> extent, std::int64_t samples) {
  constexpr std::int64_t most = std::int64_t{1} << 26, bytes = sizeof(Site<D>);
  const int bits = likely_code_bits(extent, samples);
  const auto part = [&](std::int64_t begin) {
    const std::int64_t rest = count - begin;
    return arrange<D>(device, SourceFrom<Source>{source, begin}, in_order ? rest : std::min(most, rest), in_order,
                      bits);
  };
  if (in_order || count <= most) return finish_sites(device, part(0), extent, samples);
  Buffer<Site<D>, CudaDevice<T>> found = distinct_sites(device, part(0));
  for (std::int64_t begin = most;; begin += most) {
    const auto more = distinct_sites(device, part(begin));
    Buffer<Site<D>, CudaDevice<T>> both(device, found.size() + more.size());
    copy_memory(device, both.data(), found.data(), found.size() * bytes);
    copy_memory(device, both.data() + found.size(), more.data(), more.size() * bytes);
    const auto all = arrange<D>(device, ListedSites<D>{both.data()}, both.size(), false, bits);
    if (begin + most >= count) return finish_sites(device, all, extent, samples);
    found = distinct_sites(device, all);
  }
}

}  // namespace scn::cuda

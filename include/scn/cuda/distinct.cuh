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

namespace scn::gpu {

/// The sites of a list, all of them.
template <int D>
struct ListedSites {
  const Site<D>* sites;
  __device__ bool operator()(std::int64_t i, Site<D>& site) const {
    site = load_site(sites, i);
    return true;
  }
};

/// A source from its candidate `begin` on. It has `of_row` candidates for each of some rows.
template <class Source>
struct Candidates {
  Source source;
  Rows rows;
  std::int64_t of_row = 1, begin = 0;

  std::int64_t bound() const { return rows.bound * of_row; }

  template <int D>
  __device__ bool operator()(std::int64_t i, Site<D>& site) const {
    i += begin;
    return (rows.exact == nullptr || i < *rows.exact * of_row) && source(i, site);
  }
  template <int D>
  __device__ bool refuses(const Site<D>& site) const requires requires {
    source.refuses(site);
  }
  { return source.refuses(site); }
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

/// Candidates in row order and which row each belongs to.
template <int D, class T>
struct Arranged {
  std::int64_t count = 0;
  Census<D> census{};                               ///< on the host, once it has waited
  Buffer<Census<D>, CudaDevice<T>> device_census;   ///< on the device; none where there are no candidates
  Buffer<Site<D>, CudaDevice<T>> sites;             ///< of each candidate
  Buffer<std::int32_t, CudaDevice<T>> rows_so_far;  ///< distinct sites up to each candidate, itself included
  std::optional<SortedNumbers> order;               ///< none: candidates came in row order

  SortedNumbers::View numbers() const { return order ? order->view() : SortedNumbers::View{}; }
};

/// Bits that codes may take, as far as an extent tells.
template <int D>
std::optional<int> most_code_bits(const std::optional<Point<D>>& extent, std::int64_t samples) {
  if (!extent) return std::nullopt;
  int bits = samples > 0 ? std::bit_width(static_cast<std::uint64_t>(samples - 1)) : 8;
  for (int axis = 0; axis < D; ++axis)
    bits += std::bit_width(static_cast<std::uint32_t>(std::max((*extent)[axis] - 1, 0)));
  return bits;
}

/// Code bits to begin with where the host will learn how many there are: five rounds of sorting, or fewer where an
/// extent tells.
template <int D>
int likely_code_bits(const std::optional<Point<D>>& extent, std::int64_t samples) {
  constexpr int most = 39;
  return std::min(most_code_bits(extent, samples).value_or(most), most);
}

/// Marks distinct sites in the order that candidates have.
template <int D, class T, class Source>
void mark(CudaDevice<T>& device, const Source& source, Arranged<D, T>& arranged) {
  launch(device, {.blocks = blocks_of(arranged.count, 256), .threads = 256}, mark_distinct<D, Source>, source,
         arranged.numbers(), arranged.count, arranged.sites.data(), arranged.rows_so_far.data(),
         arranged.device_census.data());
  running_sum(device, arranged.rows_so_far.data(), arranged.rows_so_far.data(), arranged.count);
}

/// Puts candidates into row order by the lowest `code_bits` bits of their codes, and marks distinct sites. Does not
/// wait: see learn(). `in_order`: candidates come in row order, those that are left out anywhere between.
template <int D, class T, class Source>
Arranged<D, T> arrange(CudaDevice<T>& device, const Source& source, std::int64_t count, bool in_order, int code_bits) {
  using Dev = CudaDevice<T>;
  Arranged<D, T> result;
  result.count = count;
  if (count == 0) return result;
  result.device_census = Buffer<Census<D>, Dev>(device, 1);
  result.sites = Buffer<Site<D>, Dev>(device, count);
  result.rows_so_far = Buffer<std::int32_t, Dev>(device, count);
  Census<D>* const census = result.device_census.data();
  fill_zero(device, census, sizeof(Census<D>));
  if (!in_order) {
    launch(device, filling_grid(count), take_census<D, Source>, source, count, census);
    result.order.emplace(SortedNumbers::made(device, source, count, std::as_const(census), code_bits));
  }
  mark(device, source, result);
  return result;
}

/// Waits, and sees to it that the order is the right one: whether that took a second wait, because `code_bits` were too
/// few.
template <int D, class T, class Source>
bool learn(CudaDevice<T>& device, const Source& source, Arranged<D, T>& arranged) {
  if (arranged.count == 0) return false;
  Census<D>* const census = arranged.device_census.data();
  download(device, &arranged.census, census, sizeof(Census<D>));
  if (!arranged.order || arranged.census.bits() <= arranged.order->code_bits()) return false;
  arranged.order = SortedNumbers::by_words(device, source, arranged.count, census, arranged.census.bits());
  fill_zero(device, &census->distinct, 2 * sizeof(std::uint32_t));
  mark(device, source, arranged);
  download(device, &arranged.census, census, sizeof(Census<D>));
  return true;
}

/// The distinct sites, as far as there is room for them.
template <int D>
__global__ void keep_first(const Site<D>* sites, const std::int32_t* rows_so_far, std::int64_t count, Site<D>* distinct,
                           std::int64_t room) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= count) return;
  const std::int32_t rows = rows_so_far[i];
  if (rows != (i > 0 ? rows_so_far[i - 1] : 0) && rows <= room) distinct[rows - 1] = load_site(sites, i);
}

/// The distinct sites alone, the first `room` of them. Does not wait.
template <int D, class T>
Buffer<Site<D>, CudaDevice<T>> distinct_sites(CudaDevice<T>& device, const Arranged<D, T>& arranged,
                                              std::int64_t room) {
  require_rows(room);
  Buffer<Site<D>, CudaDevice<T>> sites(device, room);
  launch(device, {.blocks = blocks_of(arranged.count, 256), .threads = 256}, keep_first<D>, arranged.sites.data(),
         arranged.rows_so_far.data(), arranged.count, sites.data(), room);
  return sites;
}

/// What a level has beside its sites.
template <int D>
struct LevelProperties {
  std::optional<Point<D>> extent;
  std::int64_t samples = 0;
  std::int64_t level = 0;  ///< see BoundedRows
};

/// Sites with their index, once the host has learnt how many there are. Does not wait.
template <int D, class T>
Sites<D, CudaDevice<T>> finish_sites(CudaDevice<T>& device, const Arranged<D, T>& arranged,
                                     const LevelProperties<D>& properties) {
  Buffer<Site<D>, CudaDevice<T>> sites = distinct_sites(device, arranged, arranged.census.distinct);
  SiteIndex<D> index(device, std::as_const(sites).data(), Rows{sites.size()}, arranged.census.blocks);
  return {std::move(sites), properties.extent, properties.samples, std::move(index), {{}, properties.level}};
}

/// The exact number of sites, and what the host would have complained about. One thread.
template <int D>
__global__ void settle_rows(const Census<D>* census, std::int64_t room, std::int64_t level, int code_bits,
                            std::int64_t* exact, Status* status) {
  const std::int64_t distinct = census->distinct;
  *exact = std::min(distinct, room);
  if (census->bits() > code_bits) status->set(Fault::code_bits, level, census->bits(), code_bits);
  if (distinct > room) status->set(Fault::sites, level, distinct, room);
}

/// Sites with their index, of which there are at most `possible`, where the device has Limits. Never waits.
template <int D, class T>
Sites<D, CudaDevice<T>> bounded_sites(CudaDevice<T>& device, const Arranged<D, T>& arranged,
                                      const LevelProperties<D>& properties, std::int64_t possible) {
  const std::int64_t room = std::min(device.limits->bound(properties.level, possible), arranged.count);
  Buffer<std::int64_t, CudaDevice<T>> exact(device, 1);
  if (arranged.count == 0)
    fill_zero(device, exact.data(), sizeof(std::int64_t));
  else
    launch(device, {.blocks = 1, .threads = 1}, settle_rows<D>, arranged.device_census.data(), room, properties.level,
           arranged.order ? arranged.order->code_bits() : std::numeric_limits<int>::max(), exact.data(),
           device.queue->status());
  Buffer<Site<D>, CudaDevice<T>> sites = distinct_sites(device, arranged, room);
  SiteIndex<D> index(device, std::as_const(sites).data(), Rows{room, std::as_const(exact).data()}, room);
  return {
      std::move(sites), properties.extent, properties.samples, std::move(index), {std::move(exact), properties.level}};
}

/// Code bits where the host will not learn how many there are: as many as an extent says, or as fit beside the number
/// of a candidate.
template <int D>
int bounded_code_bits(const LevelProperties<D>& properties, std::int64_t count) {
  return most_code_bits(properties.extent, properties.samples).value_or(SortedNumbers::key_code_bits(count));
}

/// The distinct sites of a source of any length, 2^26 candidates at a time. Waits, once for up to 2^26; never where the
/// device has Limits, and then throws LimitExceeded for more.
template <int D, class T, class Source>
Sites<D, CudaDevice<T>> collect_sites(CudaDevice<T>& device, Candidates<Source> source, bool in_order,
                                      const LevelProperties<D>& properties) {
  constexpr std::int64_t most = std::int64_t{1} << 26, bytes = sizeof(Site<D>);
  const std::int64_t count = source.bound();
  if (device.limits) {
    require<LimitExceeded>(in_order || count <= most, "sites that are made without waiting have at most 67108864 ",
                           "candidates, got ", count, ": give the levels closer limits");
    return bounded_sites(device, arrange<D>(device, source, count, in_order, bounded_code_bits<D>(properties, count)),
                         properties, count);
  }
  const int bits = likely_code_bits(properties.extent, properties.samples);
  const auto part = [&](std::int64_t begin) {
    source.begin = begin;
    const std::int64_t rest = count - begin;
    auto arranged = arrange<D>(device, source, in_order ? rest : std::min(most, rest), in_order, bits);
    learn(device, source, arranged);
    return arranged;
  };
  if (in_order || count <= most) return finish_sites(device, part(0), properties);
  const auto distinct = [&](const Arranged<D, T>& of) { return distinct_sites(device, of, of.census.distinct); };
  Buffer<Site<D>, CudaDevice<T>> found = distinct(part(0));
  for (std::int64_t begin = most;; begin += most) {
    const auto more = distinct(part(begin));
    Buffer<Site<D>, CudaDevice<T>> both(device, found.size() + more.size());
    copy_memory(device, both.data(), found.data(), found.size() * bytes);
    copy_memory(device, both.data() + found.size(), more.data(), more.size() * bytes);
    const ListedSites<D> listed{both.data()};
    auto all = arrange<D>(device, listed, both.size(), false, bits);
    learn(device, listed, all);
    if (begin + most >= count) return finish_sites(device, all, properties);
    found = distinct(all);
  }
}

}  // namespace scn::gpu

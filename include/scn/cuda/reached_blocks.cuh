// Outputs that a window reaches, by whole blocks of 64 places: for levels whose sites share blocks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "scn/cuda/cub.cuh"
#include "scn/cuda/distinct.cuh"
#include "scn/cuda/region.cuh"
#include "scn/cuda/site_index.cuh"
#include "scn/geometry/window.hpp"

namespace scn::gpu {

/// Which blocks of outputs a block of inputs may reach, and which places of them. A block's word is moved axis by axis:
/// all inputs at one coordinate go to each output coordinate that sees them.
template <int D>
struct BlockReach {
  Point<D> stride, dilation, pad;
  std::int64_t span[D] = {};     ///< from the first tap to the last
  std::int32_t choices[D] = {};  ///< blocks of outputs on each axis, at most
  std::int32_t of_block = 1;     ///< and in all
  Region<D> region;

  BlockReach(const Window<D>& window, const Region<D>& limits)
      : stride(window.stride), dilation(window.dilation), pad(window.pad), region(limits) {
    std::int64_t product = 1;
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t side = 1 << ZBlock<D>::bits(axis);
      span[axis] = std::int64_t{dilation[axis]} * (window.size[axis] - 1);
      const std::int64_t outputs = (side - 1 + span[axis]) / stride[axis] + 1;
      const std::int64_t blocks = (outputs + side - 2) / side + 1;
      product = std::min<std::int64_t>(product * std::min<std::int64_t>(blocks, 1000), 1000);
      choices[axis] = static_cast<std::int32_t>(std::min<std::int64_t>(blocks, 1000));
    }
    of_block = static_cast<std::int32_t>(product);
  }

  /// Whether the order of blocks is that of their sites, and few enough coordinates lie in one.
  static constexpr bool possible = D == 2 || D == 3 || D == 6;

  /// Whether blocks are the quicker way: they hold some sites each, and reach few others.
  static bool suits(const Window<D>& window, std::int64_t sites, std::int64_t blocks) {
    if (!window.positions.empty() || window.randomised() || sites < 32768 || sites < 2 * blocks) return false;
    return BlockReach(window, Region<D>(std::nullopt)).of_block <= 64;
  }

  /// The block of outputs at `choice`, and in `word`, which comes with the inputs, the outputs there.
  __device__ Site<D> operator()(const Site<D>& inputs, std::int32_t choice, std::uint64_t& word) const {
    Site<D> outputs = inputs;
#pragma unroll
    for (int axis = D - 1; axis >= 0; --axis) {
      constexpr auto bits = [](int of) { return ZBlock<D>::bits(of); };
      const int side = 1 << bits(axis);
      const std::int64_t first_input = std::int64_t{inputs.at[axis]} * side + pad[axis];
      const std::int64_t lowest = -floor_divide(span[axis] - first_input, stride[axis]);
      const std::int64_t block = (lowest >> bits(axis)) + choice % choices[axis];
      choice /= choices[axis];
      outputs.at[axis] = static_cast<std::int32_t>(block);
      std::uint64_t moved = 0;
#pragma unroll
      for (int to = 0; to < side; ++to) {
        const std::int64_t output = block * side + to;
        const bool allowed = fits_int32(output) && region.holds(axis, output);
#pragma unroll
        for (int from = 0; from < side; ++from) {
          const std::int64_t tap = first_input + from - stride[axis] * output;
          const bool seen = tap >= 0 && tap <= span[axis] && (dilation[axis] == 1 || tap % dilation[axis] == 0);
          if (allowed && seen) moved |= at_coordinate(word, axis, from) >> along(axis, from) << along(axis, to);
        }
      }
      word = moved;
    }
    return outputs;
  }

 private:
  /// What a coordinate within a block adds to places.
  static constexpr int along(int axis, int coordinate) {
    Point<D> at;
    at[axis] = coordinate;
    return ZBlock<D>::place(at);
  }
  /// The bits of a word whose places have this coordinate.
  static constexpr std::uint64_t at_coordinate(std::uint64_t word, int axis, int coordinate) {
    std::uint64_t places = 0;
    for (int place = 0; place < 64; ++place)
      if (ZBlock<D>::position(place)[axis] == coordinate) places |= std::uint64_t{1} << place;
    return word & places;
  }
};

/// Lists every block that an input block reaches, in no order, once for each of these; one thread a candidate, one
/// request for places a warp.
template <int D>
__global__ void list_reached(SiteIndexView<D> index, BlockReach<D> reach, std::int64_t candidates, Site<D>* blocks,
                             std::uint64_t* words, std::int64_t* length) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  Site<D> block;
  std::uint64_t word = 0;
  if (i < candidates)
    if (const Slot slot = index.slots[i / reach.of_block]; slot.first >= 0) {
      word = slot.word;
      block =
          reach(ZBlock<D>::of(load_site(index.sites, slot.first)), static_cast<std::int32_t>(i % reach.of_block), word);
    }
  const unsigned found = __ballot_sync(~0u, word != 0), lane = threadIdx.x % 32;
  unsigned long long at = 0;
  if (lane == 0 && found != 0)
    at = atomicAdd(reinterpret_cast<unsigned long long*>(length), static_cast<unsigned long long>(__popc(found)));
  at = __shfl_sync(~0u, at, 0) + static_cast<unsigned>(__popc(found & ((1u << lane) - 1)));
  if (word == 0) return;
  blocks[at] = block;
  words[at] = word;
}

/// The words of all entries of one block put together; entries that do not exist are sorted behind the others.
template <class Order>
__global__ void merge_words(Order order, const std::int32_t* rows_so_far, Rows entries, const std::uint64_t* words,
                            unsigned long long* merged) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < exact_rows(entries)) atomicOr(&merged[rows_so_far[i] - 1], static_cast<unsigned long long>(words[order[i]]));
}

template <class Word>
__global__ void count_sites(const Word* words, std::int64_t blocks, std::int64_t* counts) {
  const std::int64_t block = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (block < blocks) counts[block] = __popcll(words[block]);
}

/// Leaves the number of all sites where the host will look. One thread.
template <int D>
__global__ void note_sites(const std::int64_t* total, Census<D>* census) {
  census->sites = static_cast<std::uint32_t>(std::min<std::int64_t>(*total, 0xFFFFFFFF));
}

/// One thread a place of a block.
template <int D>
__global__ void write_sites(const Site<D>* blocks, const unsigned long long* words, const std::int64_t* sites_so_far,
                            std::int64_t count, Site<D>* sites) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x, block = i / 64;
  const int place = static_cast<int>(i % 64);
  if (block >= count || (words[block] >> place & 1) == 0) return;
  Site<D> site = load_site(blocks, block);
  const Point<D> within = ZBlock<D>::position(place);
#pragma unroll
  for (int axis = 0; axis < D; ++axis) site.at[axis] = site.at[axis] * (1 << ZBlock<D>::bits(axis)) + within[axis];
  sites[sites_so_far[block] - __popcll(words[block] >> place)] = site;
}

/// The outputs that a window reaches, where BlockReach suits it. Waits once, twice where blocks lie far apart.
template <int D, class T>
Sites<D, CudaDevice<T>> reach_by_blocks(CudaDevice<T>& device, const Sites<D, CudaDevice<T>>& in,
                                        const Window<D>& window, const LevelProperties<D>& properties) {
  using Dev = CudaDevice<T>;
  const BlockReach<D> reach(window, Region<D>(properties.extent));
  const SiteIndexView<D>& index = in.index().view();
  const std::int64_t candidates = std::int64_t{index.capacity} * reach.of_block;
  const std::int64_t bound = in.index().blocks() * reach.of_block;
  Buffer<Site<D>, Dev> list(device, bound);
  Buffer<std::uint64_t, Dev> words(device, bound);
  Buffer<unsigned long long, Dev> merged(device, bound);
  Buffer<std::int64_t, Dev> length(device, 1), sites_so_far(device, bound);
  fill_zero(device, length.data(), sizeof(std::int64_t));
  launch(device, {.blocks = blocks_of(candidates, 256), .threads = 256}, list_reached<D>, index, reach, candidates,
         list.data(), words.data(), length.data());
  const Rows entries{bound, length.data()};
  const Candidates<ListedSites<D>> source{{list.data()}, entries};
  auto arranged = arrange<D>(device, source, bound, false, likely_code_bits<D>({}, 0));
  const Grid grid{.blocks = blocks_of(bound, 256), .threads = 256};
  const auto count = [&] {
    fill_zero(device, merged.data(), bound * std::int64_t{sizeof(unsigned long long)});
    launch(device, grid, merge_words<SortedNumbers::View>, arranged.numbers(), arranged.rows_so_far.data(), entries,
           words.data(), merged.data());
    launch(device, grid, count_sites<unsigned long long>, merged.data(), bound, sites_so_far.data());
    running_sum(device, sites_so_far.data(), sites_so_far.data(), bound);
    launch(device, {.blocks = 1, .threads = 1}, note_sites<D>, sites_so_far.data() + bound - 1,
           arranged.device_census.data());
  };
  count();
  if (learn(device, source, arranged)) {
    count();
    learn(device, source, arranged);
  }
  const std::int64_t total = arranged.census.sites;
  require_rows(total);
  const std::int64_t blocks = arranged.census.distinct;
  const Buffer<Site<D>, Dev> keys = distinct_sites(device, arranged, blocks);
  Buffer<Site<D>, Dev> sites(device, total);
  launch(device, {.blocks = blocks_of(64 * blocks, 256), .threads = 256}, write_sites<D>, keys.data(), merged.data(),
         sites_so_far.data(), blocks, sites.data());
  SiteIndex<D> table(device, std::as_const(sites).data(), Rows{total}, blocks);
  return {std::move(sites), properties.extent, properties.samples, std::move(table), {{}, properties.level}};
}

}  // namespace scn::gpu

// The way back of a map on the GPU: the same pairs, the roles of input and output swapped.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>

#include "scn/cuda/cub.cuh"
#include "scn/cuda/row_pairs.cuh"
#include "scn/cuda/rules.cuh"
#include "scn/cuda/tile_lists.cuh"

namespace scn {

namespace gpu {

/// use(pair, tap, out) for every pair of a tile, by the 128 threads of a block.
template <class Use>
__device__ void for_each_pair(const RulesView& rules, std::int64_t tile, const Use& use) {
  const std::int64_t out = rules.output(tile, threadIdx.x);
  for (std::int64_t segment = rules.first_segment(tile); segment < rules.first_segment(tile + 1); ++segment) {
    const std::uint32_t present = rules.present[segment * tile_rows + threadIdx.x];
    std::int64_t pair = rules.segment_pair[segment] + PlaceSum(__popc(present)).before;
    for (std::uint32_t left = present; left != 0; left &= left - 1)
      use(pair++, rules.tap(rules.first_tap(segment) + __ffs(static_cast<int>(left)) - 1),
          static_cast<std::int32_t>(out));
  }
}

/// The taps through which each input meets an output; `found` holds zeros before.
template <class Pairs>
__global__ void mark_swapped(RulesView rules, Pairs found) {
  for_each_pair(rules, blockIdx.x, [&](std::int64_t pair, std::int64_t tap, std::int32_t) {
    atomicOr(&found.present[rules.in[pair]], 1u << tap);
  });
}
/// And then these outputs.
template <class Pairs>
__global__ void place_swapped(RulesView rules, Pairs found) {
  for_each_pair(rules, blockIdx.x, [&](std::int64_t pair, std::int64_t tap, std::int32_t out) {
    const std::int64_t in = rules.in[pair];
    found.in[in * found.taps + __popc(found.present[in] & ((1u << tap) - 1))] = out;
  });
}

/// Numbers of pairs by which a sort brings them into the order of a map: segment of all tiles, round, place, bit. What
/// precedes the place tells the segment.
struct SwappedKeys {
  static constexpr int place_bits = 7, tap_bits = 5, low_bits = place_bits + tap_bits;

  std::int64_t tile_segments;  ///< of a tile, those without pairs too
  int round_bits;              ///< where an input has several outputs through one tap, rounds tell them apart

  __device__ std::uint64_t key(std::int64_t in, std::int64_t tap) const {
    const std::int64_t segment = in / tile_rows * tile_segments + tap / segment_taps;
    return static_cast<std::uint64_t>(segment) << (round_bits + low_bits) |
           static_cast<std::uint64_t>(in % tile_rows << tap_bits | tap % segment_taps);
  }
  __device__ std::int64_t segment(std::uint64_t key) const {
    return static_cast<std::int64_t>(key >> (round_bits + low_bits));
  }
};

/// One block of 128 threads a tile.
template <class Keys>
__global__ void list_swapped(RulesView rules, Keys order, std::uint64_t* keys, std::int32_t* outputs) {
  for_each_pair(rules, blockIdx.x, [&](std::int64_t pair, std::int64_t tap, std::int32_t out) {
    keys[pair] = order.key(rules.in[pair], tap);
    outputs[pair] = out;
  });
}

/// Of sorted keys without rounds: to = the same with the number of equal ones before each as its round.
template <class Keys>
__global__ void number_rounds(Keys order, const std::uint64_t* keys, std::int64_t count, std::uint64_t* to) {
  const std::int64_t pair = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pair >= count) return;
  std::int64_t round = 0;
  while (round < pair && keys[pair - round - 1] == keys[pair]) ++round;
  to[pair] = keys[pair] | static_cast<std::uint64_t>(round) << order.low_bits;
}

/// 1 where a segment begins.
template <class Keys>
__global__ void mark_segments(Keys order, const std::uint64_t* keys, std::int64_t count, std::int32_t* marks) {
  const std::int64_t pair = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pair < count) marks[pair] = pair == 0 || keys[pair] >> order.low_bits != keys[pair - 1] >> order.low_bits ? 1 : 0;
}

/// Everything but the outputs of sorted pairs; `so_far` counts the segments up to each pair, its own included, and
/// `present` holds zeros before.
template <class Keys>
__global__ void write_segments(Keys order, const std::uint64_t* keys, const std::int32_t* so_far, std::int64_t count,
                               std::int64_t tiles, PairLists lists) {
  const std::int64_t pair = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pair >= count) return;
  const std::uint64_t key = keys[pair];
  const auto tile_of = [&](std::uint64_t of) { return order.segment(of) / order.tile_segments; };
  const std::int32_t segment = so_far[pair] - 1;
  const std::int64_t tile = tile_of(key);
  atomicOr(&lists.present[segment * tile_rows + static_cast<std::int64_t>(key >> order.tap_bits) % tile_rows],
           1u << (key % segment_taps));
  if (pair == 0 || segment != so_far[pair - 1] - 1) {
    lists.segment_tap[segment] = static_cast<std::int32_t>(order.segment(key) % order.tile_segments * segment_taps);
    lists.segment_pair[segment] = pair;
    for (std::int64_t begun = pair == 0 ? 0 : tile_of(keys[pair - 1]) + 1; begun <= tile; ++begun)
      lists.tile_segment[begun] = segment;
  }
  if (pair != count - 1) return;
  lists.segment_pair[segment + 1] = count;
  for (std::int64_t behind = tile + 1; behind <= tiles; ++behind) lists.tile_segment[behind] = segment + 1;
}

/// The way back by a sort, for any number of taps, and for any number of outputs that an input has through one. Waits
/// for the number of segments.
template <class T>
void sort_swapped(CudaDevice<T>& device, const Rules& rules, Rules& swapped) {
  using Dev = CudaDevice<T>;
  const std::int64_t count = rules.size();
  SwappedKeys order{(rules.taps + segment_taps - 1) / segment_taps, 0};
  const int segment_bits = std::bit_width(static_cast<std::uint64_t>(swapped.tiles * order.tile_segments));
  if (!rules.unique_inputs) order.round_bits = std::bit_width(static_cast<std::uint64_t>(count));
  const int bits = segment_bits + order.round_bits + order.low_bits;
  require<LimitExceeded>(bits <= 64, "a map of ", count, " pairs and ", rules.taps,
                         " taps, inputs of which meet several outputs through one, has no way back");
  Buffer<std::uint64_t, Dev> keys(device, count), sorted_keys(device, count);
  Buffer<std::int32_t, Dev> outputs(device, count), sorted(device, count);
  launch(device, {.blocks = blocks_of(rules.tiles, 1), .threads = unsigned{tile_rows}}, list_swapped<SwappedKeys>,
         RulesView(rules), order, keys.data(), outputs.data());
  sort_pairs(device, keys.data(), sorted_keys.data(), outputs.data(), sorted.data(), count, bits);
  const Grid grid{.blocks = blocks_of(count, 256), .threads = 256};
  if (!rules.unique_inputs) {
    launch(device, grid, number_rounds<SwappedKeys>, order, sorted_keys.data(), count, keys.data());
    std::swap(outputs, sorted);
    sort_pairs(device, keys.data(), sorted_keys.data(), outputs.data(), sorted.data(), count, bits);
  }
  Buffer<std::int32_t, Dev> so_far(device, count);
  launch(device, grid, mark_segments<SwappedKeys>, order, sorted_keys.data(), count, so_far.data());
  running_sum(device, so_far.data(), so_far.data(), count);
  std::int32_t segments = 0;
  download(device, &segments, so_far.data() + count - 1, sizeof(segments));
  swapped.length = count;
  swapped.segments = segments;
  const PairLists lists = give_lists(device, swapped, {.segments = true});
  fill_zero(device, lists.present, swapped.segments * tile_rows * std::int64_t{sizeof(std::uint32_t)});
  copy_memory(device, lists.in, sorted.data(), count * std::int64_t{sizeof(std::int32_t)});
  launch(device, grid, write_segments<SwappedKeys>, order, sorted_keys.data(), so_far.data(), count, swapped.tiles,
         lists);
}

}  // namespace gpu

/// The same pairs with the roles of input and output swapped. Where taps lie symmetric about zero and outputs are the
/// inputs that is the same memory; else it takes O(pairs) and waits as make_rules does. Maps of more than 32 taps, and
/// those whose inputs are not unique, wait whatever Limits the device has.
template <class T>
gpu::Rules transpose(CudaDevice<T>& device, const gpu::Rules& rules) {
  gpu::Rules swapped = rules;
  if (rules.mirrored) {
    swapped.reversed = !rules.reversed;
    return swapped;
  }
  std::swap(swapped.inputs, swapped.outputs);
  swapped.reversed = false;
  swapped.tiles = (swapped.outputs + gpu::tile_rows - 1) / gpu::tile_rows;
  const bool by_rows = rules.unique_inputs && gpu::RowPairs::suit(swapped.outputs, rules.taps);
  if (swapped.tiles > 0 && (by_rows || rules.size() == 0)) {
    gpu::RowPairsMemory<T> memory(device, swapped.outputs, by_rows ? rules.taps : 1);
    const gpu::RowPairs found = memory.view();
    fill_zero(device, found.present, found.rows * std::int64_t{sizeof(std::uint32_t)});
    const gpu::Grid grid{.blocks = gpu::blocks_of(rules.tiles, 1), .threads = unsigned{gpu::tile_rows}};
    gpu::launch(device, grid, gpu::mark_swapped<gpu::RowPairs>, gpu::RulesView(rules), found);
    gpu::launch(device, grid, gpu::place_swapped<gpu::RowPairs>, gpu::RulesView(rules), found);
    gpu::launch(device, {.blocks = gpu::blocks_of(found.rows, 256), .threads = 256}, gpu::count_taps<gpu::RowPairs>,
                found, found.counts);
    gpu::place_rows(device, found, swapped);
  } else if (swapped.tiles > 0) {
    gpu::sort_swapped(device, rules, swapped);
  }
  return swapped;
}

}  // namespace scn

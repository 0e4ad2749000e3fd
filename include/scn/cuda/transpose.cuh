// The way back of a map on the GPU: the same pairs, the roles of input and output swapped.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "scn/cuda/cub.cuh"
#include "scn/cuda/pair_lists.cuh"
#include "scn/cuda/rules.cuh"

namespace scn {

namespace cuda {

/// Every pair as (tile of the input, tap, place of the input) in one number, and its output. One block a tile.
template <class Key>
__global__ void list_swapped(RulesView rules, Key* keys, std::int32_t* outputs) {
  const std::int64_t tile = blockIdx.x;
  for (std::int64_t group = rules.tile_first[tile] + threadIdx.y; group < rules.tile_first[tile + 1];
       group += blockDim.y)
    for (std::int64_t pair = rules.group_first[group] + threadIdx.x; pair < rules.group_first[group + 1];
         pair += blockDim.x) {
      const std::int64_t in = rules.in[pair];
      keys[pair] = static_cast<Key>((in / tile_rows * rules.taps + rules.tap(group)) * tile_rows + in % tile_rows);
      outputs[pair] = static_cast<std::int32_t>(rules.output(tile, rules.place[pair]));
    }
}

/// 1 where a group begins.
template <class Key>
__global__ void mark_groups(const Key* keys, std::int64_t count, std::int32_t* marks) {
  const std::int64_t pair = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pair < count) marks[pair] = pair == 0 || keys[pair] / tile_rows != keys[pair - 1] / tile_rows;
}

/// Places, groups and tiles of sorted pairs; `groups_so_far` counts those up to each pair, its own included.
template <class Key>
__global__ void write_groups(const Key* keys, const std::int32_t* groups_so_far, std::int64_t count, std::int64_t taps,
                             std::int64_t tiles, PairLists lists) {
  const std::int64_t pair = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pair >= count) return;
  const Key key = keys[pair];
  const auto tile_of = [&](Key of) { return static_cast<std::int64_t>(of / tile_rows) / taps; };
  const std::int32_t group = groups_so_far[pair] - 1;
  const std::int64_t tile = tile_of(key);
  lists.place[pair] = static_cast<std::uint8_t>(key % tile_rows);
  if (pair == 0 || group != groups_so_far[pair - 1] - 1) {
    lists.group_tap[group] = static_cast<std::int32_t>(static_cast<std::int64_t>(key / tile_rows) % taps);
    lists.group_first[group] = pair;
    for (std::int64_t begun = pair == 0 ? 0 : tile_of(keys[pair - 1]) + 1; begun <= tile; ++begun)
      lists.tile_first[begun] = group;
  }
  if (pair != count - 1) return;
  lists.group_first[group + 1] = count;
  for (std::int64_t behind = tile + 1; behind <= tiles; ++behind) lists.tile_first[behind] = group + 1;
}

}  // namespace cuda

/// The same pairs with the roles of input and output swapped: the same memory where taps lie symmetric about zero and
/// outputs are the inputs, else a sort. Does not wait.
template <class T>
cuda::Rules transpose(CudaDevice<T>& device, const cuda::Rules& rules) {
  cuda::Rules swapped = rules;
  if (rules.mirrored) {
    swapped.reversed = !rules.reversed;
    return swapped;
  }
  std::swap(swapped.inputs, swapped.outputs);
  swapped.reversed = false;
  swapped.row = nullptr;
  swapped.tiles = (swapped.outputs + cuda::tile_rows - 1) / cuda::tile_rows;
  swapped.groups = std::min(rules.length, swapped.tiles * rules.taps);
  const cuda::PairLists lists = cuda::give_lists(device, swapped);
  const std::int64_t count = rules.length;
  if (count == 0) {
    fill_zero(device, lists.tile_first, (swapped.tiles + 1) * std::int64_t{sizeof(std::int32_t)});
    fill_zero(device, lists.group_first, sizeof(std::int64_t));
    return swapped;
  }
  using Dev = CudaDevice<T>;
  Buffer<std::uint64_t, Dev> keys(device, count), sorted_keys(device, count);
  Buffer<std::int32_t, Dev> outputs(device, count), groups_so_far(device, count);
  cuda::launch(device, {.blocks = cuda::blocks_of(rules.tiles, 1), .threads = {32, 8}},
               cuda::list_swapped<std::uint64_t>, cuda::RulesView(rules), keys.data(), outputs.data());
  const std::int64_t numbers = swapped.tiles * rules.taps * cuda::tile_rows;
  cuda::sort_pairs(device, keys.data(), sorted_keys.data(), outputs.data(), lists.in, count,
                   std::bit_width(static_cast<std::uint64_t>(numbers - 1)));
  const cuda::Grid grid{.blocks = cuda::blocks_of(count, 256), .threads = 256};
  cuda::launch(device, grid, cuda::mark_groups<std::uint64_t>, sorted_keys.data(), count, groups_so_far.data());
  cuda::running_sum(device, groups_so_far.data(), groups_so_far.data(), count);
  cuda::launch(device, grid, cuda::write_groups<std::uint64_t>, sorted_keys.data(), groups_so_far.data(), count,
               rules.taps, swapped.tiles, lists);
  return swapped;
}

}  // namespace scn

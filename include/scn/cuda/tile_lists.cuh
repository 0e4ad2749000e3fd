// The lists of a map, tile by tile, from pairs that were found row by row.
#pragma once

#include <cstdint>

#include "scn/core/buffer.hpp"
#include "scn/cuda/pair_lists.cuh"
#include "scn/cuda/row_order.cuh"
#include "scn/cuda/row_pairs.cuh"
#include "scn/cuda/unit_totals.cuh"

namespace scn::gpu {

/// One block of 128 threads a tile.
template <class Order>
__global__ void count_tiles(RowPairs found, Order order, UnitTotals totals) {
  const std::int64_t tile = blockIdx.x, row = order.row(tile * tile_rows + threadIdx.x);
  const PlaceSum sum(row < 0 ? 0 : __popc(found.present[row]));
  if (threadIdx.x == 0) totals.write(tile, {sum.all, 1});
}

/// One block of 128 threads a tile, whose lists it writes; all tiles are counted.
template <class Order>
__global__ void __launch_bounds__(tile_rows)
    write_tiles(RowPairs found, Order order, UnitTotals totals, PairLists lists) {
  constexpr int several = 8;  // loads under way at a time
  __shared__ std::int32_t in[tile_rows * segment_taps];
  const std::int64_t tile = blockIdx.x, at = tile * tile_rows + threadIdx.x, row = order.row(at);
  const std::uint32_t present = row < 0 ? 0 : found.present[row];
  const int count = __popc(present);
  const std::int32_t* const from = found.in + row * found.taps;
  std::int32_t loaded[several];
#pragma unroll
  for (int i = 0; i < several; ++i)
    if (i < count) loaded[i] = from[i];
  const PlaceSum sum(count);
#pragma unroll
  for (int i = 0; i < several; ++i)
    if (i < count) in[sum.before + i] = loaded[i];
  for (int i = several; i < count; ++i) in[sum.before + i] = from[i];
  lists.present[at] = present;
  if (lists.row != nullptr) lists.row[at] = static_cast<std::int32_t>(row);
  const std::int64_t first = totals.before(tile).pairs;
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < sum.all; i += int{tile_rows}) lists.in[first + i] = in[i];
  if (threadIdx.x != 0) return;
  lists.segment_pair[tile] = first;
  if (tile == std::int64_t{gridDim.x} - 1) lists.segment_pair[tile + 1] = first + sum.all;
}

/// Gives a map its lists. From some size on its rows are ordered by their taps, equal ones as they are: a tile then has
/// few taps that only some of its outputs have. Which order it is shows in no output. There is room for all pairs that
/// are possible where the device has Limits, and where that is little; else the host waits once, for their number.
template <class T>
void place_rows(CudaDevice<T>& device, const RowPairs& found, Rules& rules) {
  constexpr std::int64_t little = 2 << 20;  // pairs, of 8 MiB
  constexpr std::int64_t fewest = 16'384;   // below, sorting takes longer than it saves
  const bool ordered = found.rows >= fewest && found.taps > 1 && rules.unique_inputs;
  UnitTotals totals(rules.tiles);
  const auto divide = [&](void* memory) {
    MemoryDivider divider(memory);
    divider.next(totals.of_run, totals.runs() + 1);
    divider.next(totals.of_unit, totals.units);
    return divider.bytes();
  };
  const Block scratch = allocate(device, divide(nullptr));
  divide(scratch.data());
  fill_zero(device, totals.of_run, (totals.runs() + 1) * std::int64_t{sizeof(Totals)});
  Buffer<std::uint64_t, CudaDevice<T>> keys(device, ordered ? 2 * found.rows : 0);
  const RowOrder order{ordered ? order_rows(device, found, keys.data()) : nullptr, found.rows};
  const Grid grid{.blocks = blocks_of(rules.tiles, 1), .threads = unsigned{tile_rows}};
  launch(device, grid, count_tiles<RowOrder>, found, order, totals);
  rules.length = found.rows * found.taps;
  if (!device.limits && rules.length > little) {
    Totals all;
    download(device, &all, totals.of_run + totals.runs(), sizeof(all));
    rules.length = all.pairs;
  }
  rules.segments = rules.tiles;
  const PairLists lists = give_lists(device, rules, {.row = ordered});
  launch(device, grid, write_tiles<RowOrder>, found, order, totals, lists);
}

}  // namespace scn::gpu

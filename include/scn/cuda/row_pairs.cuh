// Pairs as they are found, row by row, and the lists of a map that they become: rows ordered by their taps.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "scn/core/buffer.hpp"
#include "scn/cuda/cub.cuh"
#include "scn/cuda/pair_lists.cuh"
#include "scn/cuda/unit_totals.cuh"

namespace scn::cuda {

/// For each output a word whose bits are the taps through which it meets an input, at most 32, and from taps * row on
/// these inputs in the order of the taps.
struct RowPairs {
  std::uint32_t* present;
  std::int32_t* in;
  std::int64_t rows, taps;

  /// Whether a map can be kept so for a while: 1 GiB at most.
  static constexpr bool suit(std::int64_t rows, std::int64_t taps) {
    return taps <= segment_taps && rows * taps <= (std::int64_t{1} << 28);
  }
};

/// Which row stands at a place of all tiles, -1 for none. A key holds a row in its lower half; null: rows as they are.
struct RowOrder {
  const std::uint64_t* keys;
  std::int64_t rows;

  __device__ std::int32_t row(std::int64_t at) const {
    if (at >= rows) return -1;
    return static_cast<std::int32_t>(keys == nullptr ? at : static_cast<std::int64_t>(keys[at] & 0xFFFFFFFFu));
  }
};

/// counts[tap] += the rows that have the tap. Blocks of 256 threads.
template <class Count>
__global__ void count_taps(RowPairs found, Count* counts) {
  __shared__ unsigned of_block[segment_taps];
  const unsigned lane = threadIdx.x % 32;
  if (threadIdx.x < segment_taps) of_block[threadIdx.x] = 0;
  __syncthreads();
  unsigned mine = 0;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t first = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x - lane; first < found.rows;
       first += step) {
    const std::uint32_t present = first + lane < found.rows ? found.present[first + lane] : 0;
#pragma unroll
    for (unsigned tap = 0; tap < segment_taps; ++tap) {
      const unsigned all = __ballot_sync(~0u, (present >> tap & 1) != 0);
      if (lane == tap) mine += __popc(all);
    }
  }
  if (mine != 0) atomicAdd(&of_block[lane], mine);
  __syncthreads();
  if (threadIdx.x < segment_taps && of_block[threadIdx.x] != 0)
    atomicAdd(&counts[threadIdx.x], Count{of_block[threadIdx.x]});
}

/// What rows are ordered by: the block of rows, then the taps, of which the rarest one counts most. 32 bits, in which
/// the commonest taps have no part where there is no room for all.
struct OrderBits {
  static constexpr std::int64_t whole = 200'000, block = 1 << 16;

  std::int64_t block_rows;
  int bits, left_out;

  /// All rows are ordered as one block up to `whole`: what they read then fits the cache of the GPU.
  OrderBits(std::int64_t rows, std::int64_t taps) : block_rows(rows <= whole ? rows : block) {
    const auto blocks = static_cast<std::uint64_t>((rows + block_rows - 1) / block_rows);
    const int all = static_cast<int>(taps) + std::bit_width(blocks - 1);
    bits = std::min(32, all);
    left_out = all - bits;
  }
};

/// keys[row]: in its upper half what the row is ordered by, in its lower half the row. One thread a row.
template <class Count>
__global__ void make_order_keys(RowPairs found, const Count* counts, OrderBits order, std::uint64_t* keys) {
  __shared__ int rank[segment_taps];  // 0 for the commonest tap
  const int taps = static_cast<int>(found.taps), thread = static_cast<int>(threadIdx.x);
  if (thread < taps) {
    const Count own = counts[thread];
    int before = 0;
    for (int other = 0; other < taps; ++other)
      if (counts[other] > own || (counts[other] == own && other < thread)) ++before;
    rank[thread] = before;
  }
  __syncthreads();
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + thread;
  if (row >= found.rows) return;
  auto key = static_cast<std::uint64_t>(row / order.block_rows) << taps;
  for (std::uint32_t left = found.present[row]; left != 0; left &= left - 1)
    key |= std::uint64_t{1} << rank[__ffs(static_cast<int>(left)) - 1];
  keys[row] = key >> order.left_out << 32 | static_cast<std::uint64_t>(row);
}

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
  using Dev = CudaDevice<T>;
  constexpr std::int64_t little = 2 << 20;  // pairs, of 8 MiB
  constexpr std::int64_t fewest = 16'384;   // below, sorting takes longer than it saves
  const bool ordered = found.rows >= fewest && found.taps > 1 && rules.unique_inputs;
  UnitTotals totals(rules.tiles);
  unsigned long long* counts = nullptr;
  const auto divide = [&](void* memory) {
    MemoryDivider divider(memory);
    divider.next(counts, segment_taps);
    divider.next(totals.of_run, totals.runs() + 1);
    const std::int64_t zeros = divider.bytes();
    divider.next(totals.of_unit, totals.units);
    return std::pair(zeros, divider.bytes());
  };
  const auto [zeros, bytes] = divide(nullptr);
  const Block scratch = allocate(device, bytes);
  divide(scratch.data());
  fill_zero(device, scratch.data(), zeros);
  constexpr std::int64_t counting_blocks = 1024;
  launch(device, {.blocks = std::min(blocks_of(found.rows, 256), unsigned{counting_blocks}), .threads = 256},
         count_taps<unsigned long long>, found, counts);
  RowOrder order{nullptr, found.rows};
  Buffer<std::uint64_t, Dev> keys(device, ordered ? 2 * found.rows : 0);
  if (ordered) {
    const OrderBits bits(found.rows, found.taps);
    launch(device, {.blocks = blocks_of(found.rows, 256), .threads = 256}, make_order_keys<unsigned long long>, found,
           counts, bits, keys.data());
    order.keys = sort_keys(device, keys.data(), keys.data() + found.rows, found.rows, 32, 32 + bits.bits);
  }
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

/// Room for the pairs of a map.
template <class T>
class RowPairsMemory {
 public:
  RowPairsMemory(CudaDevice<T>& device, std::int64_t rows, std::int64_t taps)
      : present_(device, rows), in_(device, rows * taps), taps_(taps) {}

  RowPairs view() { return {present_.data(), in_.data(), present_.size(), taps_}; }

 private:
  Buffer<std::uint32_t, CudaDevice<T>> present_;
  Buffer<std::int32_t, CudaDevice<T>> in_;
  std::int64_t taps_;
};

}  // namespace scn::cuda

// The order of a map's rows: by the taps that they have.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "scn/cuda/cub.cuh"
#include "scn/cuda/row_pairs.cuh"

namespace scn::gpu {

/// Which row stands at a place of all tiles, -1 for none. A key holds a row in its lower half; null: rows as they are.
struct RowOrder {
  const std::uint64_t* keys;
  std::int64_t rows;

  __device__ std::int32_t row(std::int64_t at) const {
    if (at >= rows) return -1;
    return static_cast<std::int32_t>(keys == nullptr ? at : static_cast<std::int64_t>(keys[at] & 0xFFFFFFFFu));
  }
};

/// n over k, for small numbers.
constexpr std::uint32_t choose(std::uint32_t n, std::uint32_t k) {
  std::uint32_t ways = 1;
  for (std::uint32_t i = 0; i < k; ++i) ways = ways * (n - i) / (i + 1);
  return ways;
}

/// What rows are ordered by: their block, then their taps as numbers whose highest bit is the rarest tap. Of a row's
/// taps only the rarest few count, which is nearly as good: fewer bits are sorted sooner.
struct OrderBits {
  static constexpr std::int64_t whole = 200'000, block = 1 << 16;

  std::int64_t block_rows;
  std::uint32_t taps;
  std::uint32_t rarest;  ///< so many count; 0: all do
  int tap_bits, bits;

  /// All rows are ordered as one block up to `whole`: what they read then fits the cache of the GPU.
  OrderBits(std::int64_t rows, std::int64_t window_taps)
      : block_rows(rows <= whole ? rows : block),
        taps(static_cast<std::uint32_t>(window_taps)),
        rarest(0),
        tap_bits(static_cast<int>(taps)) {
    const int few_bits = rows <= whole ? 16 : 20;  // two or three passes of a sort
    const int block_bits = std::bit_width(static_cast<std::uint64_t>((rows + block_rows - 1) / block_rows - 1));
    if (tap_bits + block_bits > few_bits)
      for (rarest = 4; rarest > 1; --rarest) {
        tap_bits = std::bit_width(choose(taps + rarest, rarest) - 1);
        if (tap_bits + block_bits <= few_bits) break;
      }
    bits = tap_bits + block_bits;
  }

  /// Sets of at most `rarest` numbers below `taps`, in the order of the numbers that have these bits: the rank of the
  /// set, with further numbers below all others, in the combinatorial number system (Lehmer).
  __device__ std::uint32_t taps_rank(std::uint32_t by_rarity) const {
    if (rarest == 0) return by_rarity;
    std::uint32_t rank = 0;
    for (std::uint32_t left = rarest; left > 0; --left) {
      const int highest = 31 - __clz(static_cast<int>(by_rarity));
      by_rarity &= ~(highest < 0 ? 0u : 1u << highest);
      rank += choose(highest < 0 ? left - 1 : static_cast<std::uint32_t>(highest) + rarest, left);
    }
    return rank;
  }
};

/// keys[row]: in its upper half what the row is ordered by, in its lower half the row. One thread a row.
template <class Pairs>
__global__ void make_order_keys(Pairs found, const TapCounts* counts, OrderBits order, std::uint64_t* keys) {
  __shared__ int rank[segment_taps];  // 0 for the commonest tap
  const int taps = static_cast<int>(found.taps), thread = static_cast<int>(threadIdx.x);
  if (thread < taps) {
    const TapCounts own = counts[thread];
    int before = 0;
    for (int other = 0; other < taps; ++other)
      if (counts[other] > own || (counts[other] == own && other < thread)) ++before;
    rank[thread] = before;
  }
  __syncthreads();
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + thread;
  if (row >= found.rows) return;
  std::uint32_t by_rarity = 0;
  for (std::uint32_t left = found.present[row]; left != 0; left &= left - 1)
    by_rarity |= 1u << rank[__ffs(static_cast<int>(left)) - 1];
  const auto block = static_cast<std::uint64_t>(row / order.block_rows);
  keys[row] = (block << order.tap_bits | order.taps_rank(by_rarity)) << 32 | static_cast<std::uint64_t>(row);
}

/// The keys of a RowOrder; `keys` has room for two a row, and one half of it holds the result.
template <class T>
const std::uint64_t* order_rows(CudaDevice<T>& device, const RowPairs& found, std::uint64_t* keys) {
  const OrderBits bits(found.rows, found.taps);
  launch(device, {.blocks = blocks_of(found.rows, 256), .threads = 256}, make_order_keys<RowPairs>, found, found.counts,
         bits, keys);
  return sort_keys(device, keys, keys + found.rows, found.rows, 32, 32 + bits.bits);
}

}  // namespace scn::gpu

// The pairs of one tap in some consecutive tiles, as one list.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cuda/rules.cuh"

namespace scn::cuda {

/// Found by all threads of a block, at least `tiles` of them, in shared memory.
struct PairList {
  static constexpr int tiles = 128;

  std::int64_t first_pair[tiles];  ///< of the tap in each tile
  int warp_total[tiles / 32];
  int first[tiles + 1];  ///< where these pairs stand in the list

  __device__ int size() const { return first[tiles]; }

  /// `listed_tap` counts as the lists of the map do. Waits.
  __device__ void find(const RulesView& rules, std::int32_t listed_tap, std::int64_t begin, std::int64_t end) {
    const int thread = static_cast<int>(threadIdx.x), lane = thread % 32;
    int count = 0, sum = 0;
    if (thread < tiles) {
      if (begin + thread < end) {
        std::int32_t low = rules.tile_first[begin + thread], high = rules.tile_first[begin + thread + 1];
        const std::int32_t last = high;
        while (low < high) {
          const std::int32_t middle = (low + high) / 2;
          if (rules.group_tap[middle] < listed_tap)
            low = middle + 1;
          else
            high = middle;
        }
        if (low < last && rules.group_tap[low] == listed_tap) {
          first_pair[thread] = rules.group_first[low];
          count = static_cast<int>(rules.group_first[low + 1] - first_pair[thread]);
        }
      }
      sum = count;
#pragma unroll
      for (int step = 1; step < 32; step *= 2) {
        const int before = __shfl_up_sync(0xffffffffu, sum, step);
        if (lane >= step) sum += before;
      }
      if (lane == 31) warp_total[thread / 32] = sum;
    }
    __syncthreads();
    if (thread < tiles) {
      for (int warp = 0; warp < thread / 32; ++warp) sum += warp_total[warp];
      first[thread] = sum - count;
      if (thread == tiles - 1) first[tiles] = sum;
    }
    __syncthreads();
  }

  /// Input and output row of an entry; `begin` as given to find().
  __device__ int2 rows(const RulesView& rules, std::int64_t begin, int entry) const {
    int tile = 0;  // the last one that begins at or before the entry
#pragma unroll
    for (int step = tiles / 2; step > 0; step /= 2)
      if (first[tile + step] <= entry) tile += step;
    const std::int64_t pair = first_pair[tile] + entry - first[tile];
    return {rules.in[pair], static_cast<int>(rules.output(begin + tile, rules.place[pair]))};
  }
};

}  // namespace scn::cuda

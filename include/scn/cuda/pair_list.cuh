// The pairs of one tap in some segments, as one list.
#pragma once

#include <cstdint>

#include "scn/cuda/rules.cuh"

namespace scn::gpu {

/// Found by all threads of a block, whole warps, in shared memory.
struct PairList {
  static constexpr int segments = 16;  ///< that are looked through at a time, one by each warp

  int2 rows[segments * tile_rows];  ///< input and output row of each
  int first[segments + 1];          ///< where those of a segment begin

  __device__ int size() const { return first[segments]; }

  /// Pairs of the tap that is listed as `listed_tap`, of at most 16 segments: `begin` and every `step`-th one after it,
  /// below `end`. Pairs come in the order of segments, then places. Waits.
  template <int Warps>
  __device__ void find(const RulesView& rules, std::int64_t listed_tap, std::int64_t begin, std::int64_t end,
                       std::int64_t step) {
    constexpr int of_warp = segments / Warps, of_lane = static_cast<int>(tile_rows) / 32;
    static_assert(segments % Warps == 0);
    const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
    const std::int64_t first_tap = listed_tap / segment_taps * segment_taps;
    const auto bit = static_cast<int>(listed_tap - first_tap);
    int2 found[of_warp][of_lane];
    int before[of_warp];
#pragma unroll
    for (int i = 0; i < of_warp; ++i) {
      const int number = warp * of_warp + i;
      const std::int64_t segment = begin + number * step;
      uint4 present{};
      if (segment < end && rules.first_tap(segment) == first_tap)
        present = reinterpret_cast<const uint4*>(rules.present + segment * tile_rows)[lane];
      const std::uint32_t words[of_lane] = {present.x, present.y, present.z, present.w};
      int own = 0;  // pairs of the tap in the upper half, of all taps in the lower one
#pragma unroll
      for (int j = 0; j < of_lane; ++j) own += static_cast<int>(words[j] >> bit & 1) << 16 | __popc(words[j]);
      int sum = own;
#pragma unroll
      for (int distance = 1; distance < 32; distance *= 2) {
        const int lower = __shfl_up_sync(~0u, sum, distance);
        if (lane >= distance) sum += lower;
      }
      if (lane == 31) first[number + 1] = sum >> 16;
      before[i] = sum - own >> 16;
      if (own >> 16 == 0) {
#pragma unroll
        for (int j = 0; j < of_lane; ++j) found[i][j].x = -1;
        continue;
      }
      std::int64_t pair = rules.segment_pair[segment] + (sum - own & 0xFFFF);
      const std::int64_t tile = tile_of(rules, segment);
#pragma unroll
      for (int j = 0; j < of_lane; ++j) {
        found[i][j].x = -1;
        if ((words[j] >> bit & 1) != 0)
          found[i][j] = {rules.in[pair + __popc(words[j] & ((1u << bit) - 1))],
                         static_cast<int>(rules.output(tile, lane * of_lane + j))};
        pair += __popc(words[j]);
      }
    }
    __syncthreads();
    if (warp == 0) {
      int sum = lane < segments ? first[lane + 1] : 0;
#pragma unroll
      for (int distance = 1; distance < segments; distance *= 2) {
        const int lower = __shfl_up_sync(~0u, sum, distance);
        if (lane >= distance) sum += lower;
      }
      if (lane < segments) first[lane + 1] = sum;
      if (lane == 0) first[0] = 0;
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < of_warp; ++i) {
      int at = first[warp * of_warp + i] + before[i];
#pragma unroll
      for (int j = 0; j < of_lane; ++j)
        if (found[i][j].x >= 0) rows[at++] = found[i][j];
    }
    __syncthreads();
  }

 private:
  /// The last tile that begins at or before the segment.
  __device__ static std::int64_t tile_of(const RulesView& rules, std::int64_t segment) {
    if (rules.tile_segment == nullptr) return segment;
    std::int64_t low = 0, high = rules.tiles;
    while (high - low > 1) {
      const std::int64_t middle = (low + high) / 2;
      (rules.tile_segment[middle] <= segment ? low : high) = middle;
    }
    return low;
  }
};

}  // namespace scn::gpu

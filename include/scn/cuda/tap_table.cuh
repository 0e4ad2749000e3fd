// The pairs of a segment spread out in shared memory: for each tap and each output, the input that meets it.
#pragma once

#include <cstdint>

#include "scn/cuda/rules.cuh"

namespace scn::gpu {

/// One segment of a map. Inputs of its tap k are row[k], one for each place, -1 where none is.
struct TapTable {
  static constexpr int taps = static_cast<int>(segment_taps), places = static_cast<int>(tile_rows), block = 16;
  static constexpr int threads = 256;

  std::int32_t row[taps][places];
  std::uint32_t block_taps[places / block];  ///< for each 16 places, the taps by which any input meets them
  int warp_pairs[places / 32];               ///< only fill() needs it

  /// Taps by which any input meets `Places` places from the given one on.
  template <int Places>
  __device__ std::uint32_t taps_of(int place) const {
    std::uint32_t all = 0;
#pragma unroll
    for (int i = 0; i < Places / block; ++i) all |= block_taps[place / block + i];
    return all;
  }

  /// Fills the table by all 256 threads of a block, two a place, and waits.
  __device__ void fill(const RulesView& rules, std::int64_t segment) {
    const int thread = static_cast<int>(threadIdx.x), place = thread % places, share = thread / places;
    const unsigned lane = threadIdx.x % 32;
    constexpr int shares = threads / places;
    const std::uint32_t present = rules.present[segment * places + place];
    const std::int32_t* in = rules.in + rules.segment_pair[segment];
    const int count = __popc(present);
    int sum = count;
#pragma unroll
    for (unsigned step = 1; step < 32; step *= 2) {
      const int before = __shfl_up_sync(~0u, sum, step);
      if (lane >= step) sum += before;
    }
    if (share == 0 && lane == 31) warp_pairs[place / 32] = sum;
    const std::uint32_t of_block = __reduce_or_sync(lane < block ? 0xFFFFu : 0xFFFF0000u, present);
    if (share == 0 && lane % block == 0) block_taps[place / block] = of_block;
    __syncthreads();
    for (int warp = 0; warp < place / 32; ++warp) sum += warp_pairs[warp];
    in += sum - count;
    std::int32_t found[taps / shares];
#pragma unroll
    for (int i = 0; i < taps / shares; ++i) {
      const int tap = i * shares + share;
      found[i] = (present >> tap & 1) != 0 ? in[__popc(present & ((1u << tap) - 1))] : -1;
    }
#pragma unroll
    for (int i = 0; i < taps / shares; ++i) row[i * shares + share][place] = found[i];
    __syncthreads();
  }
};

}  // namespace scn::gpu

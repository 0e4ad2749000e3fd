// The pairs of a tile spread out in shared memory: for each tap and each output, the input that meets it.
#pragma once

#include <cstdint>

#include "scn/cuda/rules.cuh"

namespace scn::cuda {

/// Some taps of one tile of a map. Inputs of tap first + k are row[k], one for each place, -1 where none is. Where an
/// output meets several inputs through one tap, `round` r takes the one before which r others stand.
struct TapTable {
  static constexpr int taps = 32, places = static_cast<int>(tile_rows), block = 16;

  std::int32_t row[taps][places];
  std::uint32_t block_taps[places / block];  ///< for each 16 places, the taps by which any input meets them
  std::int32_t first_pair[taps + 1];         ///< of the groups in question; from here on only fill() needs the memory
  std::uint8_t tap_of[taps];

  /// Taps by which any input meets `Places` places from the given one on: bit k is tap first + k of the map.
  template <int Places>
  __device__ std::uint32_t taps_of(int place) const {
    std::uint32_t all = 0;
#pragma unroll
    for (int i = 0; i < Places / block; ++i) all |= block_taps[place / block + i];
    return all;
  }

  /// Fills the table by all threads of the block, and waits. True if there is one more round, and only where inputs are
  /// not unique. `first_tap` counts as the lists do, from the end where the map is reversed.
  __device__ bool fill(const RulesView& rules, std::int64_t tile, std::int64_t first_tap, int round) {
    const int thread = static_cast<int>(threadIdx.x), threads = static_cast<int>(blockDim.x);
    for (int i = thread; i < taps * places / 4; i += threads)
      reinterpret_cast<int4*>(row)[i] = make_int4(-1, -1, -1, -1);
    for (int i = thread; i < places / block; i += threads) block_taps[i] = 0;
    const std::int32_t begin = rules.tile_first[tile], end = rules.tile_first[tile + 1];
    int below = 0, groups = end - begin;  // groups of taps before the first one, and of those in question
    if (rules.taps > taps) groups = 0;
    for (std::int32_t at = begin; at < end && rules.taps > taps; at += threads) {
      const std::int64_t tap = at + thread < end ? rules.group_tap[at + thread] - first_tap : taps;
      below += __syncthreads_count(tap < 0);
      groups += __syncthreads_count(tap >= 0 && tap < taps);
    }
    const std::int32_t first = begin + below;
    const std::int64_t pairs = groups > 0 ? rules.group_first[first] : 0;
    for (int i = thread; i <= groups && groups > 0; i += threads) {
      first_pair[i] = static_cast<std::int32_t>(rules.group_first[first + i] - pairs);
      if (i < groups) tap_of[i] = static_cast<std::uint8_t>(rules.group_tap[first + i] - first_tap);
    }
    __syncthreads();
    bool more = false;
    const std::int32_t count = groups > 0 ? first_pair[groups] : 0;
    constexpr int batch = 4;  // pairs whose reads are on the way at a time
    for (std::int32_t first_of_batch = thread; first_of_batch < count; first_of_batch += batch * threads) {
      int place[batch];
      std::int32_t in[batch];
#pragma unroll
      for (int i = 0; i < batch; ++i)
        if (const std::int32_t pair = first_of_batch + i * threads; pair < count) {
          place[i] = rules.place[pairs + pair];
          in[i] = rules.in[pairs + pair];
        }
#pragma unroll
      for (int i = 0; i < batch; ++i) {
        const std::int32_t pair = first_of_batch + i * threads;
        if (pair >= count) break;
        int group = 0;  // the last one that begins at or before the pair
        for (int step = taps / 2; step > 0; step /= 2)
          if (group + step < groups && first_pair[group + step] <= pair) group += step;
        int rank = 0;
        if (!rules.unique_inputs)
          while (pair - rank > first_pair[group] && rules.place[pairs + pair - rank - 1] == place[i]) ++rank;
        more |= rank > round;
        if (rank != round) continue;
        row[tap_of[group]][place[i]] = in[i];
        atomicOr(&block_taps[place[i] / block], 1u << tap_of[group]);
      }
    }
    return __syncthreads_or(more);
  }
};

}  // namespace scn::cuda

// How many pairs and segments come before a part of a map: sums in two levels, without a pass of their own.
#pragma once

#include <cstdint>

#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace scn::gpu {

/// How many there are.
struct Totals {
  std::int64_t pairs = 0, segments = 0;
};

/// Pairs and segments of every unit of a map, of every `run` units, and of all.
struct UnitTotals {
  std::int64_t units = 0, run = tile_rows;
  Totals* of_unit = nullptr;
  Totals* of_run = nullptr;  ///< those of all units are behind the last run's

  explicit UnitTotals(std::int64_t count) : units(count) {
    while (run * run < units) run *= 2;
  }

  constexpr std::int64_t runs() const { return (units + run - 1) / run; }

  __device__ static void add(Totals& to, const Totals& totals) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&to.pairs), static_cast<unsigned long long>(totals.pairs));
    atomicAdd(reinterpret_cast<unsigned long long*>(&to.segments), static_cast<unsigned long long>(totals.segments));
  }
  /// Once a unit; `of_run` holds zeros before.
  __device__ void write(std::int64_t unit, const Totals& totals) const {
    of_unit[unit] = totals;
    add(of_run[unit / run], totals);
    add(of_run[runs()], totals);
  }

  /// Of all units before this one, once all are written. By all threads of a block.
  __device__ Totals before(std::int64_t unit) const {
    __shared__ Totals sum;
    if (threadIdx.x == 0) sum = {};
    __syncthreads();
    const std::int64_t whole = unit / run, rest = unit % run;
    Totals mine;
    for (std::int64_t i = threadIdx.x; i < whole + rest; i += blockDim.x) {
      const Totals& part = i < whole ? of_run[i] : of_unit[unit - rest + i - whole];
      mine.pairs += part.pairs;
      mine.segments += part.segments;
    }
    for (int step = 16; step > 0; step /= 2) {
      mine.pairs += __shfl_down_sync(~0u, mine.pairs, step);
      mine.segments += __shfl_down_sync(~0u, mine.segments, step);
    }
    if (threadIdx.x % 32 == 0) add(sum, mine);
    __syncthreads();
    return sum;
  }
};

/// Numbers of a tile's threads, one a place, added up. By all 128 threads of a block; waits.
struct PlaceSum {
  int before, all;

  __device__ explicit PlaceSum(int value) {
    __shared__ int of_warp[tile_rows / 32];
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int sum = value;
    for (unsigned step = 1; step < 32; step *= 2) {
      const int lower = __shfl_up_sync(~0u, sum, step);
      if (lane >= step) sum += lower;
    }
    __syncthreads();
    if (lane == 31) of_warp[warp] = sum;
    __syncthreads();
    before = sum - value;
    all = 0;
    for (unsigned other = 0; other < tile_rows / 32; ++other) {
      if (other < warp) before += of_warp[other];
      all += of_warp[other];
    }
  }
};

}  // namespace scn::gpu

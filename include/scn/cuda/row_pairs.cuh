// The pairs of a map as they are found, row by row.
#pragma once

#include <cstdint>

#include "scn/core/buffer.hpp"
#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace scn::gpu {

/// Numbers of rows that have each tap.
using TapCounts = unsigned long long;

/// For each output a word whose bits are the taps through which it meets an input, at most 32, and from taps * row on
/// these inputs in the order of the taps.
struct RowPairs {
  std::uint32_t* present;
  std::int32_t* in;
  TapCounts* counts;  ///< 32
  std::int64_t rows, taps;

  /// Whether a map can be kept so for a while: 1 GiB at most.
  static constexpr bool suit(std::int64_t rows, std::int64_t taps) {
    return taps <= segment_taps && rows * taps <= (std::int64_t{1} << 28);
  }
};

/// counts[tap] += the words of the block's threads that have its bit; at least 32 threads.
__device__ inline void add_taps(std::uint32_t present, TapCounts* counts) {
  __shared__ unsigned of_block[segment_taps];
  if (threadIdx.x < segment_taps) of_block[threadIdx.x] = 0;
  __syncthreads();
  unsigned mine = 0;
#pragma unroll
  for (unsigned tap = 0; tap < segment_taps; ++tap) {
    const unsigned all = __ballot_sync(~0u, (present >> tap & 1) != 0);
    if (threadIdx.x % 32 == tap) mine = __popc(all);
  }
  if (mine != 0) atomicAdd(&of_block[threadIdx.x % 32], mine);
  __syncthreads();
  if (threadIdx.x < segment_taps && of_block[threadIdx.x] != 0)
    atomicAdd(&counts[threadIdx.x], TapCounts{of_block[threadIdx.x]});
}

/// The same for all rows.
template <class Pairs>
__global__ void count_taps(Pairs found, TapCounts* counts) {
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  add_taps(row < found.rows ? found.present[row] : 0, counts);
}

/// Room for the pairs of a map. Nothing is counted yet.
template <class T>
class RowPairsMemory {
 public:
  RowPairsMemory(CudaDevice<T>& device, std::int64_t rows, std::int64_t taps)
      : counts_(device, segment_taps), present_(device, rows), in_(device, rows * taps), taps_(taps) {
    fill_zero(device, counts_.data(), segment_taps * std::int64_t{sizeof(TapCounts)});
  }

  RowPairs view() { return {present_.data(), in_.data(), counts_.data(), present_.size(), taps_}; }

 private:
  Buffer<TapCounts, CudaDevice<T>> counts_;
  Buffer<std::uint32_t, CudaDevice<T>> present_;
  Buffer<std::int32_t, CudaDevice<T>> in_;
  std::int64_t taps_;
};

}  // namespace scn::gpu

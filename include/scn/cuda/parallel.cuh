// Independent elements on the GPU: one thread for each.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "scn/cuda/device.cuh"

namespace scn {

namespace gpu {

/// Threads of a block: neighbours work on neighbouring channels of a row, and what is left over on further rows.
inline dim3 block_shape(std::int64_t channels, std::int64_t most_channels, std::int64_t threads = 256) {
  const auto x = std::bit_ceil(static_cast<unsigned>(std::clamp<std::int64_t>(channels, 1, most_channels)));
  return {x, static_cast<unsigned>(threads) / x};
}

template <class F>
__global__ void for_each_element(F f, Rows rows, std::int64_t channels) {
  const std::int64_t end = exact_rows(rows), row_step = std::int64_t{gridDim.x} * blockDim.y,
                     channel_step = std::int64_t{gridDim.y} * blockDim.x;
  for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y; row < end; row += row_step)
    for (std::int64_t c = std::int64_t{blockIdx.y} * blockDim.x + threadIdx.x; c < channels; c += channel_step)
      f(row, c);
}

/// f(i) as a functor for one channel.
template <class F>
struct EachRow {
  F f;
  constexpr void operator()(std::int64_t i, std::int64_t) const { f(i); }
};

}  // namespace gpu

/// f(row, channel) for every element, any order.
template <class T, class F>
void parallel_for(CudaDevice<T>& device, Rows rows, std::int64_t channels, const F& f) {
  constexpr std::int64_t most_blocks = 1 << 16;
  if (rows.bound == 0 || channels == 0) return;
  const dim3 threads = gpu::block_shape(channels, 256);
  const auto row_blocks = std::min(most_blocks, std::int64_t{gpu::blocks_of(rows.bound, threads.y)});
  const auto channel_blocks = std::min(most_blocks - 1, std::int64_t{gpu::blocks_of(channels, threads.x)});
  const dim3 blocks(static_cast<unsigned>(row_blocks), static_cast<unsigned>(channel_blocks));
  gpu::launch(device, {.blocks = blocks, .threads = threads}, gpu::for_each_element<F>, f, rows, channels);
}

/// f(i) for every i in [0, rows), any order.
template <class T, class F>
void parallel_for(CudaDevice<T>& device, Rows rows, const F& f) {
  parallel_for(device, rows, 1, gpu::EachRow<F>{f});
}

}  // namespace scn

// Gradient to the weights of a convolution without tensor cores: products and sums are those of the accumulator's type.
#pragma once

#include <cstdint>

#include "scn/cuda/pair_list.cuh"
#include "scn/cuda/weight_gradient.cuh"

namespace scn::gpu {

inline constexpr int exact_gradient_side = 16, exact_gradient_pairs = 32;

/// 16 x 16 sums a block, each over the pairs in their order.
template <class T, class A>
__global__ void __launch_bounds__(256) sum_outer_products_exactly(const __grid_constant__ WeightGradient<T, A> task) {
  constexpr int side = exact_gradient_side, pairs = exact_gradient_pairs;
  __shared__ __align__(16) PairList list;
  __shared__ A x[pairs][side], dy[pairs][side];
  const auto part = task.part();
  const int thread = static_cast<int>(threadIdx.x), column = thread % side, row = thread / side;
  const int k = part.depth_block * side + row, c = part.column_block * side + column;
  A sum{};
  for (std::int64_t first = part.first; first < part.end; first += PairList::segments * part.step) {
    list.find<8>(task.rules, part.tap, first, part.end, part.step);
    for (int entry = 0; entry < list.size(); entry += pairs) {
      for (int i = thread; i < pairs * side; i += 256) {
        const int pair = i / side, at = i % side, k_at = part.depth_block * side + at,
                  c_at = part.column_block * side + at;
        const int2 rows = entry + pair < list.size() ? list.rows[entry + pair] : int2{-1, -1};
        x[pair][at] = rows.x >= 0 && k_at < task.depth
                          ? static_cast<A>(task.x(rows.x, std::int64_t{part.group} * task.depth + k_at))
                          : A{};
        dy[pair][at] = rows.x >= 0 && c_at < task.columns
                           ? static_cast<A>(task.dy(rows.y, std::int64_t{part.group} * task.columns + c_at))
                           : A{};
      }
      __syncthreads();
#pragma unroll
      for (int pair = 0; pair < pairs; ++pair) sum += x[pair][row] * dy[pair][column];
      __syncthreads();
    }
  }
  if (k < task.depth && c < task.columns) task.sums_of(part)[std::int64_t{k} * task.columns + c] = sum;
}

/// The same where every channel is a group of its own: 32 channels a block, of which every eighth pair is one warp's.
template <class T, class A>
__global__ void __launch_bounds__(256) sum_products_by_channels(const __grid_constant__ WeightGradient<T, A> task) {
  constexpr int warps = 8, channels = 32;
  __shared__ __align__(16) PairList list;
  __shared__ A sums[warps][channels];
  const auto part = task.part();  // with one group, whose columns are the channels
  const int warp = static_cast<int>(threadIdx.x) / channels, lane = static_cast<int>(threadIdx.x) % channels;
  const int channel = part.column_block * channels + lane;
  A sum{};
  for (std::int64_t first = part.first; first < part.end; first += PairList::segments * part.step) {
    list.find<8>(task.rules, part.tap, first, part.end, part.step);
    if (channel < task.columns)
      for (int entry = warp; entry < list.size(); entry += warps) {
        const int2 rows = list.rows[entry];
        sum += static_cast<A>(task.x(rows.x, channel)) * static_cast<A>(task.dy(rows.y, channel));
      }
    __syncthreads();
  }
  sums[warp][lane] = sum;
  __syncthreads();
  if (warp > 0 || channel >= task.columns) return;
  for (int other = 1; other < warps; ++other) sum += sums[other][lane];
  task.sums_of(part)[channel] = sum;
}

}  // namespace scn::gpu

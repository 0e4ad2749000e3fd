// Convolution without tensor cores: products and sums are those of the accumulator's type. Any channels, any type.
#pragma once

#include <cstdint>

#include "scn/cuda/epilogue.cuh"
#include "scn/cuda/tap_table.cuh"
#include "scn/cuda/weights.cuh"

namespace scn::gpu {

/// One convolution as these kernels see it.
template <class T, class A>
struct ExactConvolution {
  RulesView rules;
  MatrixView<const T> x;
  TapMatrices<A> weights;
  Epilogue<A, T> epilogue;
  MatrixView<T> y;
  int column_blocks;
};

inline constexpr int exact_columns = 32, exact_depth = 16;

/// 128 outputs x 32 channels a block, 4 x 4 sums a thread. One output is summed over taps, then channels.
template <class T, class A>
__global__ void __launch_bounds__(256) convolve_exactly(const __grid_constant__ ExactConvolution<T, A> task) {
  __shared__ __align__(16) TapTable table;
  __shared__ A a[exact_depth][TapTable::places + 4], b[exact_depth][exact_columns];
  const int thread = static_cast<int>(threadIdx.x), row = thread / 8 * 4, column = thread % 8 * 4;
  const int first_column = static_cast<int>(blockIdx.x % task.column_blocks) * exact_columns;
  const std::int64_t group = blockIdx.x / task.column_blocks % task.weights.groups;
  const std::int64_t tile = blockIdx.x / task.column_blocks / task.weights.groups;
  const std::int64_t depth = task.weights.depth, columns = task.weights.columns;
  A sum[4][4] = {};
  for (std::int64_t segment = task.rules.first_segment(tile); segment < task.rules.first_segment(tile + 1); ++segment) {
    const std::int64_t first = task.rules.first_tap(segment);
    table.fill(task.rules, segment);
    for (std::uint32_t left = table.taps_of<TapTable::places>(0); left != 0; left &= left - 1) {
      const int tap = __ffs(static_cast<int>(left)) - 1;
      const std::int64_t real = task.rules.tap(first + tap);
      for (std::int64_t k = 0; k < depth; k += exact_depth) {
        for (int i = thread; i < exact_depth * TapTable::places; i += 256) {
          const int place = i / exact_depth, step = i % exact_depth;
          const std::int32_t in = table.row[tap][place];
          a[step][place] = in >= 0 && k + step < depth ? static_cast<A>(task.x(in, group * depth + k + step)) : A{};
        }
        for (int i = thread; i < exact_depth * exact_columns; i += 256) {
          const int step = i / exact_columns, c = i % exact_columns;
          const bool inside = k + step < depth && first_column + c < columns;
          b[step][c] = inside ? task.weights(real, group, k + step, first_column + c) : A{};
        }
        __syncthreads();
#pragma unroll
        for (int step = 0; step < exact_depth; ++step)
#pragma unroll
          for (int i = 0; i < 4; ++i)
#pragma unroll
            for (int j = 0; j < 4; ++j) sum[i][j] += a[step][row + i] * b[step][column + j];
        __syncthreads();
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i) {
    const std::int64_t to = task.rules.output(tile, row + i);
    if (to < 0 || to >= exact_rows(task.y.rows)) continue;
    for (int j = 0; j < 4; ++j) {
      const std::int64_t c = group * columns + first_column + column + j;
      if (first_column + column + j < columns)
        task.y(to, c) = static_cast<T>(finished(task.epilogue, to, c, sum[i][j]));
    }
  }
}

/// The same where every channel is a group of its own: w(tap) is one number a channel. 128 outputs x 32 channels a
/// block, 16 outputs of one channel a thread.
template <class T, class A>
__global__ void __launch_bounds__(256) convolve_by_channels(const __grid_constant__ ExactConvolution<T, A> task) {
  __shared__ __align__(16) TapTable table;
  constexpr int rows = TapTable::places / 8;
  const int thread = static_cast<int>(threadIdx.x), row = thread / exact_columns * rows;
  const std::int64_t channel = blockIdx.x % task.column_blocks * exact_columns + thread % exact_columns;
  const std::int64_t tile = blockIdx.x / task.column_blocks;
  A sum[rows] = {};
  for (std::int64_t segment = task.rules.first_segment(tile); segment < task.rules.first_segment(tile + 1); ++segment) {
    const std::int64_t first = task.rules.first_tap(segment);
    table.fill(task.rules, segment);
    if (channel < task.weights.groups)
      for (std::uint32_t left = table.taps_of<rows>(row); left != 0; left &= left - 1) {
        const int tap = __ffs(static_cast<int>(left)) - 1;
        const std::int64_t real = task.rules.tap(first + tap);
        const A weight = task.weights(real, channel, 0, 0);
#pragma unroll
        for (int i = 0; i < rows; ++i)
          if (const std::int32_t in = table.row[tap][row + i]; in >= 0)
            sum[i] += static_cast<A>(task.x(in, channel)) * weight;
      }
    __syncthreads();
  }
  if (channel >= task.weights.groups) return;
#pragma unroll
  for (int i = 0; i < rows; ++i) {
    const std::int64_t to = task.rules.output(tile, row + i);
    if (to >= 0 && to < exact_rows(task.y.rows))
      task.y(to, channel) = static_cast<T>(finished(task.epilogue, to, channel, sum[i]));
  }
}

}  // namespace scn::gpu

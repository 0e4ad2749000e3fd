// Gradient to the weights of a convolution on tensor cores: for each tap, sums over its pairs of outer products.
#pragma once

#include <cstdint>

#include "scn/cuda/pair_list.cuh"
#include "scn/cuda/tensor_core.cuh"
#include "scn/cuda/weight_gradient.cuh"
#include "scn/cuda/weights.cuh"

namespace scn::gpu {

/// Depth x Columns sums a block, shared out to its warps; 64 or 128 bytes of pairs are a stage on the way to shared
/// memory.
template <class T, int Depth, int Columns, int DepthWarps, int ColumnWarps>
struct GradientShape {
  static constexpr int threads = 32 * DepthWarps * ColumnWarps, numbers = chunk_numbers<T>;
  static constexpr bool wide = Depth + Columns > 128;
  static constexpr int pairs = (wide ? 4 : 8) * numbers, stages = wide ? 4 : 3;
  static constexpr int warp_depth = Depth / DepthWarps, warp_columns = Columns / ColumnWarps;
  static constexpr int x_pitch = Depth + 8, dy_pitch = Columns + 8;  // no two rows of 8 meet in a bank
  static constexpr int stage_bytes = pairs * (x_pitch + dy_pitch) * static_cast<int>(sizeof(T));
  static constexpr int shared_bytes = stages * stage_bytes + static_cast<int>(sizeof(PairList));
};

template <class T, int Depth, int Columns, int DepthWarps, int ColumnWarps>
class GradientBlock {
  using Shape = GradientShape<T, Depth, Columns, DepthWarps, ColumnWarps>;
  static constexpr int stages = Shape::stages, pairs = Shape::pairs, numbers = Shape::numbers;

 public:
  __device__ GradientBlock(const WeightGradient<T, float>& task, unsigned char* memory)
      : task_(task),
        part_(task.part()),
        memory_(memory),
        list_(*reinterpret_cast<PairList*>(memory + stages * Shape::stage_bytes)),
        thread_(static_cast<int>(threadIdx.x)),
        x_(reinterpret_cast<const unsigned char*>(task.x.data + part_.group * task.depth + part_.depth_block * Depth)),
        dy_(reinterpret_cast<const unsigned char*>(task.dy.data + part_.group * task.columns +
                                                   part_.column_block * Columns)),
        x_pitch_(static_cast<int>(task.x.pitch * std::int64_t{sizeof(T)})),
        dy_pitch_(static_cast<int>(task.dy.pitch * std::int64_t{sizeof(T)})) {}

  __device__ void run() {
    for (std::int64_t first = part_.first; first < part_.end; first += PairList::segments * part_.step) {
      list_.template find<Shape::threads / 32>(task_.rules, part_.tap, first, part_.end, part_.step);
      multiply_list();
    }
    store();
  }

 private:
  /// `count` channels of a group, of the rows that every other number of `row` names, of which there are `rows`.
  template <int Width, int Pitch>
  __device__ void load_rows(T* to, const unsigned char* from, int pitch_bytes, const int* row, int rows,
                            int count) const {
    constexpr int chunks = Width / numbers, step = Shape::threads / chunks;
    static_assert(Shape::threads % chunks == 0 && pairs % step == 0);
    const int c = thread_ % chunks * numbers, pair = thread_ / chunks;
    const std::uint32_t address = shared_address(to + pair * Pitch + c);
#pragma unroll
    for (int i = 0; i < pairs; i += step) {
      const int at = c < count && pair + i < rows ? row[2 * (pair + i)] : -1;
      const unsigned char* const source = from + std::int64_t{at} * pitch_bytes + c * sizeof(T);
      if (task_.aligned) {
        copy_16(address + i * Pitch * sizeof(T), source, at);
      } else {
        alignas(16) T values[numbers];
#pragma unroll
        for (int k = 0; k < numbers; ++k)
          values[k] = at >= 0 && c + k < count ? reinterpret_cast<const T*>(source)[k] : static_cast<T>(0.0f);
        *reinterpret_cast<int4*>(to + (pair + i) * Pitch + c) = *reinterpret_cast<const int4*>(values);
      }
    }
  }

  __device__ void load(int stage) const {
    T* const x = reinterpret_cast<T*>(memory_ + stage % stages * Shape::stage_bytes);
    const int* const row = reinterpret_cast<const int*>(list_.rows + stage * pairs);
    const int rows = list_.size() - stage * pairs;
    load_rows<Depth, Shape::x_pitch>(x, x_, x_pitch_, row, rows, task_.depth - part_.depth_block * Depth);
    load_rows<Columns, Shape::dy_pitch>(x + pairs * Shape::x_pitch, dy_, dy_pitch_, row + 1, rows,
                                        task_.columns - part_.column_block * Columns);
  }

  /// Entries (channel, pair) of x, 16 x the depth of an instruction, from a tile whose rows are pairs.
  __device__ void load_left(std::uint32_t (&a)[4], const T* x) const {
    const int lane = thread_ % 32;
    if constexpr (sizeof(T) == 2) {
      load_transposed(a, shared_address(x + (lane / 16 * 8 + lane % 8) * Shape::x_pitch + lane / 8 % 2 * 8));
    } else {
#pragma unroll
      for (int i = 0; i < 4; ++i)
        a[i] = __float_as_uint(rounded<T>(x[(lane % 4 + i / 2 * 4) * Shape::x_pitch + lane / 4 + i % 2 * 8]));
    }
  }
  /// Entries (pair, channel) of dy for two times 8 channels.
  __device__ void load_right(std::uint32_t (&b)[4], const T* dy) const {
    const int lane = thread_ % 32;
    if constexpr (sizeof(T) == 2) {
      load_transposed(b, shared_address(dy + (lane / 8 % 2 * 8 + lane % 8) * Shape::dy_pitch + lane / 16 * 8));
    } else {
#pragma unroll
      for (int i = 0; i < 4; ++i)
        b[i] = __float_as_uint(rounded<T>(dy[(lane % 4 + i % 2 * 4) * Shape::dy_pitch + lane / 4 + i / 2 * 8]));
    }
  }

  __device__ void multiply(int stage) {
    const T* const x = reinterpret_cast<const T*>(memory_ + stage % stages * Shape::stage_bytes) + first_depth();
    const T* const dy = x - first_depth() + pairs * Shape::x_pitch + first_column();
#pragma unroll
    for (int k = 0; k < pairs; k += 2 * numbers) {
      std::uint32_t a[Shape::warp_depth / 16][4];
#pragma unroll
      for (int i = 0; i < Shape::warp_depth / 16; ++i) load_left(a[i], x + k * Shape::x_pitch + i * 16);
#pragma unroll
      for (int j = 0; j < Shape::warp_columns / 16; ++j) {
        std::uint32_t b[4];
        load_right(b, dy + k * Shape::dy_pitch + j * 16);
#pragma unroll
        for (int i = 0; i < Shape::warp_depth / 16; ++i) {
          multiply_add<T>(sums_[i][2 * j], a[i], b[0], b[1]);
          multiply_add<T>(sums_[i][2 * j + 1], a[i], b[2], b[3]);
        }
      }
    }
  }

  /// Copies are `stages` - 1 stages ahead of the products.
  __device__ void multiply_list() {
    const int count = (list_.size() + pairs - 1) / pairs;
#pragma unroll
    for (int stage = 0; stage < stages - 1; ++stage) {
      if (stage < count) load(stage);
      commit_copies();
    }
    for (int stage = 0; stage < count; ++stage) {
      wait_for_copies<stages - 2>();
      __syncthreads();
      if (stage + stages - 1 < count) load(stage + stages - 1);
      commit_copies();
      multiply(stage);
    }
    wait_for_copies<0>();
    __syncthreads();
  }

  __device__ int first_depth() const { return thread_ / 32 / ColumnWarps * Shape::warp_depth; }
  __device__ int first_column() const { return thread_ / 32 % ColumnWarps * Shape::warp_columns; }

  __device__ void store() const {
    float* const to = task_.sums_of(part_);
    const int lane = thread_ % 32;
    const int row = part_.depth_block * Depth + first_depth() + lane / 4;
    const int column = part_.column_block * Columns + first_column() + lane % 4 * 2;
#pragma unroll
    for (int i = 0; i < Shape::warp_depth / 16; ++i)
#pragma unroll
      for (int j = 0; j < Shape::warp_columns / 8; ++j)
#pragma unroll
        for (int part = 0; part < 4; ++part) {
          const int k = row + i * 16 + part / 2 * 8, c = column + j * 8 + part % 2;
          if (k < task_.depth && c < task_.columns) to[std::int64_t{k} * task_.columns + c] = sums_[i][j][part];
        }
  }

  const WeightGradient<T, float>& task_;
  const typename WeightGradient<T, float>::Part part_;
  unsigned char* const memory_;
  PairList& list_;
  const int thread_;
  const unsigned char *const x_, *const dy_;  ///< the first channels of this block
  const int x_pitch_, dy_pitch_;              ///< bytes
  float sums_[Shape::warp_depth / 16][Shape::warp_columns / 8][4] = {};
};

template <class T, int Depth, int Columns, int DepthWarps, int ColumnWarps>
__global__ void __launch_bounds__(32 * DepthWarps * ColumnWarps, 2)
    sum_outer_products(const __grid_constant__ WeightGradient<T, float> task) {
  extern __shared__ __align__(16) unsigned char gradient_memory[];
  GradientBlock<T, Depth, Columns, DepthWarps, ColumnWarps>(task, gradient_memory).run();
}

}  // namespace scn::gpu

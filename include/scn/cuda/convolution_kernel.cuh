// Convolution on tensor cores: one block computes 128 outputs, the depth of all their taps in one pipeline.
#pragma once

#include <cstdint>

#include "scn/cuda/convolution_shape.cuh"
#include "scn/cuda/epilogue.cuh"
#include "scn/cuda/tap_table.cuh"
#include "scn/cuda/tensor_core.cuh"
#include "scn/cuda/warpgroup.cuh"
#include "scn/cuda/weights.cuh"

namespace scn::gpu {

template <class T, int Columns, int Stages>
class ConvolutionTile {
  using Shape = ConvolutionShape<T, Columns, Stages>;
  static constexpr int numbers = chunk_numbers<T>;

 public:
  __device__ ConvolutionTile(const TensorConvolution<T>& task, unsigned char* memory)
      : task_(task),
        tiles_(memory),
        output_(reinterpret_cast<std::int32_t*>(memory + Shape::tile_bytes)),
        table_(*reinterpret_cast<TapTable*>(output_ + Shape::rows)),
        list_(reinterpret_cast<std::uint32_t*>(table_.warp_pairs)),
        thread_(static_cast<int>(threadIdx.x)),
        address_(shared_address(memory)) {
    const std::int64_t block = blockIdx.x;
    column_ = static_cast<int>(block % task.column_blocks) * Columns;
    group_ = static_cast<int>(block / task.column_blocks % task.groups);
    tile_ =
        task.rules.tiles - 1 - block / task.column_blocks / task.groups;  // where rows are sorted, most taps are last
    x_ = reinterpret_cast<const unsigned char*>(task.x.data + group_ * task.depth);
    weights_ = reinterpret_cast<const unsigned char*>(task.weights) + thread_ * 16 +
               (std::int64_t{group_} * task.column_blocks + column_ / Columns) * task.stages * Shape::b_bytes;
    const int first_row = thread_ / 32 * 16 / Shape::skipped * Shape::skipped;
    block_bit_ = 1u << (16 + first_row / Shape::skipped);
    a_start_ = tile_start(address_ + first_row * Shape::row_bytes);
    b_start_ = tile_start(address_ + Shape::a_bytes);
  }

  __device__ void run() {
    find_outputs();
    const std::int64_t end = task_.rules.first_segment(tile_ + 1);
    for (std::int64_t segment = task_.rules.first_segment(tile_); segment < end; ++segment) {
      const auto first = static_cast<int>(task_.rules.first_tap(segment));
      table_.fill(task_.rules, segment);
      list_stages(min(task_.taps - first, TapTable::taps));
      multiply_listed(first * static_cast<int>(task_.chunks.divisor) / stage_chunks);
    }
    store();
  }

 private:
  static constexpr int copied_rows = Shape::rows * stage_chunks / Shape::threads;  // by one thread, in a stage
  static constexpr int slice = Shape::threads * 16;  // bytes that the threads copy at a time

  /// The output rows of the places, -1 where there is none; read long before they are needed.
  __device__ void find_outputs() {
    if (thread_ >= Shape::rows) return;
    const std::int64_t row = task_.rules.output(tile_, thread_);
    output_[thread_] = row < exact_rows(task_.y.rows) ? static_cast<std::int32_t>(row) : -1;
  }

  /// Lists the stages of these taps that any pair of the tile takes part in: how many they are, then for each its
  /// number and, from bit 16 on, the blocks of places that have one of its taps.
  __device__ void list_stages(int taps) {
    if (thread_ < 32) {
      const int stages = Shape::table_stages(taps, static_cast<int>(task_.chunks.divisor));
      int count = 0;
      for (int stage = thread_; stage - thread_ < stages; stage += 32) {
        const auto first = task_.chunks.quotient(static_cast<std::uint32_t>(stage * stage_chunks));
        const auto last = task_.chunks.quotient(static_cast<std::uint32_t>(stage * stage_chunks + stage_chunks - 1));
        const std::uint32_t stage_taps = (2u << min(last, 31u)) - (1u << min(first, 31u));
        std::uint32_t blocks = 0;
#pragma unroll
        for (int block = 0; block < Shape::rows / Shape::skipped; ++block)
          if (stage < stages && (table_.template taps_of<Shape::skipped>(block * Shape::skipped) & stage_taps) != 0)
            blocks |= 1u << block;
        const std::uint32_t listed = __ballot_sync(0xffffffffu, blocks != 0);
        if (blocks != 0)
          list_[1 + count + __popc(listed & ((1u << thread_) - 1))] = static_cast<std::uint32_t>(stage) | blocks << 16;
        count += __popc(listed);
      }
      if (thread_ == 0) list_[0] = static_cast<std::uint32_t>(count);
    }
    __syncthreads();
  }

  /// Starts to copy an entry of the list to a slot: rows of x for each place, and the weights' columns; zeros where
  /// there are none.
  template <bool Aligned>
  __device__ void load(std::uint32_t entry, int slot, int first_stage) {
    const int stage = static_cast<int>(entry & 0xffff), c = thread_ % stage_chunks, place = thread_ / stage_chunks;
    const int of_taps = stage * stage_chunks + c;
    const int tap = static_cast<int>(task_.chunks.quotient(static_cast<std::uint32_t>(of_taps)));
    const int chunk = of_taps - tap * static_cast<int>(task_.chunks.divisor);
    const std::int32_t* const row = &table_.row[tap][place];
    const unsigned char* const from = x_ + chunk * 16;
    const int at = slot * Shape::stage_bytes + place * Shape::row_bytes + ((c ^ place % stage_chunks) * 16);
#pragma unroll
    for (int i = 0; i < copied_rows; ++i) {
      constexpr int step = slice / Shape::row_bytes;
      const int block = Shape::skipped > step ? i * step / Shape::skipped : (place + i * step) / Shape::skipped;
      if ((entry >> 16 & 1u << block) == 0) continue;
      const std::int32_t in = row[i * step];
      const unsigned char* const source = from + std::int64_t{in} * task_.pitch_bytes;
      if constexpr (Aligned)
        copy_16(address_ + at + slice * i, source, in);
      else
        copy_numbers(tiles_ + at + slice * i, reinterpret_cast<const T*>(source),
                     in < 0 ? 0 : task_.depth - chunk * numbers);
    }
    const unsigned char* const weights = weights_ + std::int64_t{first_stage + stage} * Shape::b_bytes;
    const std::uint32_t b = address_ + slot * Shape::stage_bytes + Shape::a_bytes + thread_ * 16;
#pragma unroll
    for (int i = 0; i < Shape::b_bytes / slice; ++i) copy_16(b + slice * i, weights + slice * i);
  }
  __device__ void load(std::uint32_t entry, int slot, int first_stage) {
    if (task_.aligned_x)
      load<true>(entry, slot, first_stage);
    else
      load<false>(entry, slot, first_stage);
  }

  __device__ static void copy_numbers(unsigned char* to, const T* from, int count) {
    alignas(16) T values[numbers];
#pragma unroll
    for (int i = 0; i < numbers; ++i) values[i] = i < count ? from[i] : static_cast<T>(0.0f);
    *reinterpret_cast<int4*>(to) = *reinterpret_cast<const int4*>(values);
  }

  /// Adds the products of a stage to the sums, unless this warp or warpgroup has none of its taps.
  __device__ void multiply(std::uint32_t entry, int slot) {
    if (!__any_sync(0xffffffffu, entry & block_bit_)) return;
    if constexpr (has_warpgroups) {
      const std::uint32_t a = a_start_ + slot * tile_bytes(Shape::stage_bytes);
      const std::uint32_t b = b_start_ + slot * tile_bytes(Shape::stage_bytes);
      begin_products();
#pragma unroll
      for (int u = 0; u < Shape::units; ++u)
        multiply_add_warpgroup<T, Columns>(sums_, tile_descriptor(a + tile_bytes(u * 32)),
                                           tile_descriptor(b + tile_bytes(u * 32)));
      commit_products();
    } else {
      const std::uint32_t a = address_ + slot * Shape::stage_bytes;
#pragma unroll
      for (int u = 0; u < Shape::units; ++u)
        multiply_unit(a + thread_ / 32 * 16 * Shape::row_bytes, a + Shape::a_bytes, u);
    }
  }

  /// 32 bytes of the depth by a warp: 16 rows of a, all columns of b.
  __device__ void multiply_unit(std::uint32_t a, std::uint32_t b, int u) {
    const int lane = thread_ % 32, row = lane % 8;
    const auto chunk_at = [&](int half) { return static_cast<std::uint32_t>(((2 * u + half) ^ row) * 16); };
    std::uint32_t rows[4], columns[4];
    load_matrices(rows, a + (lane / 8 % 2 * 8 + row) * Shape::row_bytes + chunk_at(lane / 16));
#pragma unroll
    for (int j = 0; j < Columns / 16; ++j) {
      load_matrices(columns, b + (j * 16 + lane / 16 * 8 + row) * Shape::row_bytes + chunk_at(lane / 8 % 2));
      multiply_add<T>(reinterpret_cast<float(&)[4]>(sums_[8 * j]), rows, columns[0], columns[1]);
      multiply_add<T>(reinterpret_cast<float(&)[4]>(sums_[8 * j + 4]), rows, columns[2], columns[3]);
    }
  }

  /// Everything that is listed, with Stages - 1 stages on the way. Entries are read early, and so a few after the last.
  __device__ void multiply_listed(int first_stage) {
    const int count = static_cast<int>(list_[0]);
    const std::uint32_t* const entries = list_ + 1;
#pragma unroll
    for (int i = 0; i < Stages - 1; ++i) {
      if (i < count) load(entries[i], i, first_stage);
      commit_copies();
    }
    int slot = 0, next = Stages - 1;
    std::uint32_t entry = entries[0], ahead = entries[Stages - 1];
#pragma unroll 1
    for (int i = 0; i < count; ++i) {
      wait_for_copies<Stages - 2>();
      if constexpr (has_warpgroups) show_to_tensor_cores();
      __syncthreads();
      multiply(entry, slot);
      if (i + Stages - 1 < count) load(ahead, next, first_stage);
      commit_copies();
      entry = entries[i + 1];
      ahead = entries[i + Stages];
      slot = slot == Stages - 1 ? 0 : slot + 1;
      next = next == Stages - 1 ? 0 : next + 1;
      if constexpr (has_warpgroups) wait_for_products();
    }
    wait_for_copies<0>();
    __syncthreads();
  }

  /// Sums go through shared memory, so that rows are written as a whole.
  __device__ void store() {
    float* const sums = reinterpret_cast<float*>(tiles_);
    const int lane = thread_ % 32, row = thread_ / 32 * 16 + lane / 4;
#pragma unroll
    for (int j = 0; j < Columns / 8; ++j)
#pragma unroll
      for (int half = 0; half < 2; ++half)
        *reinterpret_cast<float2*>(&sums[(row + 8 * half) * Shape::sum_pitch + 8 * j + lane % 4 * 2]) =
            make_float2(sums_[4 * j + 2 * half], sums_[4 * j + 2 * half + 1]);
    __syncthreads();
    const int columns = min(Columns, task_.columns - column_), column = group_ * task_.columns + column_;
    constexpr int per_row = Columns / numbers;
    for (int i = thread_; i < Shape::rows * per_row; i += Shape::threads) {
      const int place = i / per_row, c = i % per_row * numbers;
      if (const std::int32_t to = output_[place]; to >= 0 && c < columns)
        store_chunk(to, column + c, min(numbers, columns - c), &sums[place * Shape::sum_pitch + c]);
    }
  }

  __device__ void store_chunk(std::int64_t row, int column, int count, const float* sums) const {
    T* const to = &task_.y(row, column);
    if (task_.aligned_y) {
      alignas(16) T values[numbers] = {};
      if (task_.epilogue.residual.data != nullptr)
        *reinterpret_cast<int4*>(values) = *reinterpret_cast<const int4*>(&task_.epilogue.residual(row, column));
#pragma unroll
      for (int i = 0; i < numbers; ++i) {
        const float shift = task_.epilogue.shift == nullptr ? 0.0f : task_.epilogue.shift[column + i];
        const float sum = sums[i] + shift + static_cast<float>(values[i]);
        values[i] = static_cast<T>(sum > 0.0f ? sum : task_.epilogue.slope * sum);
      }
      *reinterpret_cast<int4*>(to) = *reinterpret_cast<const int4*>(values);
    } else {
      for (int i = 0; i < count; ++i)
        to[i] = static_cast<T>(finished(task_.epilogue, row, std::int64_t{column + i}, sums[i]));
    }
  }

  const TensorConvolution<T>& task_;
  unsigned char* const tiles_;
  std::int32_t* const output_;
  TapTable& table_;
  std::uint32_t* const list_;
  const int thread_;
  const std::uint32_t address_;
  const unsigned char* x_ = nullptr;        ///< the first channel of the group
  const unsigned char* weights_ = nullptr;  ///< this thread's part of the tile of the first stage
  std::uint32_t block_bit_ = 0;             ///< of an entry of the list, for the rows that this warp multiplies
  std::uint32_t a_start_ = 0, b_start_ = 0;
  int column_ = 0, group_ = 0;
  std::int64_t tile_ = 0;
  float sums_[Columns / 2] = {};
};

template <class T, int Columns, int Stages>
__global__ void __launch_bounds__(ConvolutionShape<T, Columns, Stages>::threads,
                                  ConvolutionShape<T, Columns, Stages>::blocks)
    convolve_tile(const __grid_constant__ TensorConvolution<T> task) {
  extern __shared__ __align__(1024) unsigned char convolution_memory[];
  ConvolutionTile<T, Columns, Stages>(task, convolution_memory).run();
}

}  // namespace scn::gpu

// Convolution on tensor cores: one block computes 128 outputs, the depth of all their taps in one pipeline.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cuda/epilogue.cuh"
#include "scn/cuda/tap_table.cuh"
#include "scn/cuda/tensor_core.cuh"
#include "scn/cuda/warpgroup.cuh"
#include "scn/cuda/weights.cuh"

namespace scn::cuda {

/// n / divisor without a division, for n below 2^16.
struct Divider {
  std::uint32_t divisor, factor;

  explicit Divider(std::uint32_t by) : divisor(by), factor(by == 1 ? 0 : 0xffffffffu / by + 1) {}
  __device__ std::uint32_t quotient(std::uint32_t n) const { return divisor == 1 ? n : __umulhi(n, factor); }
};

/// One convolution as the kernel sees it. Channels are those of one group.
template <class T>
struct TensorConvolution {
  RulesView rules;
  MatrixView<const T> x;
  const T* weights;  ///< as PackChunks lays them out
  Epilogue<float, T> epilogue;
  MatrixView<T> y;
  int taps, groups, depth, columns;
  int chunks;  ///< of the depth
  int column_blocks;
  bool aligned_x, aligned_y;  ///< whether chunks of 16 bytes can be read and written as one
  Divider units;              ///< instructions of a tap or, where a tap has an odd number of chunks, of two of them
};

/// Depth runs over taps, then channels, in units of 32 bytes, the depth of one instruction. A unit has its place in
/// that order whatever pairs there are, so that the bits of a sum depend on its own pairs alone. Where the chunks of a
/// tap are odd in number, two taps go together. A stage of the pipeline is four units.
template <class T, int Columns, int Stages>
struct ConvolutionShape {
  static constexpr int threads = 256, rows = TapTable::places, row_bytes = 128, chunks = 8, units = 4;
  static constexpr int a_bytes = rows * row_bytes, stage_bytes = a_bytes + Columns * row_bytes;
  static constexpr int sum_pitch = Columns + 8;
  static constexpr int tile_bytes = std::max(Stages * stage_bytes, rows* sum_pitch * 4);
  static constexpr int shared_bytes = 1024 + tile_bytes + static_cast<int>(sizeof(TapTable)) + TapTable::taps;
  /// Places of which a warp or a warpgroup leaves out stages that none of them has a tap of.
  static constexpr int skipped = has_warpgroups ? 64 : 16;
};

template <class T, int Columns, int Stages>
class ConvolutionTile {
  using Shape = ConvolutionShape<T, Columns, Stages>;
  static constexpr int numbers = chunk_numbers<T>;

 public:
  __device__ ConvolutionTile(const TensorConvolution<T>& task, unsigned char* memory)
      : task_(task),
        tiles_(memory + (1024 - shared_address(memory) % 1024) % 1024),
        table_(*reinterpret_cast<TapTable*>(tiles_ + Shape::tile_bytes)),
        list_(tiles_ + Shape::tile_bytes + sizeof(TapTable)),
        thread_(static_cast<int>(threadIdx.x)) {
    const std::int64_t block = blockIdx.x;
    column_ = static_cast<int>(block % task.column_blocks) * Columns;
    group_ = static_cast<int>(block / task.column_blocks % task.groups);
    tile_ = block / task.column_blocks / task.groups;
  }

  __device__ void run() {
    for (int first = 0; first < task_.taps; first += TapTable::taps)
      for (int round = 0;; ++round) {
        const bool more = table_.fill(task_.rules, tile_, first, round);
        list_taps();
        multiply_taps(first);
        if (!more) break;
      }
    store();
  }

 private:
  static constexpr int copied_rows = Shape::rows * Shape::chunks / Shape::threads;  // by one thread, in a stage

  __device__ int paired() const { return task_.chunks & 1; }
  __device__ int copied_row(int i) const { return thread_ / Shape::chunks + Shape::threads / Shape::chunks * i; }
  /// Of those that this thread's warp or warpgroup multiplies.
  __device__ int first_row() const { return thread_ / 32 * 16 / Shape::skipped * Shape::skipped; }

  /// The taps, or twos of taps, that the tile has, as numbers from 0 to 31.
  __device__ void list_taps() {
    std::uint32_t all = table_.template taps_of<TapTable::places>(0);
    if (paired()) all = (all | all >> 1) & 0x55555555u;
    if (thread_ < TapTable::taps && (all >> thread_ & 1))
      list_[__popc(all & ((1u << thread_) - 1))] = static_cast<unsigned char>(thread_);
    units_ = __popc(all) * static_cast<int>(task_.units.divisor);
#pragma unroll
    for (int i = 0; i < copied_rows; ++i)
      taps_of_row_[i] = table_.template taps_of<Shape::skipped>(copied_row(i) / Shape::skipped * Shape::skipped);
    taps_of_warp_ = table_.template taps_of<Shape::skipped>(first_row());
    __syncthreads();
  }

  /// Chunk `c` of a stage: its tap, and which chunk of the tap it is; false after the last one.
  __device__ bool locate(int stage, int c, int& tap, int& chunk) const {
    const int unit = stage * Shape::units + c / 2;
    if (unit >= units_) return false;
    const int entry = static_cast<int>(task_.units.quotient(static_cast<std::uint32_t>(unit)));
    tap = list_[entry];
    chunk = 2 * (unit - entry * static_cast<int>(task_.units.divisor)) + c % 2;
    if (paired() && chunk >= task_.chunks) {
      ++tap;
      chunk -= task_.chunks;
    }
    return true;
  }

  /// The taps of a stage that exists, one bit for each.
  __device__ std::uint32_t taps_of_stage(int stage) const {
    const int unit = stage * Shape::units, last_unit = min(unit + Shape::units, units_) - 1;
    const auto entry = task_.units.quotient(static_cast<std::uint32_t>(unit));
    const auto last_entry = task_.units.quotient(static_cast<std::uint32_t>(last_unit));
    std::uint32_t taps = 0;
    for (auto i = entry; i <= last_entry; ++i) taps |= (paired() ? 3u : 1u) << list_[i];
    return taps;
  }

  __device__ void copy_chunk(std::uint32_t to, unsigned char* generic, std::int32_t row, int chunk) const {
    const T* const from = task_.x.data + row * task_.x.pitch + group_ * task_.depth + chunk * numbers;
    if (task_.aligned_x) {
      copy_16(to, row < 0 ? task_.x.data : from, row >= 0);
      return;
    }
    alignas(16) T values[numbers];
#pragma unroll
    for (int i = 0; i < numbers; ++i)
      values[i] = row >= 0 && chunk * numbers + i < task_.depth ? from[i] : static_cast<T>(0.0f);
    *reinterpret_cast<int4*>(generic) = *reinterpret_cast<const int4*>(values);
  }

  /// Starts to copy a stage: rows of x for each place, and the weights' columns; zeros where there are none.
  __device__ void load(int stage, int first_tap) {
    unsigned char* const a = tiles_ + stage % Stages * Shape::stage_bytes;
    const std::uint32_t a_address = shared_address(a), b_address = a_address + Shape::a_bytes,
                        taps = taps_of_stage(stage);
    const int c = thread_ % Shape::chunks;
    int tap = 0, chunk = 0;
    const bool exists = locate(stage, c, tap, chunk);
#pragma unroll
    for (int i = 0; i < copied_rows; ++i) {
      if ((taps_of_row_[i] & taps) == 0) continue;
      const int place = copied_row(i), at = place * Shape::row_bytes + ((c ^ place % 8) * 16);
      copy_chunk(a_address + at, a + at, exists ? table_.row[tap][place] : -1, chunk);
    }
#pragma unroll
    for (int i = 0; i < Shape::chunks * Columns / Shape::threads; ++i) {
      const int index = i * Shape::threads + thread_, b = index / Columns, column = index % Columns;
      const bool inside =
          locate(stage, b, tap, chunk) && column_ + column < task_.columns && first_tap + tap < task_.taps;
      const int listed = first_tap + tap, real = task_.rules.reversed ? task_.taps - 1 - listed : listed;
      const std::int64_t packed = (std::int64_t{group_} * task_.taps + real) * task_.chunks + chunk;
      const T* const from = task_.weights + (packed * task_.columns + column_ + column) * numbers;
      copy_16(b_address + column * Shape::row_bytes + ((b ^ column % 8) * 16), inside ? from : task_.weights, inside);
    }
  }

  /// Adds the products of a stage to the sums, unless this warp or warpgroup has none of its taps.
  __device__ void multiply(int stage) {
    if (!__any_sync(0xffffffffu, taps_of_warp_ & taps_of_stage(stage))) return;
    const std::uint32_t a = shared_address(tiles_) + stage % Stages * Shape::stage_bytes, b = a + Shape::a_bytes;
    const std::uint32_t rows = a + first_row() * Shape::row_bytes;
    if constexpr (has_warpgroups) {
      begin_products();
#pragma unroll
      for (int u = 0; u < Shape::units; ++u)
        multiply_add_warpgroup<T, Columns>(sums_, tile_descriptor(rows + u * 32), tile_descriptor(b + u * 32));
      commit_products();
    } else {
#pragma unroll
      for (int u = 0; u < Shape::units; ++u) multiply_unit(rows, b, u);
    }
  }

  /// One unit by a warp: 16 rows of a, all columns of b.
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

  /// Everything that the table has, with Stages - 1 stages on the way.
  __device__ void multiply_taps(int first_tap) {
    const int stages = (units_ + Shape::units - 1) / Shape::units;
#pragma unroll
    for (int stage = 0; stage < Stages - 1; ++stage) {
      if (stage < stages) load(stage, first_tap);
      commit_copies();
    }
    for (int stage = 0; stage < stages; ++stage) {
      wait_for_copies<Stages - 2>();
      if constexpr (has_warpgroups) show_to_tensor_cores();
      __syncthreads();
      multiply(stage);
      if (stage + Stages - 1 < stages) load(stage + Stages - 1, first_tap);
      commit_copies();
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
    const std::int64_t outputs = exact_rows(task_.y.rows);
    const int columns = min(Columns, task_.columns - column_), column = group_ * task_.columns + column_;
    constexpr int per_row = Columns / numbers;
    for (int i = thread_; i < Shape::rows * per_row; i += Shape::threads) {
      const int place = i / per_row, c = i % per_row * numbers;
      const std::int64_t to = task_.rules.output(tile_, place);
      if (to >= 0 && to < outputs && c < columns)
        store_chunk(to, column + c, min(numbers, columns - c), &sums[place * Shape::sum_pitch + c]);
    }
  }

  __device__ void store_chunk(std::int64_t row, int column, int count, const float* sums) const {
    T* const to = &task_.y(row, column);
    if (task_.aligned_y && count == numbers) {
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
  unsigned char* tiles_;
  TapTable& table_;
  unsigned char* list_;
  int thread_, column_ = 0, group_ = 0, units_ = 0;
  std::int64_t tile_ = 0;
  std::uint32_t taps_of_row_[copied_rows] = {}, taps_of_warp_ = 0;
  float sums_[Columns / 2] = {};
};

template <class T, int Columns, int Stages>
__global__ void __launch_bounds__(256, 2) convolve_tile(const __grid_constant__ TensorConvolution<T> task) {
  extern __shared__ unsigned char memory[];
  ConvolutionTile<T, Columns, Stages>(task, memory).run();
}

}  // namespace scn::cuda

// One convolution on tensor cores, as its kernel sees it, and the shape of the blocks that compute it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "scn/core/matrix.hpp"
#include "scn/cuda/tap_table.cuh"
#include "scn/cuda/warpgroup.cuh"
#include "scn/cuda/weights.cuh"

namespace scn::gpu {

/// n / divisor without a division, for n and divisor below 2^16.
struct Divider {
  std::uint32_t divisor, factor, whole;

  explicit Divider(std::uint32_t by) : divisor(by), factor(0xffffffffu / by + 1), whole(by == 1 ? ~0u : 0) {}
  __device__ std::uint32_t quotient(std::uint32_t n) const { return __umulhi(n, factor) + (n & whole); }
};

/// One convolution as the kernel sees it. Channels are those of one group.
template <class T>
struct TensorConvolution {
  RulesView rules;
  MatrixView<const T> x;
  const T* weights;  ///< as PackStages lays them out
  Epilogue<float, T> epilogue;
  MatrixView<T> y;
  int taps, groups, depth, columns;
  int column_blocks, stages;
  int pitch_bytes;            ///< of x
  bool aligned_x, aligned_y;  ///< whether chunks of 16 bytes can be read and written as one
  Divider chunks;             ///< of a tap
};

/// Depth runs over taps, then channels, in stages of 128 bytes. A stage has its place in that order whatever pairs
/// there are, so that the bits of a sum depend on its own pairs alone.
template <class T, int Columns, int Stages>
struct ConvolutionShape {
  static constexpr int threads = 256, rows = TapTable::places, row_bytes = 128, units = 4;
  static constexpr int a_bytes = rows * row_bytes, b_bytes = Columns * row_bytes, stage_bytes = a_bytes + b_bytes;
  static constexpr int sum_pitch = Columns + 8;
  static constexpr int tile_bytes = std::max(Stages * stage_bytes, rows* sum_pitch * 4);
  /// Blocks that a multiprocessor has room for.
  static constexpr int blocks = tile_bytes <= 56 * 1024 ? 3 : 2;
  /// Places of which a warp or a warpgroup leaves out stages that none of them has a tap of.
  static constexpr int skipped = has_warpgroups ? 64 : 16;

  /// Stages of the taps that a table holds at once.
  static constexpr int table_stages(int taps, int chunks) {
    return ((taps < TapTable::taps ? taps : TapTable::taps) * chunks + stage_chunks - 1) / stage_chunks;
  }
  static constexpr int shared_bytes(int taps, int chunks) {
    const int table = static_cast<int>(sizeof(TapTable));
    const int list = static_cast<int>(offsetof(TapTable, warp_pairs)) + (1 + table_stages(taps, chunks) + Stages) * 4;
    return tile_bytes + rows * 4 + (table < list ? list : table);
  }
};

}  // namespace scn::gpu

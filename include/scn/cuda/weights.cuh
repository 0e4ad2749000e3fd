// The weights of a convolution on the GPU, and the form in which tensor cores read them.
#pragma once

#include <cstdint>

#include "scn/core/matrix.hpp"
#include "scn/cuda/parallel.cuh"
#include "scn/cuda/tensor_core.cuh"

namespace scn {

namespace gpu {

/// A view of the parameter: tap k, group g is an (in / groups) x (out / groups) matrix, its rows without gaps.
template <class T>
struct Weights {
  using Number = typename CudaDevice<T>::Accumulator;

  const Number* data = nullptr;
  std::int64_t pitch = 0;                              ///< numbers from one matrix to the next
  std::int64_t taps = 0, groups = 1, in = 0, out = 0;  ///< in and out count the channels of all groups

  constexpr std::int64_t group_in() const { return in / groups; }
  constexpr std::int64_t group_out() const { return out / groups; }
};

/// One direction of a convolution's weights, as matrices of depth x columns: the way back is the transposed one.
template <class A>
struct TapMatrices {
  const A* data = nullptr;
  std::int64_t pitch = 0, taps = 0, groups = 1;
  std::int64_t depth = 0, columns = 0;  ///< channels of one group of what is read and what is written
  std::int64_t depth_stride = 0, column_stride = 0;

  constexpr const A& operator()(std::int64_t tap, std::int64_t group, std::int64_t k, std::int64_t column) const {
    return data[(tap * groups + group) * pitch + k * depth_stride + column * column_stride];
  }
};

template <class T>
TapMatrices<typename Weights<T>::Number> matrices(const Weights<T>& w) {
  return {w.data, w.pitch, w.taps, w.groups, w.group_in(), w.group_out(), w.group_out(), 1};
}

template <class T>
TapMatrices<typename Weights<T>::Number> transposed_matrices(const Weights<T>& w) {
  return {w.data, w.pitch, w.taps, w.groups, w.group_out(), w.group_in(), 1, w.group_out()};
}

/// Numbers of 16 bytes: what is copied at a time. Two of them are the depth of one instruction of the tensor cores.
template <class T>
inline constexpr int chunk_numbers = 16 / static_cast<int>(sizeof(T));

/// Chunks of a row of a tile in shared memory: 128 bytes.
inline constexpr int stage_chunks = 8;

/// Rounds weights to what the tensor cores read, and lays them out as the tiles in shared memory that they become. The
/// depth of a convolution runs over taps, as a map lists them, and over each tap's chunks of channels, filled up with
/// zeros; eight chunks are a stage. Tiles of a stage follow each other, then blocks of columns, then groups. In a tile,
/// a row is a column of the weights; its chunks are exchanged as tile_descriptor() says.
template <class T, class A>
struct PackStages {
  TapMatrices<A> from;
  T* to;
  int block, column_blocks;  ///< columns of a tile; tiles side by side
  int chunks, stages;        ///< of a tap; of all taps
  bool reversed;

  __device__ void operator()(std::int64_t chunk_of_all, std::int64_t row) const {
    constexpr int numbers = chunk_numbers<T>;
    const int all = static_cast<int>(chunk_of_all), per_tile = stages * stage_chunks;
    const int chunk = all % per_tile, tile = all / per_tile, tap = chunk / chunks, k = chunk % chunks * numbers;
    const int group = tile / column_blocks, column = tile % column_blocks * block + static_cast<int>(row);
    T* const packed = to + (((std::int64_t{tile} * stages + chunk / stage_chunks) * block + row) * stage_chunks +
                            (chunk % stage_chunks ^ row % stage_chunks)) *
                               numbers;
    const bool inside = tap < from.taps && column < from.columns;
    alignas(16) T values[numbers];
#pragma unroll
    for (int i = 0; i < numbers; ++i)
      values[i] = rounded<T>(
          inside && k + i < from.depth ? from(reversed ? from.taps - 1 - tap : tap, group, k + i, column) : A{});
    *reinterpret_cast<int4*>(packed) = *reinterpret_cast<const int4*>(values);
  }
};

}  // namespace gpu

/// The device's form of a convolution's weights: a view, which each call rounds to what its kernels read.
template <class T>
gpu::Weights<T> prepare(CudaDevice<T>& device,
                        const Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& parameter, std::int64_t taps,
                        std::int64_t groups, std::int64_t in, std::int64_t out) {
  gpu::require_own(device, "prepare", parameter);
  return {parameter.view().data, parameter.view().pitch, taps, groups, in, out};
}

}  // namespace scn

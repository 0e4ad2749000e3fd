// The weights of a convolution on the GPU, and the form in which tensor cores read them.
#pragma once

#include <cstdint>

#include "scn/core/matrix.hpp"
#include "scn/cuda/parallel.cuh"
#include "scn/cuda/tensor_core.cuh"

namespace scn {

namespace cuda {

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

/// Rounds to what the tensor cores read, and lays out chunk by chunk: numbers k of one column lie side by side, then
/// come the columns, the chunks of the depth (filled up with zeros), the taps, the groups.
template <class T, class A>
struct PackChunks {
  TapMatrices<A> from;
  T* to;
  std::int64_t chunks;  ///< of the depth

  __device__ void operator()(std::int64_t chunk, std::int64_t column) const {
    constexpr int numbers = chunk_numbers<T>;
    const std::int64_t k = chunk % chunks * numbers, tap = chunk / chunks % from.taps,
                       group = chunk / chunks / from.taps;
    T* const packed = to + (chunk * from.columns + column) * numbers;
#pragma unroll
    for (int i = 0; i < numbers; ++i)
      packed[i] = rounded<T>(k + i < from.depth ? from(tap, group, k + i, column) : A{});
  }
};

}  // namespace cuda

/// The device's form of a convolution's weights: a view, which each call rounds to what its kernels read.
template <class T>
cuda::Weights<T> prepare(CudaDevice<T>&, const Matrix<CudaDevice<T>, typename CudaDevice<T>::Accumulator>& parameter,
                         std::int64_t taps, std::int64_t groups, std::int64_t in, std::int64_t out) {
  return {parameter.view().data, parameter.view().pitch, taps, groups, in, out};
}

}  // namespace scn

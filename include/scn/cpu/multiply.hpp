// Rows x channels products on the CPU: linear layers over rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cpu/convolution.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/product.hpp"

namespace scn {

namespace cpu {

/// y (+)= x w and the epilogue, w depth x columns as it is or transposed: blocks of rows whose sums stay in the first
/// cache.
template <class T>
void multiply(CpuDevice<T>& device, MatrixView<const T> x, MatrixView<const T> w, bool transposed,
              const Epilogue<T>& epilogue, MatrixView<T> y, Write write) {
  constexpr std::int64_t block = 64;
  static_assert(block % product_rows == 0);
  const Instructions set = chosen(device.instructions);
  const std::int64_t rows = x.rows.bound, width = padded<T>(set, y.channels);
  const std::int64_t in = transposed ? y.channels : x.channels, out = transposed ? x.channels : y.channels;
  const typename CpuDevice<T>::Weights weights{w.data, 1, 1, in, out};
  const KernelWeights<T> matrix(device, set, weights, transposed);
  parallel(device.threads, (rows + block - 1) / block, [&](std::int64_t task) {
    const std::int64_t begin = task * block, count = std::min(block, rows - begin);
    Buffer<T, CpuDevice<T>> scratch(device, block * (x.channels + width));
    T *const sums = scratch.data(), *const packed = sums + block * width;
    const InputRows<T> from{x.data + begin * x.pitch, x.pitch, in_order<std::int32_t, block>.data()};
    if (set == Instructions::eigen) {
      gather(from, count, block, x.channels, packed);
      for (std::int64_t row = 0; row < count; row += product_rows)
        if (transposed)
          product_transposed(packed + row * x.channels, x.channels, w.data, sums + row * width, width, width,
                             x.channels);
        else
          product(packed + row * x.channels, x.channels, w.data, sums + row * width, width, x.channels, width);
    } else {
      std::fill_n(sums, block * width, T{});
      with_instructions<T>(
          set,
          detail::AddProducts<T>{from, {sums, width, in_order<std::uint16_t, block>.data()}, count, matrix.at(0, 0)});
    }
    with_instructions<T>(set, detail::StoreRows<T>{sums, 1, width, begin, begin + count, epilogue, y, write});
  });
}

}  // namespace cpu

/// y = x w and the epilogue; w is in x out.
template <class T>
void multiply(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& w,
              const Epilogue<T>& epilogue, Matrix<CpuDevice<T>, T>& y) {
  cpu::multiply(device, x.view(), w.view(), false, epilogue, y.view(), Write::assign);
}

/// dx (+)= dy w^T.
template <class T>
void multiply_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy, const Matrix<CpuDevice<T>, T>& w,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  cpu::multiply(device, dy.view(), w.view(), true, Epilogue<T>{}, dx.view(), write);
}

/// dw (+)= x^T dy: chunks of 4,096 rows, added up in their order.
template <class T>
void multiply_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              Matrix<CpuDevice<T>, T>& dw, Write write) {
  constexpr std::int64_t chunk = 4096;
  const Instructions set = cpu::chosen(device.instructions);
  const std::int64_t in = x.channels(), out = dy.channels(), width = cpu::padded<T>(set, out), size = in * width;
  const std::int64_t rows = x.rows().bound, chunks = (rows + chunk - 1) / chunk;
  Buffer<T, CpuDevice<T>> partial(device, chunks * size);
  cpu::parallel(device.threads, chunks, [&](std::int64_t task) {
    const std::int64_t begin = task * chunk, count = std::min(chunk, rows - begin);
    const T *const left = &x.view()(begin, 0), *const right = &dy.view()(begin, 0);
    T* const sums = partial.data() + task * size;
    std::fill_n(sums, size, T{});
    if (set == Instructions::eigen)
      cpu::add_outer_product(left, in, right, out, sums, count, in, out);
    else
      cpu::with_instructions<T>(
          set, cpu::detail::AddOuterProducts<T>{{left, in, cpu::in_order<std::int32_t, chunk>.data()},
                                                {right, out, cpu::in_order<std::uint16_t, chunk>.data()},
                                                count,
                                                in,
                                                out,
                                                width,
                                                sums});
  });
  T* const to = dw.view().data;
  if (write == Write::assign) std::fill_n(to, in * out, T{});
  for (std::int64_t task = 0; task < chunks; ++task)
    for (std::int64_t row = 0; row < in; ++row)
      for (std::int64_t c = 0; c < out; ++c) to[row * out + c] += partial.data()[task * size + row * width + c];
}

}  // namespace scn

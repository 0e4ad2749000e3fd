// Rows x channels products on the CPU: linear layers over rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "scn/cpu/convolution.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/product.hpp"

namespace scn {

namespace cpu {

/// y (+)= x w and the epilogue, w depth x columns as it is or transposed: blocks of rows whose sums stay in the
/// second cache, large enough to read the weights seldom. Rows of S.
template <class S, class T, class A>
void multiply_rows(CpuDevice<T>& device, Instructions set, MatrixView<const S> x, MatrixView<const A> w,
                   bool transposed, const Epilogue<A, T>& epilogue, MatrixView<T> y, Write write) {
  constexpr std::int64_t block = 256;
  static_assert(block % product_rows == 0);
  const std::int64_t rows = x.rows.bound, width = padded<A>(set, y.channels);
  const std::int64_t in = transposed ? y.channels : x.channels, out = transposed ? x.channels : y.channels;
  const typename CpuDevice<T>::Weights weights{w.data, 1, 1, in, out};
  const KernelWeights<S, T> matrix(device, set, weights, transposed);
  parallel(device.threads, (rows + block - 1) / block, [&](std::int64_t task) {
    const std::int64_t begin = task * block, count = std::min(block, rows - begin);
    Buffer<A, CpuDevice<T>> scratch(device, block * (width + (set == Instructions::eigen ? x.channels : 0)));
    A *const sums = scratch.data(), *const packed = sums + block * width;
    const InputRows<S> from{x.data + begin * x.pitch, x.pitch, in_order<std::int32_t, block>.data()};
    if (set == Instructions::eigen) {
      if constexpr (std::is_same_v<S, A>) {
        gather(from, count, block, x.channels, packed);
        for (std::int64_t row = 0; row < count; row += product_rows)
          if (transposed)
            product_transposed(packed + row * x.channels, x.channels, w.data, sums + row * width, width, width,
                               x.channels);
          else
            product(packed + row * x.channels, x.channels, w.data, sums + row * width, width, x.channels, width);
      }
    } else {
      with_instructions<S>(set,
                           detail::AddProducts<A, S, Write::assign>{
                               from, {sums, width, in_order<std::uint16_t, block>.data()}, count, matrix.at(0, 0)});
    }
    with_instructions<A>(set, detail::StoreRows<A, T>{sums, 1, width, begin, begin + count, epilogue, y, write});
  });
}

template <class T, class A>
void multiply(CpuDevice<T>& device, MatrixView<const T> x, MatrixView<const A> w, bool transposed,
              const Epilogue<A, T>& epilogue, MatrixView<T> y, Write write) {
  const Instructions set = chosen(device.instructions);
  if constexpr (std::is_same_v<T, bfloat16>)
    if (set != Instructions::avx512_bf16) {
      const auto wide = rounded_floats(device, x), rounded = rounded_floats(device, w);
      return multiply_rows(device, set, wide.view(), rounded.view(), transposed, epilogue, y, write);
    }
  multiply_rows(device, set, x, w, transposed, epilogue, y, write);
}

/// dw (+)= x^T dy, of rows of S.
template <class S, class T, class A>
void multiply_backward_weight(CpuDevice<T>& device, Instructions set, MatrixView<const S> x, MatrixView<const S> dy,
                              MatrixView<A> dw, Write write) {
  constexpr std::int64_t chunk = 4096;
  const std::int64_t in = x.channels, out = dy.channels, width = padded<A>(set, out), size = in * width;
  const std::int64_t rows = x.rows.bound, chunks = (rows + chunk - 1) / chunk;
  Buffer<A, CpuDevice<T>> partial(device, chunks * size);
  parallel(device.threads, chunks, [&](std::int64_t task) {
    const std::int64_t begin = task * chunk, count = std::min(chunk, rows - begin);
    const S *const left = &x(begin, 0), *const right = &dy(begin, 0);
    A* const sums = partial.data() + task * size;
    std::fill_n(sums, size, A{});
    if constexpr (std::is_same_v<S, A>)
      if (set == Instructions::eigen) return add_outer_product(left, in, right, out, sums, count, in, out);
    add_outer_products<S>(device, set, {left, in, in_order<std::int32_t, chunk>.data()},
                          {right, out, in_order<std::uint16_t, chunk>.data()}, count, in, out, width, sums);
  });
  A* const to = dw.data;
  if (write == Write::assign) std::fill_n(to, in * out, A{});
  for (std::int64_t task = 0; task < chunks; ++task)
    for (std::int64_t row = 0; row < in; ++row)
      for (std::int64_t c = 0; c < out; ++c) to[row * out + c] += partial.data()[task * size + row * width + c];
}

}  // namespace cpu

/// y = x w and the epilogue; w is in x out.
template <class T>
void multiply(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x,
              const Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& w,
              const Epilogue<typename CpuDevice<T>::Accumulator, T>& epilogue, Matrix<CpuDevice<T>, T>& y) {
  cpu::multiply(device, x.view(), w.view(), false, epilogue, y.view(), Write::assign);
}

/// dx (+)= dy w^T.
template <class T>
void multiply_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy,
                             const Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& w,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  cpu::multiply(device, dy.view(), w.view(), true, Epilogue<typename CpuDevice<T>::Accumulator, T>{}, dx.view(), write);
}

/// dw (+)= x^T dy: chunks of 4,096 rows, added up in their order.
template <class T>
void multiply_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& dw, Write write) {
  const Instructions set = cpu::chosen(device.instructions);
  if constexpr (std::is_same_v<T, bfloat16>)
    if (set != Instructions::avx512_bf16) {
      const auto wide_x = cpu::rounded_floats(device, x.view()), wide_dy = cpu::rounded_floats(device, dy.view());
      return cpu::multiply_backward_weight(device, set, wide_x.view(), wide_dy.view(), dw.view(), write);
    }
  cpu::multiply_backward_weight(device, set, x.view(), dy.view(), dw.view(), write);
}

}  // namespace scn

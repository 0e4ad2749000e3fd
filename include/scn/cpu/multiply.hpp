// Rows x channels products on the CPU: linear layers over rows.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "scn/cpu/convolution.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/product.hpp"

namespace scn {

namespace cpu {

/// y (+)= x w and the epilogue by the kernels; w is depth x columns with these strides.
template <class T>
void multiply_rows(CpuDevice<T>& device, Instructions set, MatrixView<const T> x, const T* w, std::int64_t k_stride,
                   std::int64_t c_stride, const Epilogue<T>& epilogue, MatrixView<T> y, Write write) {
  constexpr std::int64_t block = 256;
  const auto kernels = row_kernels<T>(set);
  const std::int64_t rows = x.rows.bound;
  Buffer<T, CpuDevice<T>> panels(device, x.channels * packed_columns(y.channels, kernels.lanes));
  pack(w, k_stride, c_stride, x.channels, y.channels, kernels.lanes, panels.data());
  parallel(device.threads, (rows + block - 1) / block, [&](std::int64_t task) {
    const std::int64_t begin = task * block, count = std::min(block, rows - begin);
    start_rows(y, begin, begin + count, epilogue, write);
    std::array<const T*, block> from;
    std::array<T*, block> to;
    for (std::int64_t i = 0; i < count; ++i) {
      from[static_cast<std::size_t>(i)] = &x(begin + i, 0);
      to[static_cast<std::size_t>(i)] = &y(begin + i, 0);
    }
    kernels.add_panels(from.data(), to.data(), count, panels.data(), x.channels, y.channels);
    finish_rows(y, begin, begin + count, epilogue);
  });
}

/// y (+)= product(x) and the epilogue by Eigen, in blocks of 32 rows; the last block is padded with zeros.
template <class T, class Product>
void multiply_rows_by_products(CpuDevice<T>& device, MatrixView<const T> x, const Epilogue<T>& epilogue,
                               MatrixView<T> y, Write write, const Product& product) {
  const std::int64_t rows = x.rows.bound;
  parallel(device.threads, (rows + product_rows - 1) / product_rows, [&](std::int64_t task) {
    const std::int64_t begin = task * product_rows, count = std::min(product_rows, rows - begin);
    Buffer<T, CpuDevice<T>> scratch(device, product_rows * (x.channels + y.channels));
    T* const packed = scratch.data();
    T* const result = packed + product_rows * x.channels;
    for (std::int64_t i = 0; i < count; ++i) std::copy_n(&x(begin + i, 0), x.channels, packed + i * x.channels);
    std::fill_n(packed + count * x.channels, (product_rows - count) * x.channels, T{});
    product(packed, result);
    start_rows(y, begin, begin + count, epilogue, write);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t c = 0; c < y.channels; ++c) y(begin + i, c) += result[i * y.channels + c];
    finish_rows(y, begin, begin + count, epilogue);
  });
}

}  // namespace cpu

/// y = x w and the epilogue; w is in x out.
template <class T>
void multiply(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& w,
              const Epilogue<T>& epilogue, Matrix<CpuDevice<T>, T>& y) {
  const Instructions set = cpu::chosen(device.instructions);
  if (set != Instructions::eigen)
    return cpu::multiply_rows(device, set, x.view(), w.view().data, w.channels(), std::int64_t{1}, epilogue, y.view(),
                              Write::assign);
  cpu::multiply_rows_by_products(device, x.view(), epilogue, y.view(), Write::assign, [&](const T* packed, T* result) {
    cpu::product(packed, x.channels(), w.view().data, result, y.channels(), x.channels(), y.channels());
  });
}

/// dx (+)= dy w^T.
template <class T>
void multiply_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy, const Matrix<CpuDevice<T>, T>& w,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  const Instructions set = cpu::chosen(device.instructions);
  const Epilogue<T> none;
  if (set != Instructions::eigen)
    return cpu::multiply_rows(device, set, dy.view(), w.view().data, std::int64_t{1}, w.channels(), none, dx.view(),
                              write);
  cpu::multiply_rows_by_products(device, dy.view(), none, dx.view(), write, [&](const T* packed, T* result) {
    cpu::product_transposed(packed, dy.channels(), w.view().data, result, dx.channels(), dx.channels(), dy.channels());
  });
}

/// dw (+)= x^T dy: chunks of 4,096 rows, added up in their order.
template <class T>
void multiply_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              Matrix<CpuDevice<T>, T>& dw, Write write) {
  constexpr std::int64_t chunk = 4096;
  const std::int64_t rows = x.rows().bound, size = x.channels() * dy.channels(), chunks = (rows + chunk - 1) / chunk;
  const Instructions set = cpu::chosen(device.instructions);
  const auto kernels = cpu::row_kernels<T>(set);
  Buffer<T, CpuDevice<T>> partial(device, chunks * size);
  cpu::parallel(device.threads, chunks, [&](std::int64_t task) {
    const std::int64_t begin = task * chunk;
    T* const sum = partial.data() + task * size;
    std::fill_n(sum, size, T{});
    if (set != Instructions::eigen) {
      std::vector<const T*> left, right;
      for (std::int64_t row = begin, end = std::min(begin + chunk, rows); row < end; ++row) {
        left.push_back(&x.view()(row, 0));
        right.push_back(&dy.view()(row, 0));
      }
      constexpr std::int64_t block = 128;
      for (std::int64_t row = 0, count = std::ssize(left); row < count; row += block)
        kernels.add_outer(left.data() + row, right.data() + row, std::min(block, count - row), x.channels(),
                          dy.channels(), sum);
      return;
    }
    cpu::add_outer_product(&x.view()(begin, 0), x.channels(), &dy.view()(begin, 0), dy.channels(), sum,
                           std::min(chunk, rows - begin), x.channels(), dy.channels());
  });
  T* const to = dw.view().data;
  if (write == Write::assign) std::fill_n(to, size, T{});
  for (std::int64_t task = 0; task < chunks; ++task)
    for (std::int64_t i = 0; i < size; ++i) to[i] += partial.data()[task * size + i];
}

}  // namespace scn

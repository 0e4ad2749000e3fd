// Rows x channels products on the CPU: linear layers over rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cpu/convolution.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/product.hpp"

namespace scn {

namespace cpu {

/// y (+)= shift + product(x), in blocks of 32 rows; the last block is padded with zeros.
template <class T, class Product>
void multiply_rows(CpuDevice<T>& device, MatrixView<const T> x, const T* shift, MatrixView<T> y, Write write,
                   const Product& product) {
  const std::int64_t rows = x.rows.bound;
  parallel(device.threads, (rows + product_rows - 1) / product_rows, [&](std::int64_t task) {
    const std::int64_t begin = task * product_rows, count = std::min(product_rows, rows - begin);
    Buffer<T, CpuDevice<T>> scratch(device, product_rows * (x.channels + y.channels));
    T* const packed = scratch.data();
    T* const result = packed + product_rows * x.channels;
    for (std::int64_t i = 0; i < count; ++i) std::copy_n(&x(begin + i, 0), x.channels, packed + i * x.channels);
    std::fill_n(packed + count * x.channels, (product_rows - count) * x.channels, T{});
    product(packed, result);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t c = 0; c < y.channels; ++c) {
        const T value = result[i * y.channels + c] + (shift == nullptr ? T{} : shift[c]);
        y(begin + i, c) = write == Write::assign ? value : y(begin + i, c) + value;
      }
  });
}

}  // namespace cpu

/// y = x w + shift; w is in x out.
template <class T>
void multiply(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& w,
              const Epilogue<T>& epilogue, Matrix<CpuDevice<T>, T>& y) {
  cpu::multiply_rows(device, x.view(), epilogue.shift, y.view(), Write::assign, [&](const T* packed, T* result) {
    cpu::product(packed, x.channels(), w.view().data, result, y.channels(), x.channels(), y.channels());
  });
}

/// dx (+)= dy w^T.
template <class T>
void multiply_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy, const Matrix<CpuDevice<T>, T>& w,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  cpu::multiply_rows(device, dy.view(), static_cast<const T*>(nullptr), dx.view(), write,
                     [&](const T* packed, T* result) {
                       cpu::product_transposed(packed, dy.channels(), w.view().data, result, dx.channels(),
                                               dx.channels(), dy.channels());
                     });
}

/// dw (+)= x^T dy: chunks of 4,096 rows, added up in their order.
template <class T>
void multiply_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              Matrix<CpuDevice<T>, T>& dw, Write write) {
  constexpr std::int64_t chunk = 4096;
  const std::int64_t rows = x.rows().bound, size = x.channels() * dy.channels(), chunks = (rows + chunk - 1) / chunk;
  Buffer<T, CpuDevice<T>> partial(device, chunks * size);
  cpu::parallel(device.threads, chunks, [&](std::int64_t task) {
    const std::int64_t begin = task * chunk;
    T* const sum = partial.data() + task * size;
    std::fill_n(sum, size, T{});
    cpu::add_outer_product(&x.view()(begin, 0), x.channels(), &dy.view()(begin, 0), dy.channels(), sum,
                           std::min(chunk, rows - begin), x.channels(), dy.channels());
  });
  T* const to = dw.view().data;
  if (write == Write::assign) std::fill_n(to, size, T{});
  for (std::int64_t task = 0; task < chunks; ++task)
    for (std::int64_t i = 0; i < size; ++i) to[i] += partial.data()[task * size + i];
}

}  // namespace scn

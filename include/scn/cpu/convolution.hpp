// Convolution on the CPU: for each tile of output rows and each tap, gather input rows, multiply, add to the tile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "scn/cpu/device.hpp"
#include "scn/cpu/product.hpp"

namespace scn {

/// The device's form of a convolution's weights, (taps * groups) x ((in / groups) * (out / groups)) as stored: a view.
template <class T>
typename CpuDevice<T>::Weights prepare(CpuDevice<T>&, const Matrix<CpuDevice<T>, T>& parameter, std::int64_t taps,
                                       std::int64_t groups, std::int64_t in, std::int64_t out) {
  return {parameter.view().data, taps, groups, in, out};
}

namespace cpu {

/// Rows `row[0]`, `row[1]`, ... of x, columns [column, column + channels), packed; zero rows up to `height`.
template <class T>
void gather(MatrixView<const T> x, const std::int32_t* row, std::int64_t count, std::int64_t height,
            std::int64_t column, std::int64_t channels, T* packed) {
  for (std::int64_t i = 0; i < count; ++i, packed += channels) {
    const T* from = &x(row[i], column);
    for (std::int64_t c = 0; c < channels; ++c) packed[c] = from[c];
  }
  std::fill_n(packed, (height - count) * channels, T{});
}

/// y(out) (+)= shift + sum over the pairs of product(x(in), weights of the tap), output tile by output tile. One output
/// is summed in tap order, so its bits depend on nothing but its own pairs. x_part and y_part: channels of one group.
template <class T, class Product>
void convolve_tiles(CpuDevice<T>& device, MatrixView<const T> x, const Rules& rules, std::int64_t groups,
                    const T* shift, MatrixView<T> y, Write write, const Product& multiply) {
  const std::int64_t x_part = x.channels / groups, y_part = y.channels / groups;
  parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    if (write == Write::assign)
      for (std::int64_t row = begin; row < end; ++row)
        for (std::int64_t c = 0; c < y.channels; ++c) y(row, c) = shift == nullptr ? T{} : shift[c];
    Buffer<T, CpuDevice<T>> scratch(device, product_rows * (x_part + y_part));
    T* const packed = scratch.data();
    T* const result = packed + product_rows * x_part;
    for (std::int64_t tap = 0; tap < rules.taps; ++tap)
      for (std::int64_t pair = rules.begin(tap, tile), last = rules.end(tap, tile); pair < last; pair += product_rows) {
        const std::int64_t count = std::min(product_rows, last - pair);
        for (std::int64_t group = 0; group < groups; ++group) {
          gather(x, rules.in.data() + pair, count, product_rows, group * x_part, x_part, packed);
          multiply(packed, tap, group, result);
          for (std::int64_t i = 0; i < count; ++i) {
            T* to = &y(rules.out[static_cast<std::size_t>(pair + i)], group * y_part);
            for (std::int64_t c = 0; c < y_part; ++c) to[c] += result[i * y_part + c];
          }
        }
      }
  });
}

}  // namespace cpu

/// y(out) = shift + sum over (tap, in, out) of x(in) w(tap). Rows x channels of x and y fit rules and weights.
template <class T>
void convolve(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const typename CpuDevice<T>::Weights& weights,
              const cpu::Rules& rules, const Epilogue<T>& epilogue, Matrix<CpuDevice<T>, T>& y) {
  const std::int64_t in = weights.group_in(), out = weights.group_out();
  cpu::convolve_tiles(device, x.view(), rules, weights.groups, epilogue.shift, y.view(), Write::assign,
                      [&](const T* packed, std::int64_t tap, std::int64_t group, T* result) {
                        cpu::product(packed, in, weights.matrix(tap, group), result, out, in, out);
                      });
}

/// dx(in) (+)= sum over (tap, in, out) of dy(out) w(tap)^T; `transposed` are the rules of the forward pass, transposed.
template <class T>
void convolve_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy,
                             const typename CpuDevice<T>::Weights& weights, const cpu::Rules& transposed,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  const std::int64_t in = weights.group_in(), out = weights.group_out();
  cpu::convolve_tiles(device, dy.view(), transposed, weights.groups, static_cast<const T*>(nullptr), dx.view(), write,
                      [&](const T* packed, std::int64_t tap, std::int64_t group, T* result) {
                        cpu::product_transposed(packed, out, weights.matrix(tap, group), result, in, in, out);
                      });
}

/// dw(tap) (+)= sum over (tap, in, out) of x(in)^T dy(out): chunks of 4,096 pairs of one tap, added up in their order.
template <class T>
void convolve_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              const cpu::Rules& rules, std::int64_t groups, Matrix<CpuDevice<T>, T>& dw, Write write) {
  constexpr std::int64_t chunk = 4096, block = 256;
  const std::int64_t in = x.channels() / groups, out = dy.channels() / groups, size = groups * in * out;
  std::vector<std::pair<std::int64_t, std::int64_t>> chunks;  // (begin, end) in the pair list
  std::vector<std::int64_t> first_chunk{0};                   // of each tap
  for (std::int64_t tap = 0; tap < rules.taps; ++tap) {
    const std::int64_t end = rules.tiles > 0 ? rules.end(tap, rules.tiles - 1) : 0;
    for (std::int64_t pair = rules.tiles > 0 ? rules.begin(tap, 0) : 0; pair < end; pair += chunk)
      chunks.emplace_back(pair, std::min(end, pair + chunk));
    first_chunk.push_back(static_cast<std::int64_t>(chunks.size()));
  }
  Buffer<T, CpuDevice<T>> partial(device, static_cast<std::int64_t>(chunks.size()) * size);
  cpu::parallel(device.threads, static_cast<std::int64_t>(chunks.size()), [&](std::int64_t task) {
    T* const sum = partial.data() + task * size;
    std::fill_n(sum, size, T{});
    Buffer<T, CpuDevice<T>> scratch(device, block * (in + out));
    T* const x_packed = scratch.data();
    T* const dy_packed = x_packed + block * in;
    const auto [begin, end] = chunks[static_cast<std::size_t>(task)];
    for (std::int64_t pair = begin; pair < end; pair += block)
      for (std::int64_t group = 0; group < groups; ++group) {
        const std::int64_t count = std::min(block, end - pair);
        cpu::gather(x.view(), rules.in.data() + pair, count, count, group * in, in, x_packed);
        cpu::gather(dy.view(), rules.out.data() + pair, count, count, group * out, out, dy_packed);
        cpu::add_outer_product(x_packed, in, dy_packed, out, sum + group * in * out, count, in, out);
      }
  });
  T* const result = dw.view().data;
  cpu::parallel(device.threads, rules.taps, [&](std::int64_t tap) {
    T* const to = result + tap * size;
    if (write == Write::assign) std::fill_n(to, size, T{});
    const auto end = first_chunk[static_cast<std::size_t>(tap + 1)];
    for (std::int64_t task = first_chunk[static_cast<std::size_t>(tap)]; task < end; ++task)
      for (std::int64_t i = 0; i < size; ++i) to[i] += partial.data()[task * size + i];
  });
}

}  // namespace scn

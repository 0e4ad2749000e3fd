// Convolution on the CPU: for each tile of output rows and each tap, input rows times weights, added to the tile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "scn/cpu/device.hpp"
#include "scn/cpu/kernel_weights.hpp"
#include "scn/cpu/outer_kernel.hpp"
#include "scn/cpu/product.hpp"
#include "scn/cpu/row_kernel.hpp"

namespace scn {

/// The device's form of a convolution's weights, (taps * groups) x ((in / groups) * (out / groups)) as stored: a view.
template <class T>
typename CpuDevice<T>::Weights prepare(CpuDevice<T>&,
                                       const Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& parameter,
                                       std::int64_t taps, std::int64_t groups, std::int64_t in, std::int64_t out) {
  return {parameter.view().data, taps, groups, in, out};
}

namespace cpu {

/// Rows `row[0]`, `row[1]`, ... of a matrix, `channels` from `data` on, packed; zero rows up to `height`.
template <class T, class Number>
void gather(const RowList<const T, Number>& rows, std::int64_t count, std::int64_t height, std::int64_t channels,
            T* packed) {
  for (std::int64_t i = 0; i < count; ++i, packed += channels) std::copy_n(rows[i], channels, packed);
  std::fill_n(packed, (height - count) * channels, T{});
}

/// Where the pairs of a tap from `pair` on first meet an output again: several rows are written at a time, so that no
/// row may be among them twice. Equal outputs are neighbours in the list, and only maps without unique inputs have any.
inline std::int64_t end_of_distinct(const Rules& rules, std::int64_t pair, std::int64_t last) {
  if (rules.inputs_unique()) return last;
  const auto again = std::adjacent_find(rules.out.begin() + pair, rules.out.begin() + last);
  return std::min(last, again - rules.out.begin() + 1);
}

/// A convolution, or its way back with transposed weights and rules.
template <class T>
struct Convolution {
  typename CpuDevice<T>::Weights weights;
  bool transposed;
  const Rules& rules;
  Epilogue<typename CpuDevice<T>::Accumulator, T> epilogue;
  MatrixView<T> y;
  Write write;
};

/// y(out) (+)= what add(tap, pair, count, sums) adds to sums[i] for each pair, and the epilogue, output tile by output
/// tile: its sums stay in the cache while every tap adds to them. One output is summed in tap order, so its bits depend
/// on nothing but its own pairs. The sums of a group of channels are padded to whole vectors.
template <class T, class Add>
void convolve_tiles(CpuDevice<T>& device, Instructions set, std::int64_t groups, const Convolution<T>& task,
                    const Add& add) {
  using A = typename CpuDevice<T>::Accumulator;
  const Rules& rules = task.rules;
  const std::int64_t width = padded<A>(set, task.y.channels / groups);
  parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    Buffer<A, CpuDevice<T>> sums(device, (end - begin) * groups * width);
    std::fill_n(sums.data(), sums.size(), A{});
    for (std::int64_t tap = 0; tap < rules.taps; ++tap)
      for (std::int64_t pair = rules.begin(tap, tile), last = rules.end(tap, tile); pair < last;) {
        const std::int64_t count = end_of_distinct(rules, pair, last) - pair;
        add(tap, pair, count, OutputRows<A>{sums.data(), groups * width, rules.out.data() + pair});
        pair += count;
      }
    with_instructions<A>(
        set, detail::StoreRows<A, T>{sums.data(), groups, width, begin, end, task.epilogue, task.y, task.write});
  });
}

/// The rows of some pairs of a map, from a channel on.
template <class S>
InputRows<S> inputs(const MatrixView<const S>& x, const Rules& rules, std::int64_t pair, std::int64_t channel) {
  return {x.data + channel, x.pitch, rules.in.data() + pair};
}

/// By kernels that read rows of S.
template <class S, class T>
void convolve_by_kernels(CpuDevice<T>& device, Instructions set, MatrixView<const S> x, const Convolution<T>& task) {
  const std::int64_t groups = task.weights.groups, in = x.channels / groups;
  const KernelWeights<S, T> matrices(device, set, task.weights, task.transposed);
  convolve_tiles(device, set, groups, task, [&](auto tap, auto pair, auto count, auto sums) {
    for (std::int64_t group = 0; group < groups; ++group, sums.data += matrices.columns())
      with_instructions<S>(set, detail::AddProducts<typename CpuDevice<T>::Accumulator, S>{
                                    inputs(x, task.rules, pair, group * in), sums, count, matrices.at(tap, group)});
  });
}

/// By the reference path.
template <class A, class T>
void convolve_by_eigen(CpuDevice<T>& device, MatrixView<const A> x, const Convolution<T>& task) {
  const auto& weights = task.weights;
  const std::int64_t groups = weights.groups, in = x.channels / groups, out = task.y.channels / groups;
  convolve_tiles(device, Instructions::eigen, groups, task, [&](auto tap, auto pair, auto count, auto sums) {
    Buffer<A, CpuDevice<T>> scratch(device, product_rows * (in + out));
    A *const packed = scratch.data(), *const result = packed + product_rows * in;
    for (std::int64_t begin = 0; begin < count; begin += product_rows)
      for (std::int64_t group = 0; group < groups; ++group) {
        const std::int64_t rows = std::min(product_rows, count - begin);
        gather(inputs(x, task.rules, pair + begin, group * in), rows, product_rows, in, packed);
        if (task.transposed)
          product_transposed(packed, in, weights.matrix(tap, group), result, out, out, in);
        else
          product(packed, in, weights.matrix(tap, group), result, out, in, out);
        for (std::int64_t i = 0; i < rows; ++i)
          for (std::int64_t c = 0; c < out; ++c) sums[begin + i][group * out + c] += result[i * out + c];
      }
  });
}

/// Of rows in the type of the sums.
template <class A, class T>
void convolve_rows(CpuDevice<T>& device, Instructions set, MatrixView<const A> x, const Convolution<T>& task) {
  if (set == Instructions::eigen) return convolve_by_eigen(device, x, task);
  if (!task.weights.by_channels()) return convolve_by_kernels(device, set, x, task);
  convolve_tiles(device, set, 1, task, [&](auto tap, auto pair, auto count, auto sums) {
    with_instructions<A>(set, detail::AddChannels<A>{inputs(x, task.rules, pair, 0), sums, count,
                                                     task.weights.matrix(tap, 0), x.channels});
  });
}

template <class T>
void convolve(CpuDevice<T>& device, MatrixView<const T> x, Convolution<T> task) {
  const Instructions set = chosen(device.instructions);
  if constexpr (std::is_same_v<T, bfloat16>) {
    auto& weights = task.weights;
    if (set == Instructions::avx512_bf16 && !weights.by_channels()) return convolve_by_kernels(device, set, x, task);
    const std::int64_t matrices = weights.taps * weights.groups, size = weights.group_in() * weights.group_out();
    const auto rounded = rounded_floats(device, MatrixView<const float>{weights.data, {matrices}, size, size});
    weights.data = rounded.view().data;
    const auto wide = rounded_floats(device, x);
    convolve_rows(device, set, wide.view(), task);
  } else {
    convolve_rows(device, set, x, task);
  }
}

/// c (in x out) += sum over the pairs of x^T dy, by Eigen.
template <class A, class T>
void add_outer_products_by_eigen(CpuDevice<T>& device, const InputRows<A>& x, const OutputRows<const A>& dy,
                                 std::int64_t pairs, std::int64_t in, std::int64_t out, A* c) {
  Buffer<A, CpuDevice<T>> scratch(device, pairs * (in + out));
  A *const x_packed = scratch.data(), *const dy_packed = x_packed + pairs * in;
  gather(x, pairs, pairs, in, x_packed);
  gather(dy, pairs, pairs, out, dy_packed);
  add_outer_product(x_packed, in, dy_packed, out, c, pairs, in, out);
}

/// c (in x width) += sum over the pairs of x^T dy, of rows of S.
template <class S, class A, class T>
void add_outer_products(CpuDevice<T>& device, Instructions set, const InputRows<S>& x, const OutputRows<const S>& dy,
                        std::int64_t pairs, std::int64_t in, std::int64_t out, std::int64_t width, A* c) {
  if constexpr (std::is_same_v<S, bfloat16>) {
    Buffer<Bfloat16Pair, CpuDevice<T>> scratch(device, detail::pairs_at_once * (in + width));
    with_instructions<S>(set, detail::AddOuterProductsOfPairs{x, dy, pairs, in, out, width, c, scratch.data()});
  } else if (set == Instructions::eigen) {
    add_outer_products_by_eigen(device, x, dy, pairs, in, out, c);
  } else {
    with_instructions<S>(set, detail::AddOuterProducts<S>{x, dy, pairs, in, out, width, c});
  }
}

/// The weight gradient of a convolution over rows of S.
template <class S, class T>
void convolve_backward_weight(CpuDevice<T>& device, Instructions set, MatrixView<const S> x, MatrixView<const S> dy,
                              const Rules& rules, std::int64_t groups,
                              MatrixView<typename CpuDevice<T>::Accumulator> dw, Write write) {
  using A = typename CpuDevice<T>::Accumulator;
  constexpr std::int64_t most = 64, memory = std::int64_t{256} << 20;
  const std::int64_t in = x.channels / groups, out = dy.channels / groups;
  const bool by_channels = in == 1 && out == 1;
  const std::int64_t width = by_channels ? 1 : padded<A>(set, out), matrix = groups * in * width;
  const std::int64_t size = rules.taps * matrix;
  const std::int64_t room = memory / std::max<std::int64_t>(1, size * std::int64_t{sizeof(A)});
  const std::int64_t stripes = std::min(rules.tiles, std::clamp<std::int64_t>(room, 1, most));
  Buffer<A, CpuDevice<T>> partial(device, stripes * size);
  parallel(device.threads, stripes, [&](std::int64_t stripe) {
    A* const sums = partial.data() + stripe * size;
    std::fill_n(sums, size, A{});
    for (std::int64_t tile = stripe * rules.tiles / stripes; tile < (stripe + 1) * rules.tiles / stripes; ++tile)
      for (std::int64_t tap = 0; tap < rules.taps; ++tap) {
        const std::int64_t pair = rules.begin(tap, tile), count = rules.end(tap, tile) - pair;
        InputRows<S> left = inputs(x, rules, pair, 0);
        OutputRows<const S> right{dy.data + tile * rules.tile_rows * dy.pitch, dy.pitch, rules.out.data() + pair};
        A* to = sums + tap * matrix;
        if constexpr (std::is_same_v<S, A>)
          if (by_channels) {
            with_instructions<A>(set, detail::AddChannelProducts<A>{left, right, count, groups, to});
            continue;
          }
        for (std::int64_t group = 0; group < groups; ++group) {
          add_outer_products(device, set, left, right, count, in, out, width, to);
          left.data += in;
          right.data += out;
          to += in * width;
        }
      }
  });
  parallel(device.threads, rules.taps * groups * in, [&](std::int64_t row) {
    A* const to = dw.data + row * out;
    if (write == Write::assign) std::fill_n(to, out, A{});
    for (std::int64_t stripe = 0; stripe < stripes; ++stripe) {
      const A* const from = partial.data() + stripe * size + row * width;
      for (std::int64_t c = 0; c < out; ++c) to[c] += from[c];
    }
  });
}

}  // namespace cpu

/// y(out) = sum over (tap, in, out) of x(in) w(tap), and the epilogue. Rows x channels of x and y fit rules and
/// weights.
template <class T>
void convolve(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const typename CpuDevice<T>::Weights& weights,
              const cpu::Rules& rules, const Epilogue<typename CpuDevice<T>::Accumulator, T>& epilogue,
              Matrix<CpuDevice<T>, T>& y) {
  cpu::convolve<T>(device, x.view(), {weights, false, rules, epilogue, y.view(), Write::assign});
}

/// dx(in) (+)= sum over (tap, in, out) of dy(out) w(tap)^T; `transposed` are the rules of the forward pass, transposed.
template <class T>
void convolve_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy,
                             const typename CpuDevice<T>::Weights& weights, const cpu::Rules& transposed,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  cpu::convolve<T>(device, dy.view(), {weights, true, transposed, {}, dx.view(), write});
}

/// dw(tap) (+)= sum over (tap, in, out) of x(in)^T dy(out). The tiles are cut into stripes, whose rows stay in the
/// cache for all taps; each stripe has sums of its own, which are added up in their order. How many there are follows
/// from the shapes alone.
template <class T>
void convolve_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              const cpu::Rules& rules, std::int64_t groups,
                              Matrix<CpuDevice<T>, typename CpuDevice<T>::Accumulator>& dw, Write write) {
  const Instructions set = cpu::chosen(device.instructions);
  if constexpr (std::is_same_v<T, bfloat16>) {
    const bool by_channels = x.channels() == groups && dy.channels() == groups;
    if (set != Instructions::avx512_bf16 || by_channels) {
      const auto wide_x = cpu::rounded_floats(device, x.view()), wide_dy = cpu::rounded_floats(device, dy.view());
      return cpu::convolve_backward_weight(device, set, wide_x.view(), wide_dy.view(), rules, groups, dw.view(), write);
    }
  }
  cpu::convolve_backward_weight(device, set, x.view(), dy.view(), rules, groups, dw.view(), write);
}

}  // namespace scn

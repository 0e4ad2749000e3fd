// Convolution on the CPU: for each tile of output rows and each tap, input rows times weights, added to the tile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "scn/cpu/device.hpp"
#include "scn/cpu/product.hpp"
#include "scn/cpu/row_kernel.hpp"

namespace scn {

/// The device's form of a convolution's weights, (taps * groups) x ((in / groups) * (out / groups)) as stored: a view.
template <class T>
typename CpuDevice<T>::Weights prepare(CpuDevice<T>&, const Matrix<CpuDevice<T>, T>& parameter, std::int64_t taps,
                                       std::int64_t groups, std::int64_t in, std::int64_t out) {
  return {parameter.view().data, taps, groups, in, out};
}

namespace cpu {

/// Rows `row[0]`, `row[1]`, ... of x, columns [column, column + channels), packed; zero rows up to `height`.
template <class T, class Row>
void gather(MatrixView<const T> x, const Row* row, std::int64_t count, std::int64_t height, std::int64_t column,
            std::int64_t channels, T* packed) {
  for (std::int64_t i = 0; i < count; ++i, packed += channels) {
    const T* from = &x(row[i], column);
    for (std::int64_t c = 0; c < channels; ++c) packed[c] = from[c];
  }
  std::fill_n(packed, (height - count) * channels, T{});
}

/// Output rows before the sums are added to them: shift + residual, unless they are added to what is there.
template <class T>
void start_rows(MatrixView<T> y, std::int64_t begin, std::int64_t end, const Epilogue<T>& epilogue, Write write) {
  if (write == Write::add) return;
  for (std::int64_t row = begin; row < end; ++row) {
    T* const to = &y(row, 0);
    if (epilogue.shift == nullptr)
      std::fill_n(to, y.channels, T{});
    else
      std::copy_n(epilogue.shift, y.channels, to);
    if (epilogue.residual.data == nullptr) continue;
    const T* const residual = &epilogue.residual(row, 0);
    for (std::int64_t c = 0; c < y.channels; ++c) to[c] += residual[c];
  }
}

/// The same rows when all sums are in them.
template <class T>
void finish_rows(MatrixView<T> y, std::int64_t begin, std::int64_t end, const Epilogue<T>& epilogue) {
  if (epilogue.slope == T{1}) return;
  for (std::int64_t row = begin; row < end; ++row) {
    T* const z = &y(row, 0);
    for (std::int64_t c = 0; c < y.channels; ++c) z[c] = z[c] > T{} ? z[c] : epilogue.slope * z[c];
  }
}

/// The rows of a matrix from row `begin` on.
template <class T>
MatrixView<T> rows_from(MatrixView<T> view, std::int64_t begin) {
  view.data += begin * view.pitch;
  return view;
}

/// Addresses of the rows of a list of pairs, from one channel on.
template <class T, class Row>
std::vector<T*>& rows_at(std::vector<T*>& at, MatrixView<T> view, const Row* row, std::int64_t count,
                         std::int64_t channel) {
  at.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) at[static_cast<std::size_t>(i)] = &view(row[i], channel);
  return at;
}

/// One matrix a tap and group, depth x columns: a convolution's weights as they are or, for the way back, transposed.
template <class T>
struct PackedWeights {
  std::int64_t depth, columns, groups, matrix;
  Buffer<T, CpuDevice<T>> panels;

  PackedWeights(CpuDevice<T>& device, const typename CpuDevice<T>::Weights& weights, bool transposed,
                std::int64_t lanes)
      : depth(transposed ? weights.group_out() : weights.group_in()),
        columns(transposed ? weights.group_in() : weights.group_out()),
        groups(weights.groups),
        matrix(depth * packed_columns(columns, lanes)),
        panels(device, weights.taps * groups * matrix) {
    const std::int64_t width = weights.group_out();
    parallel(device.threads, weights.taps, [&](std::int64_t tap) {
      for (std::int64_t group = 0; group < groups; ++group)
        pack(weights.matrix(tap, group), transposed ? 1 : width, transposed ? width : 1, depth, columns, lanes,
             panels.data() + (tap * groups + group) * matrix);
    });
  }

  const T* at(std::int64_t tap, std::int64_t group) const { return panels.data() + (tap * groups + group) * matrix; }
};

/// Where the pairs of a tap from `pair` on first meet an output again: several rows are written at a time, so that no
/// row may be among them twice. Equal outputs are neighbours in the list, and only maps without unique inputs have any.
inline std::int64_t end_of_distinct(const Rules& rules, std::int64_t pair, std::int64_t last) {
  if (rules.inputs_unique()) return last;
  const auto again = std::adjacent_find(rules.out.begin() + pair, rules.out.begin() + last);
  return std::min(last, again - rules.out.begin() + 1);
}

/// y(out) (+)= sum over the pairs of x(in) w(tap), output tile by output tile: a tile of y stays in the cache
/// while every tap adds to it. One output is summed in tap order, so its bits depend on nothing but its own pairs.
template <class T>
void convolve_tiles(CpuDevice<T>& device, MatrixView<const T> x, const Rules& rules, const PackedWeights<T>& weights,
                    const RowKernels<T>& kernels, const Epilogue<T>& epilogue, MatrixView<T> y, Write write) {
  parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    start_rows(y, begin, end, epilogue, write);
    const MatrixView<T> y_tile = rows_from(y, begin);
    std::vector<const T*> from;
    std::vector<T*> to;
    for (std::int64_t tap = 0; tap < rules.taps; ++tap)
      for (std::int64_t pair = rules.begin(tap, tile), last = rules.end(tap, tile); pair < last;) {
        const std::int64_t count = end_of_distinct(rules, pair, last) - pair;
        for (std::int64_t group = 0; group < weights.groups; ++group)
          kernels.add_panels(rows_at(from, x, rules.in.data() + pair, count, group * weights.depth).data(),
                             rows_at(to, y_tile, rules.out.data() + pair, count, group * weights.columns).data(), count,
                             weights.at(tap, group), weights.depth, weights.columns);
        pair += count;
      }
    finish_rows(y, begin, end, epilogue);
  });
}

/// The same where every channel is a group of its own: w(tap) is one number a channel.
template <class T>
void convolve_tiles_by_channels(CpuDevice<T>& device, MatrixView<const T> x, const Rules& rules,
                                const typename CpuDevice<T>::Weights& weights, const Epilogue<T>& epilogue,
                                MatrixView<T> y, Write write) {
  parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    start_rows(y, begin, end, epilogue, write);
    for (std::int64_t tap = 0; tap < rules.taps; ++tap) {
      const T* const w = weights.matrix(tap, 0);
      for (std::int64_t pair = rules.begin(tap, tile), last = rules.end(tap, tile); pair < last; ++pair) {
        const T* const from = &x(rules.in[static_cast<std::size_t>(pair)], 0);
        T* const to = &y(tile * rules.tile_rows + rules.out[static_cast<std::size_t>(pair)], 0);
        for (std::int64_t c = 0; c < y.channels; ++c) to[c] += from[c] * w[c];
      }
    }
    finish_rows(y, begin, end, epilogue);
  });
}

/// The same by Eigen: rows of a tap are gathered, multiplied and added to the outputs. x_part and y_part: channels of
/// one group.
template <class T, class Product>
void convolve_tiles_by_products(CpuDevice<T>& device, MatrixView<const T> x, const Rules& rules, std::int64_t groups,
                                const Epilogue<T>& epilogue, MatrixView<T> y, Write write, const Product& multiply) {
  const std::int64_t x_part = x.channels / groups, y_part = y.channels / groups;
  parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    start_rows(y, begin, end, epilogue, write);
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
            T* to = &y(begin + rules.out[static_cast<std::size_t>(pair + i)], group * y_part);
            for (std::int64_t c = 0; c < y_part; ++c) to[c] += result[i * y_part + c];
          }
        }
      }
    finish_rows(y, begin, end, epilogue);
  });
}

}  // namespace cpu

/// y(out) = sum over (tap, in, out) of x(in) w(tap), and the epilogue. Rows x channels of x and y fit rules and
/// weights.
template <class T>
void convolve(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const typename CpuDevice<T>::Weights& weights,
              const cpu::Rules& rules, const Epilogue<T>& epilogue, Matrix<CpuDevice<T>, T>& y) {
  const Instructions set = cpu::chosen(device.instructions);
  if (set != Instructions::eigen && weights.by_channels())
    return cpu::convolve_tiles_by_channels(device, x.view(), rules, weights, epilogue, y.view(), Write::assign);
  if (set != Instructions::eigen) {
    const auto kernels = cpu::row_kernels<T>(set);
    const cpu::PackedWeights<T> packed(device, weights, false, kernels.lanes);
    return cpu::convolve_tiles(device, x.view(), rules, packed, kernels, epilogue, y.view(), Write::assign);
  }
  const std::int64_t in = weights.group_in(), out = weights.group_out();
  cpu::convolve_tiles_by_products(device, x.view(), rules, weights.groups, epilogue, y.view(), Write::assign,
                                  [&](const T* packed, std::int64_t tap, std::int64_t group, T* result) {
                                    cpu::product(packed, in, weights.matrix(tap, group), result, out, in, out);
                                  });
}

/// dx(in) (+)= sum over (tap, in, out) of dy(out) w(tap)^T; `transposed` are the rules of the forward pass, transposed.
template <class T>
void convolve_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy,
                             const typename CpuDevice<T>::Weights& weights, const cpu::Rules& transposed,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  const Instructions set = cpu::chosen(device.instructions);
  const Epilogue<T> none;
  if (set != Instructions::eigen && weights.by_channels())
    return cpu::convolve_tiles_by_channels(device, dy.view(), transposed, weights, none, dx.view(), write);
  if (set != Instructions::eigen) {
    const auto kernels = cpu::row_kernels<T>(set);
    const cpu::PackedWeights<T> packed(device, weights, true, kernels.lanes);
    return cpu::convolve_tiles(device, dy.view(), transposed, packed, kernels, none, dx.view(), write);
  }
  const std::int64_t in = weights.group_in(), out = weights.group_out();
  cpu::convolve_tiles_by_products(device, dy.view(), transposed, weights.groups, none, dx.view(), write,
                                  [&](const T* packed, std::int64_t tap, std::int64_t group, T* result) {
                                    cpu::product_transposed(packed, out, weights.matrix(tap, group), result, in, in,
                                                            out);
                                  });
}

/// dw(tap) (+)= sum over (tap, in, out) of x(in)^T dy(out). The tiles are cut into stripes, whose rows stay in the
/// cache for all taps; each stripe has sums of its own, which are added up in their order. How many there are follows
/// from the shapes alone.
template <class T>
void convolve_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              const cpu::Rules& rules, std::int64_t groups, Matrix<CpuDevice<T>, T>& dw, Write write) {
  constexpr std::int64_t block = 128, most = 64, memory = std::int64_t{256} << 20;
  const std::int64_t in = x.channels() / groups, out = dy.channels() / groups, matrix = groups * in * out;
  const std::int64_t size = rules.taps * matrix;
  const std::int64_t room = memory / std::max<std::int64_t>(1, size * std::int64_t{sizeof(T)});
  const std::int64_t stripes = std::min(rules.tiles, std::clamp<std::int64_t>(room, 1, most));
  const Instructions set = cpu::chosen(device.instructions);
  const auto kernels = cpu::row_kernels<T>(set);
  Buffer<T, CpuDevice<T>> partial(device, stripes * size);
  cpu::parallel(device.threads, stripes, [&](std::int64_t stripe) {
    T* const sums = partial.data() + stripe * size;
    std::fill_n(sums, size, T{});
    Buffer<T, CpuDevice<T>> scratch(device, set == Instructions::eigen ? block * (in + out) : 0);
    std::vector<const T*> left, right;
    const auto add = [&](std::int64_t tile, std::int64_t pair, std::int64_t count, std::int64_t group, T* to) {
      const std::int32_t* const x_row = rules.in.data() + pair;
      const std::uint16_t* const dy_row = rules.out.data() + pair;
      const MatrixView<const T> dy_tile = cpu::rows_from(dy.view(), tile * rules.tile_rows);
      if (in == 1 && out == 1) {
        for (std::int64_t i = 0; i < count; ++i) to[0] += x.view()(x_row[i], group) * dy_tile(dy_row[i], group);
      } else if (set == Instructions::eigen) {
        T *const x_packed = scratch.data(), *const dy_packed = x_packed + block * in;
        cpu::gather(x.view(), x_row, count, count, group * in, in, x_packed);
        cpu::gather(dy_tile, dy_row, count, count, group * out, out, dy_packed);
        cpu::add_outer_product(x_packed, in, dy_packed, out, to, count, in, out);
      } else {
        kernels.add_outer(cpu::rows_at(left, x.view(), x_row, count, group * in).data(),
                          cpu::rows_at(right, dy_tile, dy_row, count, group * out).data(), count, in, out, to);
      }
    };
    for (std::int64_t tile = stripe * rules.tiles / stripes; tile < (stripe + 1) * rules.tiles / stripes; ++tile)
      for (std::int64_t tap = 0; tap < rules.taps; ++tap)
        for (std::int64_t pair = rules.begin(tap, tile), end = rules.end(tap, tile); pair < end; pair += block)
          for (std::int64_t group = 0; group < groups; ++group)
            add(tile, pair, std::min(block, end - pair), group, sums + tap * matrix + group * in * out);
  });
  T* const result = dw.view().data;
  cpu::parallel(device.threads, rules.taps, [&](std::int64_t tap) {
    T* const to = result + tap * matrix;
    if (write == Write::assign) std::fill_n(to, matrix, T{});
    for (std::int64_t stripe = 0; stripe < stripes; ++stripe) {
      const T* const from = partial.data() + stripe * size + tap * matrix;
      for (std::int64_t i = 0; i < matrix; ++i) to[i] += from[i];
    }
  });
}

}  // namespace scn

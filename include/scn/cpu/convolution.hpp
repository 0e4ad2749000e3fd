// Convolution on the CPU: for each tile of output rows and each tap, input rows times weights, added to the tile.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cpu/device.hpp"
#include "scn/cpu/outer_kernel.hpp"
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

/// Rows `row[0]`, `row[1]`, ... of a matrix, `channels` from `data` on, packed; zero rows up to `height`.
template <class T, class Number>
void gather(const RowList<const T, Number>& rows, std::int64_t count, std::int64_t height, std::int64_t channels,
            T* packed) {
  for (std::int64_t i = 0; i < count; ++i, packed += channels) std::copy_n(rows[i], channels, packed);
  std::fill_n(packed, (height - count) * channels, T{});
}

/// One matrix a tap and group, depth x columns, columns in whole vectors: a convolution's weights where they lie, or a
/// padded or, for the way back, transposed copy.
template <class T>
class KernelWeights {
 public:
  KernelWeights(CpuDevice<T>& device, Instructions set, const typename CpuDevice<T>::Weights& weights, bool transposed)
      : groups_(weights.groups),
        depth_(transposed ? weights.group_out() : weights.group_in()),
        columns_(padded<T>(set, transposed ? weights.group_in() : weights.group_out())),
        data_(weights.data) {
    const std::int64_t in = weights.group_in(), out = weights.group_out();
    if (!transposed && columns_ == out) return;
    copy_ = Buffer<T, CpuDevice<T>>(device, weights.taps * groups_ * depth_ * columns_);
    data_ = copy_.data();
    parallel(device.threads, weights.taps * groups_, [&](std::int64_t matrix) {
      const T* const from = weights.data + matrix * in * out;
      T* to = copy_.data() + matrix * depth_ * columns_;
      for (std::int64_t k = 0; k < depth_; ++k, to += columns_) {
        const std::int64_t there = transposed ? in : out;
        for (std::int64_t c = 0; c < there; ++c) to[c] = transposed ? from[c * out + k] : from[k * out + c];
        std::fill(to + there, to + columns_, T{});
      }
    });
  }

  std::int64_t depth() const { return depth_; }
  std::int64_t columns() const { return columns_; }
  KernelMatrix<T> at(std::int64_t tap, std::int64_t group) const {
    return {data_ + (tap * groups_ + group) * depth_ * columns_, columns_, depth_, columns_};
  }

 private:
  std::int64_t groups_, depth_, columns_;
  const T* data_;
  Buffer<T, CpuDevice<T>> copy_;
};

/// Where the pairs of a tap from `pair` on first meet an output again: several rows are written at a time, so that no
/// row may be among them twice. Equal outputs are neighbours in the list, and only maps without unique inputs have any.
inline std::int64_t end_of_distinct(const Rules& rules, std::int64_t pair, std::int64_t last) {
  if (rules.inputs_unique()) return last;
  const auto again = std::adjacent_find(rules.out.begin() + pair, rules.out.begin() + last);
  return std::min(last, again - rules.out.begin() + 1);
}

/// y(out) (+)= what add(tap, pair, count, sums) adds to sums[i] for each pair, and the epilogue, output tile by output
/// tile: its sums stay in the cache while every tap adds to them. One output is summed in tap order, so its bits depend
/// on nothing but its own pairs. The sums of a group of channels are padded to whole vectors.
template <class T, class Add>
void convolve_tiles(CpuDevice<T>& device, Instructions set, const Rules& rules, std::int64_t groups,
                    const Epilogue<T>& epilogue, MatrixView<T> y, Write write, const Add& add) {
  const std::int64_t width = padded<T>(set, y.channels / groups);
  parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    Buffer<T, CpuDevice<T>> sums(device, (end - begin) * groups * width);
    std::fill_n(sums.data(), sums.size(), T{});
    for (std::int64_t tap = 0; tap < rules.taps; ++tap)
      for (std::int64_t pair = rules.begin(tap, tile), last = rules.end(tap, tile); pair < last;) {
        const std::int64_t count = end_of_distinct(rules, pair, last) - pair;
        add(tap, pair, count, OutputRows<T>{sums.data(), groups * width, rules.out.data() + pair});
        pair += count;
      }
    with_instructions<T>(set, detail::StoreRows<T>{sums.data(), groups, width, begin, end, epilogue, y, write});
  });
}

/// The sums of a convolution, or of its way back with transposed weights and rules.
template <class T>
void convolve(CpuDevice<T>& device, MatrixView<const T> x, const typename CpuDevice<T>::Weights& weights,
              bool transposed, const Rules& rules, const Epilogue<T>& epilogue, MatrixView<T> y, Write write) {
  const Instructions set = chosen(device.instructions);
  const auto inputs = [&](std::int64_t pair, std::int64_t channel) {
    return InputRows<T>{x.data + channel, x.pitch, rules.in.data() + pair};
  };
  const std::int64_t groups = weights.groups, in = x.channels / groups, out = y.channels / groups;
  if (set == Instructions::eigen) {
    convolve_tiles(device, set, rules, groups, epilogue, y, write, [&](auto tap, auto pair, auto count, auto sums) {
      Buffer<T, CpuDevice<T>> scratch(device, product_rows * (in + out));
      T *const packed = scratch.data(), *const result = packed + product_rows * in;
      for (std::int64_t begin = 0; begin < count; begin += product_rows)
        for (std::int64_t group = 0; group < groups; ++group) {
          const std::int64_t rows = std::min(product_rows, count - begin);
          gather(inputs(pair + begin, group * in), rows, product_rows, in, packed);
          if (transposed)
            product_transposed(packed, in, weights.matrix(tap, group), result, out, out, in);
          else
            product(packed, in, weights.matrix(tap, group), result, out, in, out);
          for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t c = 0; c < out; ++c) sums[begin + i][group * out + c] += result[i * out + c];
        }
    });
  } else if (weights.by_channels()) {
    convolve_tiles(device, set, rules, 1, epilogue, y, write, [&](auto tap, auto pair, auto count, auto sums) {
      with_instructions<T>(set,
                           detail::AddChannels<T>{inputs(pair, 0), sums, count, weights.matrix(tap, 0), y.channels});
    });
  } else {
    const KernelWeights<T> matrices(device, set, weights, transposed);
    convolve_tiles(device, set, rules, groups, epilogue, y, write, [&](auto tap, auto pair, auto count, auto sums) {
      for (std::int64_t group = 0; group < groups; ++group, sums.data += matrices.columns())
        with_instructions<T>(set,
                             detail::AddProducts<T>{inputs(pair, group * in), sums, count, matrices.at(tap, group)});
    });
  }
}

/// c (in x out) += sum over the pairs of x^T dy, by Eigen.
template <class T>
void add_outer_products_by_eigen(CpuDevice<T>& device, const InputRows<T>& x, const OutputRows<const T>& dy,
                                 std::int64_t pairs, std::int64_t in, std::int64_t out, T* c) {
  Buffer<T, CpuDevice<T>> scratch(device, pairs * (in + out));
  T *const x_packed = scratch.data(), *const dy_packed = x_packed + pairs * in;
  gather(x, pairs, pairs, in, x_packed);
  gather(dy, pairs, pairs, out, dy_packed);
  add_outer_product(x_packed, in, dy_packed, out, c, pairs, in, out);
}

}  // namespace cpu

/// y(out) = sum over (tap, in, out) of x(in) w(tap), and the epilogue. Rows x channels of x and y fit rules and
/// weights.
template <class T>
void convolve(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const typename CpuDevice<T>::Weights& weights,
              const cpu::Rules& rules, const Epilogue<T>& epilogue, Matrix<CpuDevice<T>, T>& y) {
  cpu::convolve(device, x.view(), weights, false, rules, epilogue, y.view(), Write::assign);
}

/// dx(in) (+)= sum over (tap, in, out) of dy(out) w(tap)^T; `transposed` are the rules of the forward pass, transposed.
template <class T>
void convolve_backward_input(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& dy,
                             const typename CpuDevice<T>::Weights& weights, const cpu::Rules& transposed,
                             Matrix<CpuDevice<T>, T>& dx, Write write) {
  cpu::convolve(device, dy.view(), weights, true, transposed, Epilogue<T>{}, dx.view(), write);
}

/// dw(tap) (+)= sum over (tap, in, out) of x(in)^T dy(out). The tiles are cut into stripes, whose rows stay in the
/// cache for all taps; each stripe has sums of its own, which are added up in their order. How many there are follows
/// from the shapes alone.
template <class T>
void convolve_backward_weight(CpuDevice<T>& device, const Matrix<CpuDevice<T>, T>& x, const Matrix<CpuDevice<T>, T>& dy,
                              const cpu::Rules& rules, std::int64_t groups, Matrix<CpuDevice<T>, T>& dw, Write write) {
  constexpr std::int64_t most = 64, memory = std::int64_t{256} << 20;
  const Instructions set = cpu::chosen(device.instructions);
  const std::int64_t in = x.channels() / groups, out = dy.channels() / groups;
  const bool by_channels = in == 1 && out == 1;
  const std::int64_t width = by_channels ? 1 : cpu::padded<T>(set, out), matrix = groups * in * width;
  const std::int64_t size = rules.taps * matrix;
  const std::int64_t room = memory / std::max<std::int64_t>(1, size * std::int64_t{sizeof(T)});
  const std::int64_t stripes = std::min(rules.tiles, std::clamp<std::int64_t>(room, 1, most));
  Buffer<T, CpuDevice<T>> partial(device, stripes * size);
  cpu::parallel(device.threads, stripes, [&](std::int64_t stripe) {
    T* const sums = partial.data() + stripe * size;
    std::fill_n(sums, size, T{});
    for (std::int64_t tile = stripe * rules.tiles / stripes; tile < (stripe + 1) * rules.tiles / stripes; ++tile)
      for (std::int64_t tap = 0; tap < rules.taps; ++tap) {
        const std::int64_t pair = rules.begin(tap, tile), count = rules.end(tap, tile) - pair;
        const auto x_view = x.view(), dy_view = dy.view();
        cpu::InputRows<T> left{x_view.data, x_view.pitch, rules.in.data() + pair};
        cpu::OutputRows<const T> right{dy_view.data + tile * rules.tile_rows * dy_view.pitch, dy_view.pitch,
                                       rules.out.data() + pair};
        T* to = sums + tap * matrix;
        if (by_channels) {
          cpu::with_instructions<T>(set, cpu::detail::AddChannelProducts<T>{left, right, count, groups, to});
          continue;
        }
        for (std::int64_t group = 0; group < groups; ++group) {
          if (set == Instructions::eigen)
            cpu::add_outer_products_by_eigen(device, left, right, count, in, out, to);
          else
            cpu::with_instructions<T>(set, cpu::detail::AddOuterProducts<T>{left, right, count, in, out, width, to});
          left.data += in;
          right.data += out;
          to += in * width;
        }
      }
  });
  T* const result = dw.view().data;
  cpu::parallel(device.threads, rules.taps * groups * in, [&](std::int64_t row) {
    T* const to = result + row * out;
    if (write == Write::assign) std::fill_n(to, out, T{});
    for (std::int64_t stripe = 0; stripe < stripes; ++stripe) {
      const T* const from = partial.data() + stripe * size + row * width;
      for (std::int64_t c = 0; c < out; ++c) to[c] += from[c];
    }
  });
}

}  // namespace scn

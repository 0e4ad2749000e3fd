// The relation between input and output sites of one layer: taps, stride, dilation and padding.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "scn/core/error.hpp"
#include "scn/geometry/point.hpp"

namespace scn {

/// Quotient rounded towards minus infinity; the divisor is positive.
constexpr std::int64_t floor_divide(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

constexpr bool fits_int32(std::int64_t value) {
  return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
}

/// On every axis, tap k in [0, size): in = stride * out + dilation * k - pad (cross-correlation). Taps are numbered
/// row-major, the last axis fastest. Make one by submanifold_window() or strided_window(), which check it.
template <int D>
struct Window {
  Point<D> size{1};
  Point<D> stride{1};
  Point<D> dilation{1};
  Point<D> pad{0};

  constexpr bool operator==(const Window&) const = default;

  /// Number of taps.
  constexpr std::int64_t volume() const {
    std::int64_t product = 1;
    for (int axis = 0; axis < D; ++axis) product *= size[axis];
    return product;
  }

  /// Position of tap `tap` within the box.
  constexpr Point<D> position(std::int64_t tap) const {
    Point<D> at;
    for (int axis = D - 1; axis >= 0; --axis) {
      at[axis] = static_cast<std::int32_t>(tap % size[axis]);
      tap /= size[axis];
    }
    return at;
  }

  /// The input coordinate that output `out` sees through tap position `position`, on one axis, not yet cut to int32.
  constexpr std::int64_t input(int axis, std::int64_t out, std::int64_t position) const {
    return std::int64_t{stride[axis]} * out + std::int64_t{dilation[axis]} * position - pad[axis];
  }
};

template <int D>
std::string to_string(const Window<D>& window) {
  return message("size ", to_string(window.size), ", stride ", to_string(window.stride), ", dilation ",
                 to_string(window.dilation), ", pad ", to_string(window.pad));
}

namespace detail {

template <int D>
void check_window(const Window<D>& window) {
  std::int64_t volume = 1;
  for (int axis = 0; axis < D; ++axis) {
    require(window.size[axis] >= 1 && window.stride[axis] >= 1 && window.dilation[axis] >= 1,
            "a window needs sizes, strides and dilations of at least 1, got ", to_string(window));
    require<LimitExceeded>(volume <= std::numeric_limits<std::int32_t>::max() / window.size[axis], "a window of size ",
                           to_string(window.size), " has more than 2147483647 taps");
    volume *= window.size[axis];
  }
}

}  // namespace detail

/// Outputs are the inputs; an even size reaches one step further down than up (size 2: taps -1 and 0).
template <int D>
Window<D> submanifold_window(const Point<D>& size) {
  Window<D> window{.size = size};
  for (int axis = 0; axis < D; ++axis) window.pad[axis] = size[axis] / 2;
  detail::check_window(window);
  return window;
}

/// Outputs are all sites reached by at least one tap.
template <int D>
Window<D> strided_window(const Point<D>& size, const Point<D>& stride) {
  Window<D> window{.size = size, .stride = stride};
  detail::check_window(window);
  return window;
}

/// Extent of the outputs: floor((in + 2 pad - dilation (size - 1) - 1) / stride) + 1; refuses a window larger than
/// `in`.
template <int D>
Point<D> output_extent(const Point<D>& in, const Window<D>& window) {
  Point<D> out;
  for (int axis = 0; axis < D; ++axis) {
    const std::int64_t room = std::int64_t{in[axis]} + 2 * std::int64_t{window.pad[axis]} -
                              std::int64_t{window.dilation[axis]} * (window.size[axis] - 1) - 1;
    require(room >= 0, "a window of ", to_string(window), " does not fit into the extent ", to_string(in));
    const std::int64_t extent = room / window.stride[axis] + 1;
    require<LimitExceeded>(fits_int32(extent), "the extent that follows from ", to_string(in), " through ",
                           to_string(window), " passes the range of int32");
    out[axis] = static_cast<std::int32_t>(extent);
  }
  return out;
}

/// The smallest extent of inputs that gives `out`: (out - 1) stride + dilation (size - 1) + 1 - 2 pad.
template <int D>
Point<D> input_extent(const Point<D>& out, const Window<D>& window) {
  Point<D> in;
  for (int axis = 0; axis < D; ++axis) {
    const std::int64_t extent = (std::int64_t{out[axis]} - 1) * window.stride[axis] +
                                std::int64_t{window.dilation[axis]} * (window.size[axis] - 1) + 1 -
                                2 * std::int64_t{window.pad[axis]};
    require<LimitExceeded>(fits_int32(extent), "the extent that leads to ", to_string(out), " through ",
                           to_string(window), " passes the range of int32");
    in[axis] = static_cast<std::int32_t>(extent);
  }
  return in;
}

/// Extent of the outputs where the window covers `in` without a remainder; throws where it does not.
template <int D>
Point<D> exact_output_extent(const Point<D>& in, const Window<D>& window) {
  const Point<D> out = output_extent(in, window);
  require(input_extent(out, window) == in, "a window of ", to_string(window), " does not divide the extent ",
          to_string(in), " without a remainder");
  return out;
}

}  // namespace scn

// The relation between input and output sites of one layer: taps, stride, dilation and padding.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/geometry/point.hpp"
#include "scn/geometry/taps.hpp"

namespace scn {

/// Quotient rounded towards minus infinity; the divisor is positive.
constexpr std::int64_t floor_divide(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

constexpr bool fits_int32(std::int64_t value) {
  return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
}

/// Which outputs a strided layer has: every site that at least one tap reaches, as in SparseConvNet, spconv and
/// TorchSparse; or floor(in / stride), one for each input, as in MinkowskiEngine.
enum class Outputs { reached, floor };

/// On every axis, tap k of [0, size): in = stride * out + dilation * k - pad (cross-correlation). Taps are numbered
/// row-major, the last axis fastest, or as `positions` lists them. Make one by submanifold_window() or
/// strided_window(), which check it; a window written out by hand is checked by the layer that takes it.
template <int D>
struct Window {
  Point<D> size{1};
  Point<D> stride{1};
  Point<D> dilation{1};
  Point<D> pad{0};
  Outputs outputs = Outputs::reached;
  std::vector<Point<D>> positions{};  ///< of the taps within the box, one each; empty: all of the box
  /// starts[axis][out], never falling, takes the place of stride * out (randomised strides); empty: not randomised.
  std::array<std::vector<std::int32_t>, std::size_t{D}> starts{};

  bool operator==(const Window&) const = default;

  /// Number of taps.
  constexpr std::int64_t volume() const {
    if (!positions.empty()) return static_cast<std::int64_t>(positions.size());
    std::int64_t product = 1;
    for (int axis = 0; axis < D; ++axis) product *= size[axis];
    return product;
  }

  /// Position of tap `tap` within the box.
  constexpr Point<D> position(std::int64_t tap) const {
    if (!positions.empty()) return positions[static_cast<std::size_t>(tap)];
    Point<D> at;
    for (int axis = D - 1; axis >= 0; --axis) {
      at[axis] = static_cast<std::int32_t>(tap % size[axis]);
      tap /= size[axis];
    }
    return at;
  }

  /// Whether the starts of outputs are a table, on every axis or none.
  bool randomised() const { return !starts[0].empty(); }

  /// The coordinate that position `pad` of output `out` lies at, on one axis.
  constexpr std::int64_t start(int axis, std::int64_t out) const {
    const auto& table = starts[static_cast<std::size_t>(axis)];
    return table.empty() ? std::int64_t{stride[axis]} * out : table[static_cast<std::size_t>(out)];
  }

  /// The input coordinate that output `out` sees through tap position `position`, on one axis, not yet cut to int32.
  constexpr std::int64_t input(int axis, std::int64_t out, std::int64_t position) const {
    return start(axis, out) + std::int64_t{dilation[axis]} * position - pad[axis];
  }

  /// Whether every input leads to the one output floor(in / stride), and strides are one power of two on every axis:
  /// then the outputs of sites in Z-order come in Z-order.
  bool keeps_order() const {
    const bool alone = outputs == Outputs::floor ||
                       (size == stride && dilation == Point<D>(1) && pad == Point<D>(0) && positions.empty());
    return alone && !randomised() && stride == Point<D>(stride[0]) && (stride[0] & (stride[0] - 1)) == 0;
  }

  /// One tap through which every output sees its own site and no other.
  bool is_identity() const {
    return size == Point<D>(1) && stride == Point<D>(1) && pad == Point<D>(0) && !randomised();
  }
};

/// Whether an output at 0 sees through tap taps - 1 - k the site opposite to the one it sees through tap k.
template <int D>
bool is_symmetric(const Window<D>& window) {
  if (window.stride != Point<D>(1) || window.randomised()) return false;
  const std::int64_t taps = window.volume();
  for (std::int64_t tap = 0; 2 * tap < taps; ++tap)
    for (int axis = 0; axis < D; ++axis)
      if (window.input(axis, 0, window.position(tap)[axis]) !=
          -window.input(axis, 0, window.position(taps - 1 - tap)[axis]))
        return false;
  return true;
}

/// The input that an output sees through this position of a tap; none where a coordinate leaves int32.
template <int D>
std::optional<Site<D>> input_of(const Window<D>& window, const Site<D>& out, const Point<D>& position) {
  Site<D> in{out.sample, {}};
  for (int axis = 0; axis < D; ++axis) {
    const std::int64_t coordinate = window.input(axis, out.at[axis], position[axis]);
    if (!fits_int32(coordinate)) return std::nullopt;
    in.at[axis] = static_cast<std::int32_t>(coordinate);
  }
  return in;
}

template <int D>
std::string to_string(const Window<D>& window) {
  std::string text = message("size ", to_string(window.size), ", stride ", to_string(window.stride), ", dilation ",
                             to_string(window.dilation), ", pad ", to_string(window.pad));
  if (!window.positions.empty()) text += message(", ", window.volume(), " taps");
  if (window.outputs == Outputs::floor) text += ", outputs floor(in / stride)";
  if (window.randomised()) text += ", randomised";
  return text;
}

namespace detail {

/// Throws unless listed taps lie within the box, each once.
template <int D>
void require_positions(const Window<D>& window) {
  for (const Point<D>& position : window.positions)
    for (int axis = 0; axis < D; ++axis)
      require(position[axis] >= 0 && position[axis] < window.size[axis], "a window of size ", to_string(window.size),
              " has no place for a tap at ", to_string(position));
  std::vector<Point<D>> sorted = window.positions;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  require(twice == sorted.end(), "a window has two taps at ", twice == sorted.end() ? "" : to_string(*twice));
}

/// Throws unless the starts of outputs are listed on every axis or on none, and never fall.
template <int D>
void require_starts(const Window<D>& window) {
  for (const auto& starts : window.starts)
    require(starts.empty() != window.randomised() && std::is_sorted(starts.begin(), starts.end()),
            "the starts of a window have to be listed on every axis or on none, and must not fall");
}

}  // namespace detail

/// The same window; throws unless sizes, strides and dilations are at least 1, int32 can number the taps, and lists of
/// taps and of starts make sense.
template <int D>
Window<D> checked(const Window<D>& window) {
  std::int64_t volume = 1;
  for (int axis = 0; axis < D; ++axis) {
    require(window.size[axis] >= 1 && window.stride[axis] >= 1 && window.dilation[axis] >= 1,
            "a window needs sizes, strides and dilations of at least 1, got ", to_string(window));
    if (!window.positions.empty()) continue;
    require<LimitExceeded>(volume <= std::numeric_limits<std::int32_t>::max() / window.size[axis], "a window of size ",
                           to_string(window.size), " has more than 2147483647 taps");
    volume *= window.size[axis];
  }
  detail::require_positions(window);
  detail::require_starts(window);
  return window;
}

namespace detail {

/// The padding that puts position `centre` of the taps, dilated, at the place of an output.
template <int D>
Point<D> centred(const Point<D>& centre, const Point<D>& dilation) {
  Point<D> pad;
  for (int axis = 0; axis < D; ++axis) {
    const std::int64_t number = std::int64_t{centre[axis]} * dilation[axis];
    require<LimitExceeded>(fits_int32(number), "taps with a dilation of ", to_string(dilation),
                           " reach beyond the range of int32");
    pad[axis] = static_cast<std::int32_t>(number);
  }
  return pad;
}

}  // namespace detail

/// Taps about the site itself: pad = dilation * floor(size / 2), so an even size reaches one step further down than up
/// (size 2: taps -1 and 0). Outputs are the inputs; with a stride above 1 they are floor(in / stride), so that a
/// centred window steps over the sites and adds none around them.
template <int D>
Window<D> submanifold_window(const Taps<D>& taps, const Point<D>& dilation = 1, const Point<D>& stride = 1) {
  Window<D> window{.size = taps.size(), .stride = stride, .dilation = dilation, .positions = taps.positions()};
  if (stride != Point<D>(1)) window.outputs = Outputs::floor;
  window.pad = detail::centred(taps.centre(), dilation);
  return checked(window);
}

/// Outputs are all sites reached by at least one tap.
template <int D>
Window<D> strided_window(const Taps<D>& taps, const Point<D>& stride) {
  return checked(Window<D>{.size = taps.size(), .stride = stride, .pad = taps.zero(), .positions = taps.positions()});
}

/// A box, which is what most windows are; the dimension follows from the points. With the dimension written out, all of
/// these take numbers: strided_window<3>(3, 2).
template <template <int> class Size, int D>
requires std::same_as<Size<D>, Point<D>> Window<D> submanifold_window(const Size<D>& size) {
  return submanifold_window(Taps<D>(size));
}
template <template <int> class Size, int D>
requires std::same_as<Size<D>, Point<D>> Window<D> strided_window(const Size<D>& size, const Point<D>& stride) {
  return strided_window(Taps<D>(size), stride);
}

/// Extent of the outputs: floor((in + 2 pad - dilation (size - 1) - 1) / stride) + 1, and refuses a window larger than
/// `in`; ceil(in / stride) for Outputs::floor.
template <int D>
Point<D> output_extent(const Point<D>& in, const Window<D>& window) {
  Point<D> out;
  for (int axis = 0; axis < D; ++axis) {
    if (window.outputs == Outputs::floor) {
      out[axis] = (in[axis] - 1) / window.stride[axis] + 1;
      continue;
    }
    const std::int64_t room = std::int64_t{in[axis]} + 2 * std::int64_t{window.pad[axis]} -
                              std::int64_t{window.dilation[axis]} * (window.size[axis] - 1) - 1;
    if (room < 0)  // no text is made for those that fit
      throw InvalidArgument(
          message("a window of ", to_string(window), " does not fit into the extent ", to_string(in)));
    const std::int64_t extent = room / window.stride[axis] + 1;
    if (!fits_int32(extent))
      throw LimitExceeded(message("the extent that follows from ", to_string(in), " through ", to_string(window),
                                  " passes the range of int32"));
    out[axis] = static_cast<std::int32_t>(extent);
  }
  return out;
}

/// The smallest extent of inputs that gives `out`: (out - 1) stride + dilation (size - 1) + 1 - 2 pad; for
/// Outputs::floor the largest, out stride.
template <int D>
Point<D> input_extent(const Point<D>& out, const Window<D>& window) {
  Point<D> in;
  for (int axis = 0; axis < D; ++axis) {
    std::int64_t extent = std::int64_t{out[axis]} * window.stride[axis];
    if (window.outputs == Outputs::reached)
      extent += std::int64_t{window.dilation[axis]} * (window.size[axis] - 1) + 1 - window.stride[axis] -
                2 * std::int64_t{window.pad[axis]};
    if (!fits_int32(extent))
      throw LimitExceeded(message("the extent that leads to ", to_string(out), " through ", to_string(window),
                                  " passes the range of int32"));
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

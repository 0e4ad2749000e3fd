// Oracle of the relation between input and output sites: windows, tap numbers, extents.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

#include "oracle_sites.hpp"

/// Use: `submanifold_window({3, 3})`, `strided_window({2, 2}, {2, 2})`, `offsets_window({{0, 0}, {1, -1}})` or members
/// of Window by name; then `input_of`, `outputs_of` and `tap_between` solve the relation for what is missing.
namespace oracle {

/// One number an axis.
using Axes = std::vector<std::int64_t>;

/// in = stride * out + dilation * tap - pad for tap in [0, size), on every axis; all in 64-bit arithmetic. Positions,
/// if there are any, are the taps one by one in place of the box; starts, one list an axis, take the place of stride *
/// out for the outputs that they number, and leave no others.
struct Window {
  Axes size, stride, dilation, pad;
  std::vector<Axes> positions = {}, starts = {};

  std::size_t dimension() const { return stride.size(); }
};

/// Size and stride, dilation 1, no padding.
inline Window strided_window(const Axes& size, const Axes& stride) {
  return {size, stride, Axes(size.size(), 1), Axes(size.size(), 0)};
}

/// Stride 1 and pad = dilation * floor(size / 2); dilation 1 if it is left out.
inline Window submanifold_window(const Axes& size, Axes dilation = {}) {
  if (dilation.empty()) dilation.assign(size.size(), 1);
  Window window{size, Axes(size.size(), 1), dilation, {}};
  for (std::size_t axis = 0; axis < size.size(); ++axis) window.pad.push_back(dilation[axis] * (size[axis] / 2));
  return window;
}

/// Every output sees dilation * offset from stride * out, in this order; for lists of taps, which have no box.
inline Window offsets_window(const std::vector<Axes>& offsets, Axes stride = {}, Axes dilation = {}) {
  const Axes ones(offsets.at(0).size(), 1);
  return {ones, stride.empty() ? ones : stride, dilation.empty() ? ones : dilation, Axes(ones.size(), 0), offsets};
}

/// The offsets in [low, high] on every axis that keep(offset) keeps, row-major, last axis fastest.
template <class Keep>
std::vector<Axes> offsets_where(int dimension, std::int64_t low, std::int64_t high, const Keep& keep) {
  std::vector<Axes> all{{}}, kept;
  for (int axis = 0; axis < dimension; ++axis) {
    std::vector<Axes> longer;
    for (const Axes& offset : all)
      for (std::int64_t value = low; value <= high; ++value) {
        longer.push_back(offset);
        longer.back().push_back(value);
      }
    all = longer;
  }
  for (const Axes& offset : all)
    if (keep(offset)) kept.push_back(offset);
  return kept;
}

/// Rounds towards minus infinity; the divisor is positive.
inline std::int64_t floor_divide(std::int64_t dividend, std::int64_t divisor) {
  std::int64_t quotient = dividend / divisor;
  while (quotient * divisor > dividend) --quotient;
  return quotient;
}

/// Number of taps; throws std::length_error from 2^31 on.
inline std::int64_t volume(const Window& window) {
  if (!window.positions.empty()) return static_cast<std::int64_t>(window.positions.size());
  std::int64_t product = 1;
  for (const std::int64_t size : window.size) {
    if (size < 1 || product > std::numeric_limits<std::int32_t>::max() / size) throw std::length_error("window volume");
    product *= size;
  }
  return product;
}

/// The tap's index on every axis: row-major, last axis fastest, or as the positions list them.
inline Axes tap_indices(const Window& window, std::int64_t tap) {
  if (!window.positions.empty()) return window.positions.at(static_cast<std::size_t>(tap));
  Axes index(window.dimension());
  for (std::size_t axis = window.dimension(); axis-- > 0;) {
    index[axis] = tap % window.size[axis];
    tap /= window.size[axis];
  }
  return index;
}

/// The way back of tap_indices; none where no tap has these.
inline std::optional<std::int64_t> tap_number(const Window& window, const Axes& index) {
  if (!window.positions.empty()) {
    const auto found = std::find(window.positions.begin(), window.positions.end(), index);
    if (found == window.positions.end()) return std::nullopt;
    return found - window.positions.begin();
  }
  std::int64_t tap = 0;
  for (std::size_t axis = 0; axis < window.dimension(); ++axis) {
    if (index[axis] < 0 || index[axis] >= window.size[axis]) return std::nullopt;
    tap = tap * window.size[axis] + index[axis];
  }
  return tap;
}

inline bool is_coordinate(std::int64_t value) {
  return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
}

/// Where an output lies on one axis of the inputs; none for an output that the starts do not number.
inline std::optional<std::int64_t> start_of(const Window& window, std::size_t axis, std::int64_t out) {
  if (window.starts.empty()) return window.stride[axis] * out;
  const Axes& starts = window.starts.at(axis);
  if (out < 0 || out >= static_cast<std::int64_t>(starts.size())) return std::nullopt;
  return starts[static_cast<std::size_t>(out)];
}

/// The input site of an output under a tap; none where a coordinate leaves int32.
inline std::optional<Site> input_of(const Window& window, const Site& out, std::int64_t tap) {
  const Axes index = tap_indices(window, tap);
  Site in{out.sample, {}};
  for (std::size_t axis = 0; axis < window.dimension(); ++axis) {
    const auto start = start_of(window, axis, out.at[axis]);
    if (!start) return std::nullopt;
    const std::int64_t value = *start + window.dilation[axis] * index[axis] - window.pad[axis];
    if (!is_coordinate(value)) return std::nullopt;
    in.at.push_back(static_cast<std::int32_t>(value));
  }
  return in;
}

/// The outputs that lie at one place of one axis: at most one, except among starts.
inline std::vector<std::int32_t> outputs_at(const Window& window, std::size_t axis, std::int64_t place) {
  std::vector<std::int32_t> outputs;
  if (window.starts.empty()) {
    const std::int64_t out = floor_divide(place, window.stride[axis]);
    if (out * window.stride[axis] == place && is_coordinate(out)) outputs.push_back(static_cast<std::int32_t>(out));
    return outputs;
  }
  const Axes& starts = window.starts.at(axis);
  for (std::size_t out = 0; out < starts.size(); ++out)
    if (starts[out] == place) outputs.push_back(static_cast<std::int32_t>(out));
  return outputs;
}

/// The output sites that see an input under a tap: one, none where the stride does not fit or a coordinate leaves
/// int32, several where starts coincide.
inline std::vector<Site> outputs_of(const Window& window, const Site& in, std::int64_t tap) {
  const Axes index = tap_indices(window, tap);
  std::vector<Site> outputs{{in.sample, {}}};
  for (std::size_t axis = 0; axis < window.dimension(); ++axis) {
    std::vector<Site> longer;
    for (const Site& site : outputs)
      for (const std::int32_t out :
           outputs_at(window, axis, in.at[axis] + window.pad[axis] - window.dilation[axis] * index[axis])) {
        longer.push_back(site);
        longer.back().at.push_back(out);
      }
    outputs = longer;
  }
  return outputs;
}

/// The tap that joins two sites, if the relation holds for one.
inline std::optional<std::int64_t> tap_between(const Window& window, const Site& in, const Site& out) {
  if (in.sample != out.sample) return std::nullopt;
  Axes index(window.dimension());
  for (std::size_t axis = 0; axis < window.dimension(); ++axis) {
    const auto start = start_of(window, axis, out.at[axis]);
    if (!start) return std::nullopt;
    const std::int64_t multiple = in.at[axis] - *start + window.pad[axis];
    index[axis] = floor_divide(multiple, window.dilation[axis]);
    if (index[axis] * window.dilation[axis] != multiple) return std::nullopt;
  }
  return tap_number(window, index);
}

/// Extent of the outputs on every axis, 0 where the window does not fit.
inline Axes output_extent(const Axes& extent, const Window& window) {
  Axes result;
  for (std::size_t axis = 0; axis < extent.size(); ++axis) {
    const std::int64_t room = extent[axis] + 2 * window.pad[axis] - window.dilation[axis] * (window.size[axis] - 1) - 1;
    result.push_back(std::max<std::int64_t>(0, floor_divide(room, window.stride[axis]) + 1));
  }
  return result;
}

/// The smallest input extent that gives this output extent.
inline Axes input_extent(const Axes& extent, const Window& window) {
  Axes result;
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
    result.push_back((extent[axis] - 1) * window.stride[axis] + window.dilation[axis] * (window.size[axis] - 1) + 1 -
                     2 * window.pad[axis]);
  return result;
}

/// Whether 0 <= coordinate < extent on every axis; an empty extent holds everything.
inline bool inside(const Site& site, const Axes& extent) {
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
    if (site.at[axis] < 0 || site.at[axis] >= extent[axis]) return false;
  return true;
}

}  // namespace oracle

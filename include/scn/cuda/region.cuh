// Where sites may lie, as kernels see it: within an extent, or anywhere.
#pragma once

#include <cstdint>
#include <optional>

#include "scn/geometry/point.hpp"

namespace scn::gpu {

/// Coordinates in [0, extent), or all of int32.
template <int D>
struct Region {
  Point<D> extent;
  bool bounded = false;

  explicit Region(const std::optional<Point<D>>& limits) : extent(limits.value_or(Point<D>())), bounded(limits) {}
  constexpr bool holds(int axis, std::int64_t coordinate) const {
    return !bounded || (coordinate >= 0 && coordinate < extent[axis]);
  }
  constexpr bool holds(const Point<D>& point) const {
    bool inside = true;
    for (int axis = 0; axis < D; ++axis) inside = inside && holds(axis, point[axis]);
    return inside;
  }
};

}  // namespace scn::gpu

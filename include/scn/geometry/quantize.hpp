// Real points to sites: floor((p - origin) / edge), computed in double.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "scn/geometry/point.hpp"

namespace scn {

/// A strided view of `count` points in the caller's memory: coordinate `axis` of point i is data[i * stride + axis].
template <std::floating_point T>
struct PointView {
  const T* data = nullptr;
  std::int64_t count = 0;
  std::int64_t stride = 0;  ///< elements from one point to the next, at least D
};

/// The grid points are sorted into.
template <int D>
struct Grid {
  double edge = 1.0;                            ///< length of a voxel's edge, in the unit of the points
  std::array<double, std::size_t{D}> origin{};  ///< the lower corner of voxel (0, 0, ...)
  std::optional<Point<D>> extent{};             ///< voxels outside [0, extent) are left out
  std::int32_t sample = 0;                      ///< sample of every site
};

/// The points that have a site, in the caller's order, and how many were left out and why.
template <int D>
struct Quantized {
  std::vector<Site<D>> sites;
  std::vector<std::int64_t> points;  ///< the caller's number of the point of each site
  std::int64_t not_finite = 0;       ///< NaN or infinite
  std::int64_t out_of_range = 0;     ///< outside the extent or int32
};

/// A point on the upper border of a voxel belongs to the next one. Nothing that does not fit is ever cast. O(count).
template <int D, class T>
requires Dimension<D> Quantized<D> quantize(const PointView<T>& points, const Grid<D>& grid) {
  require(grid.edge > 0 && std::isfinite(grid.edge), "quantize: the edge of a voxel must be positive and finite, got ",
          grid.edge);
  require(points.count >= 0, "quantize: the number of points must not be negative, got ", points.count);
  require(points.stride >= D || points.count == 0, "quantize: points of dimension ", D, " need a stride of at least ",
          D, ", got ", points.stride);
  Quantized<D> result;
  result.sites.reserve(static_cast<std::size_t>(points.count));
  result.points.reserve(static_cast<std::size_t>(points.count));
  for (std::int64_t i = 0; i < points.count; ++i) {
    Site<D> site{grid.sample, {}};
    bool finite = true, inside = true;
    for (int axis = 0; axis < D; ++axis) {
      const double coordinate = static_cast<double>(points.data[i * points.stride + axis]);
      const double voxel = std::floor((coordinate - grid.origin[static_cast<std::size_t>(axis)]) / grid.edge);
      finite = finite && std::isfinite(coordinate);
      const double lowest = grid.extent ? 0.0 : double{std::numeric_limits<std::int32_t>::min()};
      const double highest =
          grid.extent ? (*grid.extent)[axis] - 1.0 : double{std::numeric_limits<std::int32_t>::max()};
      if (voxel >= lowest && voxel <= highest)
        site.at[axis] = static_cast<std::int32_t>(voxel);
      else
        inside = false;
    }
    if (!finite) {
      ++result.not_finite;
    } else if (!inside) {
      ++result.out_of_range;
    } else {
      result.sites.push_back(site);
      result.points.push_back(i);
    }
  }
  return result;
}

}  // namespace scn

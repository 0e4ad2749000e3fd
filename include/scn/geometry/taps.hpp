// The shape of a kernel: a box, a cross, a ball, or any ordered list of offsets.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/geometry/point.hpp"

namespace scn {

/// Where the taps of a window lie: positions within a box [0, size), in the order of the weights. A number or a point
/// stands for the whole box, row-major, the last axis fastest; Cross and Ball leave out some of it. A list of offsets
/// says directly which neighbours an output has: in = stride * out + dilation * offset.
template <int D>
class Taps {
 public:
  Taps(std::int32_t size) : Taps(Point<D>(size)) {}           // NOLINT(google-explicit-constructor): layers take `3`,
  Taps(const Point<D>& size) : size_(size) { centre_box(); }  // NOLINT(google-explicit-constructor): or a point,
  template <class... Int>                                     // or {3, 1, 3}
  requires(sizeof...(Int) == D && D > 1 && (std::same_as<std::remove_cvref_t<Int>, std::int32_t> && ...))
      Taps(Int... sizes)
      : Taps(Point<D>(sizes...)) {}

  /// In this order, which is that of the weights. Throws InvalidArgument for no offsets and for one that occurs twice.
  explicit Taps(const std::vector<Point<D>>& offsets) : positions_(offsets) {
    require(!offsets.empty(), "a list of taps must not be empty");
    std::vector<Point<D>> sorted = offsets;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    require(twice == sorted.end(), "the offset ", twice == sorted.end() ? "" : to_string(*twice),
            " occurs twice in a list of taps");
    for (int axis = 0; axis < D; ++axis) {
      const auto [low, high] = std::minmax_element(offsets.begin(), offsets.end(),
                                                   [&](const auto& a, const auto& b) { return a[axis] < b[axis]; });
      const std::int64_t lowest = (*low)[axis], span = (*high)[axis] - lowest + 1;
      require<LimitExceeded>(
          span <= std::numeric_limits<std::int32_t>::max() && lowest > std::numeric_limits<std::int32_t>::min(),
          "the offsets of a list of taps span more than int32 holds");
      size_[axis] = static_cast<std::int32_t>(span);
      centre_[axis] = zero_[axis] = static_cast<std::int32_t>(-lowest);
    }
    for (Point<D>& position : positions_)
      for (int axis = 0; axis < D; ++axis) position[axis] += zero_[axis];
  }

  /// The box that holds all taps.
  const Point<D>& size() const { return size_; }
  /// The position that an output of a submanifold convolution lies at: floor(size / 2), or the offset 0 of a list.
  const Point<D>& centre() const { return centre_; }
  /// The position that `stride * out` lies at in a strided convolution: the lower corner, or the offset 0 of a list.
  const Point<D>& zero() const { return zero_; }
  /// One a tap; empty where every position of the box is a tap.
  const std::vector<Point<D>>& positions() const { return positions_; }

 protected:
  Taps(const Point<D>& size, std::vector<Point<D>> positions) : Taps(size) {
    std::sort(positions.begin(), positions.end());
    positions_ = std::move(positions);
  }

 private:
  void centre_box() {
    for (int axis = 0; axis < D; ++axis) centre_[axis] = size_[axis] / 2;
  }

  Point<D> size_, centre_, zero_;
  std::vector<Point<D>> positions_;
};

/// The whole box, spelled out.
template <int D>
class Cube : public Taps<D> {
 public:
  using Taps<D>::Taps;
};

/// The axes through the centre of a box: sum of (size - 1) + 1 taps, row-major. 2 D + 1 taps for size 3, which keeps
/// kernels small where a box would have 3^D.
template <int D>
class Cross : public Taps<D> {
 public:
  explicit Cross(const Point<D>& size) : Taps<D>(size, arms(size)) {}

 private:
  static std::vector<Point<D>> arms(const Point<D>& size) {
    for (int axis = 0; axis < D; ++axis)
      require(size[axis] >= 1, "a cross needs sizes of at least 1, got ", to_string(size));
    const Point<D> centre = Taps<D>(size).centre();
    std::vector<Point<D>> positions{centre};
    for (int axis = 0; axis < D; ++axis)
      for (std::int32_t at = 0; at < size[axis]; ++at) {
        Point<D> arm = centre;
        arm[axis] = at;
        if (at != centre[axis]) positions.push_back(arm);
      }
    return positions;
  }
};

/// All positions within `radius` of the centre, Euclidean, row-major; the box has size 2 floor(radius) + 1.
template <int D>
class Ball : public Taps<D> {
 public:
  explicit Ball(double radius) : Taps<D>(box(radius), within(radius)) {}

 private:
  static Point<D> box(double radius) {
    require(radius >= 0 && radius < (1 << 29), "the radius of a ball must lie in [0, 2^29), got ", radius);
    return Point<D>(2 * static_cast<std::int32_t>(radius) + 1);
  }
  static std::vector<Point<D>> within(double radius) {
    std::vector<Point<D>> positions;
    collect(radius * radius, static_cast<std::int32_t>(radius), 0, {}, positions);
    return positions;
  }
  static void collect(double left, std::int32_t centre, int axis, Point<D> at, std::vector<Point<D>>& into) {
    if (axis == D) {
      into.push_back(at);
      return;
    }
    for (at[axis] = 0; at[axis] <= 2 * centre; ++at[axis]) {
      const double distance = at[axis] - centre, rest = left - distance * distance;
      if (rest >= 0) collect(rest, centre, axis + 1, at, into);
    }
  }
};

}  // namespace scn

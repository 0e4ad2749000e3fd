// Integer points in D dimensions, and sites: points of a sample.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "scn/core/error.hpp"
#include "scn/fwd.hpp"

namespace scn {

/// D int32 coordinates: a position, a size or a stride. One number stands for the same on every axis: Point<3>{2}.
template <int D>
class Point {
  static_assert(Dimension<D>, "scn: the dimension must lie between 1 and 10");

 public:
  constexpr Point() = default;
  constexpr Point(std::int32_t all) {  // NOLINT(google-explicit-constructor): layers take `3` for a 3 x 3 x 3 window
    for (auto& coordinate : coordinates_) coordinate = all;
  }
  template <class... Int>
  requires(sizeof...(Int) == D && D > 1 &&
           (std::same_as<std::remove_cvref_t<Int>, std::int32_t> && ...)) constexpr Point(Int... coordinates)
      : coordinates_{coordinates...} {}

  constexpr std::int32_t& operator[](int axis) { return coordinates_[static_cast<std::size_t>(axis)]; }
  constexpr std::int32_t operator[](int axis) const { return coordinates_[static_cast<std::size_t>(axis)]; }
  constexpr auto operator<=>(const Point&) const = default;
  constexpr bool operator==(const Point& other) const {  // spelled out: the default calls memcmp
    bool same = true;
    for (int axis = 0; axis < D; ++axis) same = same && (*this)[axis] == other[axis];
    return same;
  }

 private:
  std::array<std::int32_t, static_cast<std::size_t>(D)> coordinates_{};
};

/// A point of one sample of a batch.
template <int D>
struct Site {
  std::int32_t sample = 0;
  Point<D> at;

  constexpr auto operator<=>(const Site&) const = default;
};

/// "(1, 2, 3)", for messages.
template <int D>
std::string to_string(const Point<D>& point) {
  std::string text = "(";
  for (int axis = 0; axis < D; ++axis) text += (axis > 0 ? ", " : "") + std::to_string(point[axis]);
  return text + ")";
}

}  // namespace scn

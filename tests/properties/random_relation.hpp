// Random relations: boxes, crosses, balls and lists of taps, with strides, dilation and padding.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <vector>

#include "relation.hpp"
#include "support/random_cases.hpp"

namespace properties {

using oracle::Random;

/// Sides in [1, 5] whose box has at most 36 cells.
inline Axes random_sides(Random& random, std::size_t dimension) {
  Axes size(dimension, 1);
  for (std::size_t draw = 0; draw < 2 * dimension; ++draw) {
    const auto axis = static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(dimension) - 1));
    const std::int64_t others =
        std::accumulate(size.begin(), size.end(), std::int64_t{1}, std::multiplies<>()) / size[axis];
    const std::int64_t side = random.integer(1, 5);
    if (others * side <= 36) size[axis] = side;
  }
  return size;
}

/// Distinct offsets in [-2, 2] that differ from 0 on at most two axes, in random order.
inline std::vector<Axes> random_offsets(Random& random, std::size_t dimension) {
  std::set<Axes> seen;
  std::vector<Axes> offsets;
  for (int draw = 0; draw < 10; ++draw) {
    Axes offset(dimension, 0);
    for (int axis = 0; axis < 2; ++axis)
      offset[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(dimension) - 1))] =
          random.integer(-2, 2);
    if (seen.insert(offset).second) offsets.push_back(offset);
  }
  return offsets;
}

/// Random offsets as taps of the box that holds them.
inline Relation random_list(Random& random, Kind kind, std::size_t dimension) {
  Relation relation{.kind = kind, .shape = Shape::list, .taps = random_offsets(random, dimension)};
  oracle::Window& window = relation.window = oracle::strided_window(Axes(dimension, 1), Axes(dimension, 1));
  for (std::size_t axis = 0; axis < dimension; ++axis) {
    const auto [low, high] = std::minmax_element(relation.taps.begin(), relation.taps.end(),
                                                 [&](const Axes& a, const Axes& b) { return a[axis] < b[axis]; });
    window.size[axis] = (*high)[axis] - (*low)[axis] + 1;
    window.pad[axis] = -(*low)[axis];
    for (Axes& tap : relation.taps) tap[axis] += window.pad[axis];
  }
  return relation;
}

/// Sizes, taps, and in `pad` the position that lies at stride * coarse before there is dilation or padding.
inline Relation random_taps(Random& random, Kind kind, std::size_t dimension) {
  const std::int64_t choice = random.integer(0, 5);
  if (choice == 0) return random_list(random, kind, dimension);
  Relation relation{.kind = kind,
                    .window = oracle::strided_window(random_sides(random, dimension), Axes(dimension, 1))};
  oracle::Window& window = relation.window;
  if (choice == 1) {
    relation.shape = Shape::cross;
    for (std::int64_t& side : window.size) side = random.integer(1, 3);
    relation.taps = cross_taps(window);
  } else if (choice == 2) {
    relation.shape = Shape::ball;
    relation.radius = static_cast<double>(random.integer(2, dimension > 3 ? 2 : 4)) / 2;
    window.size.assign(dimension, 2 * static_cast<std::int64_t>(relation.radius) + 1);
    relation.taps = ball_taps(window, relation.radius);
  } else {
    relation.taps = box_taps(window);
  }
  if (kind == Kind::submanifold)
    for (std::size_t axis = 0; axis < dimension; ++axis) window.pad[axis] = window.size[axis] / 2;
  return relation;
}

/// A relation of random taps, and where they make sense random strides, dilation and padding, each on about three axes
/// at most, so that sites still meet.
inline Relation random_relation(Random& random, Kind kind, std::size_t dimension) {
  Relation relation = random_taps(random, kind, dimension);
  oracle::Window& window = relation.window;
  const bool strides = kind != Kind::submanifold || random.integer(0, 4) == 0, dilates = random.integer(0, 2) == 0;
  const bool pads = kind != Kind::submanifold && random.integer(0, 2) == 0;
  for (std::size_t axis = 0; axis < dimension; ++axis) {
    const auto here = [&](bool wanted) {
      return wanted && random.integer(1, static_cast<std::int64_t>(dimension)) <= 3;
    };
    if (here(strides)) window.stride[axis] = random.integer(1, 3);
    if (here(dilates)) window.dilation[axis] = random.integer(1, 3);
    window.pad[axis] *= window.dilation[axis];
    if (pads) window.pad[axis] += random.integer(0, window.size[axis] - 1);
  }
  return relation;
}

}  // namespace properties

// Labelled points seen from above at a slant: what was predicted beside the truth.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "picture.hpp"

namespace support {

/// A colour for each class; neighbours in number are far apart in hue.
inline Colour class_colour(std::int32_t label) {
  if (label < 0) return {96, 96, 96};
  const double hue = 6 * (label * 0.618034 - std::floor(label * 0.618034));
  const auto part = [&](double shift) {
    const double place = std::fmod(hue + shift, 6.0);
    return static_cast<std::uint8_t>(60 + 190 * std::clamp(std::abs(place - 3) - 1, 0.0, 1.0));
  };
  return {part(0), part(4), part(2)};
}

/// Draws rows of x, y, z, the axis `up` pointing up, twice: in the colours of `predicted` and in those of `labels`.
inline Picture labelled_points(const std::vector<double>& points, std::span<const std::int32_t> predicted,
                               std::span<const std::int32_t> labels, std::size_t up = 2) {
  constexpr int panel = 480, margin = 20, top = 50, dot = 6;
  constexpr Colour background{22, 25, 33}, ink{235, 238, 245};
  std::vector<std::array<double, 3>> seen;  // right, down, towards the viewer
  std::array<double, 2> low{1e300, 1e300}, high{-1e300, -1e300};
  for (std::size_t i = 0; i < points.size(); i += 3) {
    const double x = points[i + (up + 1) % 3], y = points[i + (up + 2) % 3], z = points[i + up];
    const double right = 0.87 * x + 0.5 * y, away = 0.87 * y - 0.5 * x;
    seen.push_back({right, -0.6 * z - 0.8 * away, 0.8 * z - 0.6 * away});
    for (std::size_t axis = 0; axis < 2; ++axis)
      low[axis] = std::min(low[axis], seen.back()[axis]), high[axis] = std::max(high[axis], seen.back()[axis]);
  }
  std::vector<std::size_t> order(seen.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seen[a][2] < seen[b][2]; });
  const double scale = 2 * (panel - dot) / std::max({high[0] - low[0], high[1] - low[1], 1e-9});
  Picture picture(2 * (2 * panel + 3 * margin), 2 * (panel + top + margin), background);
  int left = 2 * margin;
  for (const auto& [title, colours] : {std::pair{"predicted", predicted}, std::pair{"truth", labels}}) {
    picture.text(left, 2 * margin, title, ink, 4);
    for (const std::size_t i : order)
      picture.rectangle(left + int(scale * (seen[i][0] - low[0])), 2 * top + int(scale * (seen[i][1] - low[1])), dot,
                        dot, class_colour(colours[i]));
    left += 2 * (panel + margin);
  }
  return picture.halved();
}

}  // namespace support

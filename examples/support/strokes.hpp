// Characters written with a pen: reading them, and how their strokes become the sites and features of a network.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scn/core/random.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/io/file.hpp"

namespace support {

using Pen = std::array<double, 2>;  // x to the right, y up
using Stroke = std::vector<Pen>;    // where the pen was from touching the paper to leaving it

struct Character {
  std::int32_t label = 0;
  std::vector<Stroke> strokes;
};

/// Digits of a UNIPEN file: .SEGMENT names the digit, .PEN_DOWN begins a stroke, lines "x y" are its points. Throws
/// FormatError with the line that is none of these.
inline std::vector<Character> read_unipen(const std::string& path) {
  const auto bytes = scn::read_file(path);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<Character> characters;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto refuse = [&](const char* expected) {
      throw scn::FormatError(scn::message(path, ", line ", number, ": expected ", expected));
    };
    line.remove_prefix(std::min(line.find_first_not_of(" \r"), line.size()));
    if (line.starts_with(".SEGMENT")) {
      const std::size_t quote = line.find('"');
      if (quote == std::string_view::npos || quote + 1 == line.size() || line[quote + 1] < '0' || line[quote + 1] > '9')
        refuse("a digit in quotation marks");
      characters.push_back({line[quote + 1] - '0', {}});
    } else if (line.starts_with(".PEN_DOWN")) {
      if (characters.empty()) refuse(".SEGMENT before the first stroke");
      characters.back().strokes.emplace_back();
    } else if (!line.empty() && line[0] != '.') {
      if (characters.empty() || characters.back().strokes.empty()) refuse(".PEN_DOWN before the first point");
      Pen point;
      const char *at = line.data(), *const end = line.data() + line.size();
      for (double& coordinate : point) {
        while (at != end && *at == ' ') ++at;
        const auto [stop, error] = std::from_chars(at, end, coordinate);
        if (error != std::errc()) refuse("two numbers");
        at = stop;
      }
      characters.back().strokes.back().push_back(point);
    }
  }
  return characters;
}

/// How a character is put on the paper: its own axes times `matrix`, then moved by `shift`, both in sites.
struct Placement {
  std::array<double, 4> matrix{1, 0, 0, 1};  // row-major
  Pen shift{};
};

/// The reference's augmentation: one of a shear along x, a shear along y and a rotation, each by up to `strength`, a
/// scale of up to that much, and a shift of up to `shift` sites. Random numbers are those of (seed, draw).
inline Placement random_placement(std::uint64_t seed, std::uint64_t draw, double strength, double shift) {
  const auto between = [&](std::uint64_t index, double most) {
    return most * (2 * scn::uniform(seed, draw, index) - 1);
  };
  const double alpha = between(0, strength);
  Placement placement;
  switch (static_cast<int>(3 * scn::uniform(seed, draw, 1))) {
    case 0:
      placement.matrix = {1, alpha, 0, 1};
      break;
    case 1:
      placement.matrix = {1, 0, alpha, 1};
      break;
    default:
      placement.matrix = {std::cos(alpha), -std::sin(alpha), std::sin(alpha), std::cos(alpha)};
  }
  const double wide = 1 + between(2, strength), high = 1 + between(3, strength);
  for (std::size_t i = 0; i < 2; ++i) placement.matrix[i] *= wide, placement.matrix[2 + i] *= high;
  placement.shift = {between(4, shift), between(5, shift)};
  return placement;
}

/// A batch of characters: sites, three features a site and a label a character.
struct Characters {
  std::vector<scn::Site<2>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;

  /// Appends a character as the next sample: its strokes, scaled so that the longer side of their box is `scale`
  /// sites, lie around `centre`; a point every site of the pen's path has the pen's direction and a 1 as features.
  void append(const Character& character, double scale, double centre, const Placement& placement = {}) {
    Pen low{1e300, 1e300}, high{-1e300, -1e300};
    for (const Stroke& stroke : character.strokes)
      for (const Pen& point : stroke)
        for (std::size_t axis = 0; axis < 2; ++axis)
          low[axis] = std::min(low[axis], point[axis]), high[axis] = std::max(high[axis], point[axis]);
    const double size = std::max({high[0] - low[0], high[1] - low[1], 1e-9});
    const auto sample = static_cast<std::int32_t>(labels.size());
    labels.push_back(character.label);
    for (const Stroke& stroke : character.strokes) {
      std::vector<Pen> path;
      for (const Pen& point : stroke) {
        const double x = scale * (point[0] - (low[0] + high[0]) / 2) / size;
        const double y = scale * (point[1] - (low[1] + high[1]) / 2) / size;
        const auto& m = placement.matrix;
        path.push_back({m[0] * x + m[1] * y + placement.shift[0], m[2] * x + m[3] * y + placement.shift[1]});
      }
      for (std::size_t i = 0; i < path.size(); ++i) {
        const Pen from = path[i], to = path[std::min(i + 1, path.size() - 1)];
        const double length = std::hypot(to[0] - from[0], to[1] - from[1]);
        if (length == 0 && path.size() > 1) continue;
        const Pen direction = length == 0 ? Pen{} : Pen{(to[0] - from[0]) / length, (to[1] - from[1]) / length};
        for (int step = 0, steps = std::max(1, static_cast<int>(std::ceil(length))); step < steps; ++step) {
          scn::Site<2> site{sample, {}};
          for (int axis = 0; axis < 2; ++axis) {
            const auto a = static_cast<std::size_t>(axis);
            site.at[axis] = static_cast<std::int32_t>(std::floor(centre + from[a] + (to[a] - from[a]) * step / steps));
          }
          sites.push_back(site);
          features.insert(features.end(), {static_cast<float>(direction[0]), static_cast<float>(direction[1]), 1.0f});
        }
      }
    }
  }
};

}  // namespace support

// A picture of a volume: slices side by side, what went in above what came out above their difference.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nifti.hpp"
#include "picture.hpp"

namespace support {

/// Slices `depths` of two volumes of one extent, from x = `first` on, at a moment; depths beyond the volume are left
/// out. Values are grey, up to 800; a difference of 200 is full red where there is too much, and blue where too little.
inline Picture slices(const Volume& truth, const Volume& found, std::int64_t first, std::vector<std::int64_t> depths,
                      std::int64_t moment) {
  constexpr float white = 800;
  constexpr int size = 3, gap = 12, left = 190;  // pixels
  std::erase_if(depths, [&](std::int64_t depth) { return depth >= truth.extent[2]; });
  const int width = int(truth.extent[0] - first) * size, height = int(truth.extent[1]) * size;
  Picture picture(left + int(depths.size()) * (width + gap), 3 * (height + gap) + 36, {14, 16, 22});
  const auto grey = [](float value) {
    const auto part = static_cast<std::uint8_t>(255 * std::clamp(value / white, 0.0f, 1.0f));
    return Colour{part, part, part};
  };
  const auto sign = [](float value) {
    const auto part = static_cast<std::uint8_t>(255 * std::min(1.0f, 4 * std::abs(value) / white));
    return value > 0 ? Colour{part, 0, 0} : Colour{0, std::uint8_t(part / 3), part};
  };
  for (std::size_t column = 0; column < depths.size(); ++column) {
    const int x0 = left + int(column) * (width + gap);
    picture.text(x0, 10, "slice " + std::to_string(depths[column]), {235, 238, 245});
    for (int y = 0; y < height / size; ++y)
      for (int x = 0; x < width / size; ++x) {
        const float in = truth.at(first + x, y, depths[column], moment),
                    out = found.at(first + x, y, depths[column], moment);
        const Colour colours[] = {grey(in), grey(out), sign(out - in)};
        for (int row = 0; row < 3; ++row)  // y points up
          picture.rectangle(x0 + x * size, 36 + row * (height + gap) + height - (y + 1) * size, size, size,
                            colours[row]);
      }
  }
  int row = 0;
  for (const char* name : {"input", "reconstruction", "difference"})
    picture.text(12, 36 + height / 2 + row++ * (height + gap), name, {235, 238, 245});
  return picture;
}

}  // namespace support

// A brain in a picture of several moments: its voxels as sites in four dimensions, and the way back.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "nifti.hpp"
#include "scn/geometry/point.hpp"

namespace support {

/// Values above the one are the head, not the air around it; a typical value of it is the other.
inline constexpr float brain_threshold = 200, brain_unit = 500;

struct BrainPart {
  std::vector<scn::Site<4>> sites;  ///< x, y, z, time
  std::vector<float> values;        ///< in units of a typical one
};

/// How a part is moved, for training: mirrored on the axes x and y, then shifted, both in voxels.
struct BrainPose {
  bool mirrored_x = false, mirrored_y = false;
  scn::Point<4> shift{};
};

/// The voxels of the head with low <= x < high.
inline BrainPart brain_part(const Volume& volume, std::int64_t low, std::int64_t high, const BrainPose& pose = {}) {
  const auto [width, height, depth, moments] = volume.extent;
  BrainPart part;
  for (std::int64_t time = 0; time < moments; ++time)
    for (std::int64_t z = 0; z < depth; ++z)
      for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = low; x < high; ++x) {
          const float value = volume.at(x, y, z, time);
          if (!(value > brain_threshold)) continue;
          const std::array<std::int64_t, 4> at{pose.mirrored_x ? width - 1 - x : x,
                                               pose.mirrored_y ? height - 1 - y : y, z, time};
          auto& site = part.sites.emplace_back();
          for (int axis = 0; axis < 4; ++axis) site.at[axis] = std::int32_t(at[std::size_t(axis)]) + pose.shift[axis];
          part.values.push_back(value / brain_unit);
        }
  return part;
}

/// The part in a volume of that extent that is 0 elsewhere; sites outside are left out.
inline Volume to_volume(const BrainPart& part, const std::array<std::int64_t, 4>& extent) {
  Volume volume{extent, {}};
  volume.values.resize(std::size_t(extent[0] * extent[1] * extent[2] * extent[3]));
  for (std::size_t i = 0; i < part.sites.size(); ++i) {
    std::int64_t place = 0;
    bool inside = true;
    for (int axis = 3; axis >= 0; --axis) {
      const std::int64_t coordinate = part.sites[i].at[axis], size = extent[std::size_t(axis)];
      inside = inside && coordinate >= 0 && coordinate < size;
      place = place * size + coordinate;
    }
    if (inside) volume.values[std::size_t(place)] = part.values[i] * brain_unit;
  }
  return volume;
}

/// How near a part comes to the true one. Every site that only one of them has counts with its whole value.
struct BrainScore {
  double f1 = 0;              ///< of the sites
  double relative_error = 0;  ///< L2 norm of the difference divided by that of the truth
};

inline BrainScore score(const BrainPart& truth, const BrainPart& found, const std::array<std::int64_t, 4>& extent) {
  const Volume wanted = to_volume(truth, extent), got = to_volume(found, extent);
  double both = 0, squares = 0, error = 0;
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    const double in = double(wanted.values[i]), out = double(got.values[i]);
    both += in != 0 && out != 0 ? 1 : 0;
    squares += in * in;
    error += (out - in) * (out - in);
  }
  const auto sites = double(truth.sites.size() + found.sites.size());
  return {sites > 0 ? 2 * both / sites : 1, squares > 0 ? std::sqrt(error / squares) : 0};
}

}  // namespace support

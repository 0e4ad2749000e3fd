// A LiDAR scan and the classes that the CPU gives its points, for tests that nvcc compiles.
#pragma once

#include <cstdint>
#include <vector>

#include "support/lidar.hpp"

namespace lidar {

/// All points of the demo's scan, turned.
inline auto whole_scan(double angle) {
  support::LidarInput cloud;
  cloud.append(support::read_lidar_scan(support::data_folder(), 2), {.angle = angle}, 0,
               [](float, float) { return true; });
  return cloud;
}

/// Of each of its points, by the trained network; in lidar_on_cpu.cpp.
std::vector<std::int32_t> classes_on_cpu(double angle);

}  // namespace lidar

// Labelled LiDAR scans: reading them, and the eleven classes of the demo with names and colours.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colour.hpp"
#include "scn/core/error.hpp"
#include "scn/io/file.hpp"

namespace support {

struct LidarClass {
  std::string_view name;
  Colour colour;
};

inline constexpr std::array<LidarClass, 11> lidar_classes{{
    {"vegetation", {62, 176, 82}},
    {"ground", {168, 134, 84}},
    {"road", {92, 98, 160}},
    {"marking", {255, 255, 255}},
    {"sidewalk", {240, 84, 180}},
    {"car", {66, 150, 255}},
    {"truck", {40, 224, 224}},
    {"other vehicle, person", {255, 72, 72}},
    {"sign, cone, barrier", {255, 224, 48}},
    {"building", {238, 148, 70}},
    {"other static", {190, 160, 255}},
}};
inline constexpr std::int32_t ignored_label = -1;
inline constexpr Colour ignored_colour{96, 96, 96};

/// The class of the demo of each PandaSet label (data/README.md names them); labels not listed are ignored.
inline constexpr std::array<std::int32_t, 43> class_of_label = [] {
  std::array<std::int32_t, 43> table{};
  table.fill(ignored_label);
  const auto merge = [&table](std::int32_t to, auto... labels) { ((table[labels] = to), ...); };
  merge(0, 5u);
  merge(1, 6u, 12u);
  merge(2, 7u);
  merge(3, 8u, 9u, 10u);
  merge(4, 11u);
  merge(5, 13u);
  merge(6, 14u, 15u, 16u, 17u, 23u);
  merge(7, 18u, 19u, 20u, 21u, 22u, 24u, 25u, 26u, 30u, 31u);
  merge(8, 34u, 35u, 36u, 37u, 38u, 39u);
  merge(9, 41u);
  merge(10, 40u, 42u);
  return table;
}();

/// In scans 00, 01 and 02 of data/pandaset/001, the first row of the forward scanner, whose intensities are on another
/// scale than those of the 360-degree scanner before it.
inline constexpr std::array<std::size_t, 3> first_forward_row{106886, 106541, 106319};

struct Scan {
  std::vector<float> points;         ///< rows of x, y, z in metres and intensity 0..255; may hold NaN if the file does
  std::vector<std::int32_t> labels;  ///< one per point: 0..10, an index of lidar_classes, or ignored_label

  std::size_t size() const { return points.size() / 4; }
  std::span<const float, 4> point(std::size_t row) const {
    return std::span(points).subspan(4 * row).template first<4>();
  }
};

/// Reads rows of four little-endian 32-bit floats. Throws scn::IoError if the file cannot be read, scn::FormatError if
/// its size is no multiple of a row.
inline std::vector<float> read_points(const std::string& path) {
  static_assert(std::endian::native == std::endian::little, "scans are read as they are stored");
  constexpr std::size_t row = 4 * sizeof(float);
  const std::vector<std::byte> bytes = scn::read_file(path);
  scn::require<scn::FormatError>(bytes.size() % row == 0, path, ": expected a multiple of ", row,
                                 " bytes (x, y, z, intensity as 32-bit floats), got ", bytes.size());
  std::vector<float> points(bytes.size() / sizeof(float));
  if (!bytes.empty()) std::memcpy(points.data(), bytes.data(), bytes.size());
  return points;
}

/// Reads one byte per point and merges the labels. Throws scn::IoError if the file cannot be read, scn::FormatError if
/// it does not hold `count` labels or one of them is unknown.
inline std::vector<std::int32_t> read_labels(const std::string& path, std::size_t count) {
  const std::vector<std::byte> bytes = scn::read_file(path);
  scn::require<scn::FormatError>(bytes.size() == count, path, ": expected ", count,
                                 " bytes (one label per point of the scan), got ", bytes.size());
  std::vector<std::int32_t> labels(count);
  for (std::size_t row = 0; row < count; ++row) {
    const auto label = std::to_integer<std::size_t>(bytes[row]);
    scn::require<scn::FormatError>(label < class_of_label.size(), path, ": label ", label, " of point ", row,
                                   " is unknown; expected 0 to ", class_of_label.size() - 1);
    labels[row] = class_of_label[label];
  }
  return labels;
}

inline Scan read_scan(const std::string& points_path, const std::string& labels_path) {
  Scan scan{.points = read_points(points_path), .labels = {}};
  scan.labels = read_labels(labels_path, scan.size());
  return scan;
}

}  // namespace support

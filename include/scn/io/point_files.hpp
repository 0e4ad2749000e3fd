// Files of points without a header: KITTI, nuScenes and the like, and lines of numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/io/file.hpp"
#include "scn/io/point_records.hpp"
#include "scn/io/text_reader.hpp"

namespace scn {

/// Little-endian float32 numbers, one for each name, point after point. `file` names the bytes in messages. Throws
/// FormatError unless the bytes are whole points.
inline PointFile parse_points(std::vector<std::byte> bytes, const std::vector<std::string>& names,
                              const std::string& file) {
  require(!names.empty(), file, ": expected at least one name of a field, got none");
  std::vector<PointField> fields;
  for (const std::string& name : names) fields.push_back({name});
  const std::int64_t stride = PointFile::pack(fields), size = static_cast<std::int64_t>(bytes.size());
  require<FormatError>(size % stride == 0, file, ": expected points of ", names.size(), " float32 numbers, ", stride,
                       " bytes each, got ", size, " bytes");
  return {std::move(bytes), 0, std::move(fields), {.count = size / stride, .stride = stride}};
}

/// The file's points. Throws IoError, FormatError.
inline PointFile read_points(const std::string& path, const std::vector<std::string>& names) {
  return parse_points(read_file(path), names, path);
}

/// A scan of KITTI's velodyne folders: x, y, z in metres, intensity 0 to 1.
inline PointFile read_kitti(const std::string& path) { return read_points(path, {"x", "y", "z", "intensity"}); }

/// A sweep of nuScenes (.pcd.bin, which is no PCD file): x, y, z in metres, intensity 0 to 255, ring.
inline PointFile read_nuscenes(const std::string& path) {
  return read_points(path, {"x", "y", "z", "intensity", "ring"});
}

/// A line for each point with a number for each name, as .xyz and .pts files have it; empty lines are passed over, and
/// numbers become F64. `file` names the bytes in messages. Throws FormatError with the line that is otherwise.
inline PointFile parse_text_points(std::span<const std::byte> bytes, const std::vector<std::string>& names,
                                   const std::string& file) {
  require(!names.empty(), file, ": expected at least one name of a field, got none");
  std::vector<PointField> fields;
  for (const std::string& name : names) fields.push_back({name, ElementType::f64});
  const std::int64_t stride = PointFile::pack(fields);
  std::vector<double> numbers;
  for (detail::TextReader text(bytes, file); !text.at_end();) {
    const auto words = text.words();
    if (words.empty()) continue;
    if (words.size() != names.size()) text.fail("expected ", names.size(), " numbers, got ", words.size(), " words");
    for (const std::string_view word : words) numbers.push_back(text.real(word));
  }
  const auto stored = std::as_bytes(std::span<const double>(numbers));
  const PointLayout layout{.count = std::ssize(stored) / stride, .stride = stride};
  return {{stored.begin(), stored.end()}, 0, std::move(fields), layout};
}

/// The file's points. Throws IoError, FormatError.
inline PointFile read_text_points(const std::string& path, const std::vector<std::string>& names) {
  return parse_text_points(read_file(path), names, path);
}

}  // namespace scn

// Files of points without a header: KITTI, nuScenes and the like.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "scn/io/file.hpp"
#include "scn/io/point_records.hpp"

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

}  // namespace scn

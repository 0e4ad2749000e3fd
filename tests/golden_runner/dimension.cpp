// What tells the dimension, the surest first.
#include "golden_runner/dimension.hpp"

#include <algorithm>
#include <string>

namespace golden {

namespace {

/// Of the extents in the second column of the first line below the head; 1 without a table.
std::int64_t dimension_of_table(const std::string& table) {
  const std::size_t line = table.find('\n'), begin = table.find('\t', line), end = table.find('\t', begin + 1);
  if (line == std::string::npos || begin == std::string::npos || end == std::string::npos) return 1;
  return 1 + std::count(table.begin() + static_cast<std::ptrdiff_t>(begin),
                        table.begin() + static_cast<std::ptrdiff_t>(end), ' ');
}

}  // namespace

std::int64_t dimension_of(const Case& stored) {
  if (!stored.text("dimension", "").empty()) return stored.integer("dimension", 1);
  for (const char* name : {"spatial_size", "out_spatial_size"})
    if (stored.has(name)) return stored.shape(name).at(0);
  if (stored.has("in_dense")) return std::ssize(stored.shape("in_dense")) - 2;
  if (stored.has("tensor0")) return std::ssize(stored.shape("tensor0")) - 1;
  if (stored.has("cloud0_coords")) return stored.shape("cloud0_coords").back();
  for (const char* name : {"in_coords", "points", "tensor0_coords", "left_coords"}) {
    if (!stored.has(name)) continue;
    const bool lists = stored.shape(name).size() == 3, voxels = stored.op() == "voxelize_pointcloud";
    const bool has_column = !lists && !voxels && stored.integer("coords_have_sample_column", 1) != 0;
    return stored.shape(name).back() - (has_column ? 1 : 0);
  }
  return dimension_of_table(stored.text("table", ""));
}

}  // namespace golden

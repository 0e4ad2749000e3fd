// IDX files, in which MNIST comes, compressed by gzip or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gzip.hpp"
#include "scn/core/error.hpp"

namespace support {

/// An array of bytes, row-major.
struct IdxArray {
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> values;
};

/// Throws IoError for a file that cannot be read, and FormatError unless it is an array of bytes with `axes` axes.
inline IdxArray read_idx(const std::string& path, std::size_t axes) {
  const std::vector<std::byte> bytes = read_gzip(path);
  const auto byte = [&](std::size_t at) { return std::to_integer<std::uint8_t>(bytes[at]); };
  const std::size_t header = 4 + 4 * axes;
  scn::require<scn::FormatError>(
      bytes.size() >= header && byte(0) == 0 && byte(1) == 0 && byte(2) == 8 && byte(3) == axes, path,
      ": expected an IDX file of bytes with ", axes, " axes");
  IdxArray array;
  std::int64_t size = 1;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    std::int64_t extent = 0;
    for (std::size_t i = 0; i < 4; ++i) extent = extent << 8 | byte(4 + 4 * axis + i);
    array.shape.push_back(extent);
    scn::require<scn::FormatError>(!__builtin_mul_overflow(size, extent, &size), path, ": the shape is too large");
  }
  scn::require<scn::FormatError>(size == std::int64_t(bytes.size() - header), path, ": expected ", size, " bytes, got ",
                                 bytes.size() - header);
  array.values.reserve(std::size_t(size));
  for (std::size_t at = header; at < bytes.size(); ++at) array.values.push_back(byte(at));
  return array;
}

}  // namespace support

// IDX files, in which MNIST comes, compressed by gzip or not.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scn/core/error.hpp"

namespace support {

/// An array of bytes, row-major.
struct IdxArray {
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> values;
};

/// Throws IoError for a file that cannot be read, and FormatError unless it is an array of bytes with `axes` axes.
inline IdxArray read_idx(const std::string& path, std::size_t axes) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  scn::require<scn::IoError>(file != nullptr, path, ": cannot open");
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 65536> part;
  for (int count = 0; (count = gzread(file.get(), part.data(), part.size())) != 0;) {
    scn::require<scn::IoError>(count > 0, path, ": cannot read or expand");
    bytes.insert(bytes.end(), part.begin(), part.begin() + count);
  }
  const std::size_t header = 4 + 4 * axes;
  scn::require<scn::FormatError>(
      bytes.size() >= header && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 8 && bytes[3] == axes, path,
      ": expected an IDX file of bytes with ", axes, " axes");
  IdxArray array;
  std::int64_t size = 1;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    std::int64_t extent = 0;
    for (std::size_t i = 0; i < 4; ++i) extent = extent << 8 | bytes[4 + 4 * axis + i];
    array.shape.push_back(extent);
    scn::require<scn::FormatError>(!__builtin_mul_overflow(size, extent, &size), path, ": the shape is too large");
  }
  scn::require<scn::FormatError>(size == std::int64_t(bytes.size() - header), path, ": expected ", size, " bytes, got ",
                                 bytes.size() - header);
  array.values.assign(bytes.begin() + std::ptrdiff_t(header), bytes.end());
  return array;
}

}  // namespace support

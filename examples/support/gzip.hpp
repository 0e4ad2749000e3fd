// Files that are compressed by gzip, or not.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "scn/core/error.hpp"

namespace support {

/// The bytes of a file, expanded if gzip compressed it. Throws IoError if it cannot be read or expanded.
inline std::vector<std::byte> read_gzip(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  scn::require<scn::IoError>(file != nullptr, path, ": cannot open");
  std::vector<std::byte> bytes;
  std::array<std::byte, 65536> part;
  for (int count = 0; (count = gzread(file.get(), part.data(), part.size())) != 0;) {
    scn::require<scn::IoError>(count > 0, path, ": cannot read or expand");
    bytes.insert(bytes.end(), part.begin(), part.begin() + count);
  }
  return bytes;
}

}  // namespace support

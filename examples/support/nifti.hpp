// NIfTI-1 files, in which pictures of heads come, compressed by gzip or not.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "gzip.hpp"
#include "scn/core/error.hpp"
#include "scn/io/load_number.hpp"

namespace support {

/// Numbers along x, y, z and time.
struct Volume {
  std::array<std::int64_t, 4> extent{1, 1, 1, 1};
  std::vector<float> values;  ///< x fastest

  float at(std::int64_t x, std::int64_t y, std::int64_t z, std::int64_t time) const {
    return values[std::size_t(x + extent[0] * (y + extent[1] * (z + extent[2] * time)))];
  }
};

namespace detail {

/// f(a number of the type that has this code in NIfTI); throws FormatError for others.
template <class F>
void with_nifti_type(int code, const std::string& file, const F& f) {
  switch (code) {
    case 2:
      return f(std::uint8_t{});
    case 4:
      return f(std::int16_t{});
    case 8:
      return f(std::int32_t{});
    case 16:
      return f(float{});
    case 64:
      return f(double{});
    case 512:
      return f(std::uint16_t{});
    default:
      throw scn::FormatError(scn::message(file, ": expected whole or real numbers, got the NIfTI type ", code));
  }
}

}  // namespace detail

/// The numbers of a NIfTI-1 file of either byte order in memory, scaled as its header says; `file` names it in
/// messages. Throws FormatError for anything else, among it more than four axes, and values that are not all there.
inline Volume parse_nifti(std::span<const std::byte> bytes, const std::string& file) {
  using scn::detail::load_number;
  constexpr std::size_t header = 348, first_value = header + 4;
  scn::require<scn::FormatError>(bytes.size() >= first_value && std::memcmp(bytes.data() + 344, "n+1", 4) == 0, file,
                                 ": expected a NIfTI-1 file with its values, got ", bytes.size(), " other bytes");
  const bool big_endian = load_number<std::int32_t>(bytes.data()) != header;
  const auto field = [&]<class T>(T, std::size_t at) { return load_number<T>(bytes.data() + at, big_endian); };
  scn::require<scn::FormatError>(field(std::int32_t{}, 0) == header, file, ": expected a NIfTI-1 header of 348 bytes");
  Volume volume;
  const int axes = field(std::int16_t{}, 40);
  scn::require<scn::FormatError>(axes >= 1 && axes <= 4, file, ": expected 1 to 4 axes, got ", axes);
  std::int64_t count = 1;  // below 2^60, as each extent is below 2^15
  for (std::size_t axis = 0; axis < std::size_t(axes); ++axis) {
    const std::int64_t extent = volume.extent[axis] = field(std::int16_t{}, 42 + 2 * axis);
    scn::require<scn::FormatError>(extent >= 1, file, ": axis ", axis, " has ", extent, " places, expected at least 1");
    count *= extent;
  }
  const auto offset = field(float{}, 108), slope = field(float{}, 112), intercept = field(float{}, 116);
  scn::require<scn::FormatError>(offset >= float(first_value) && offset <= float(bytes.size()), file,
                                 ": values begin at byte ", offset, " of ", bytes.size());
  scn::require<scn::FormatError>(std::isfinite(slope) && std::isfinite(intercept), file, ": the scale is ", slope,
                                 " and the value of 0 is ", intercept, ", expected finite numbers");
  const auto body = bytes.subspan(std::min(std::size_t(offset), bytes.size()));
  detail::with_nifti_type(field(std::int16_t{}, 70), file, [&]<class Stored>(Stored) {
    scn::require<scn::FormatError>(
        std::size_t(count) == body.size() / sizeof(Stored) && body.size() % sizeof(Stored) == 0, file, ": expected ",
        count, " values of ", sizeof(Stored), " bytes, got ", body.size(), " bytes");
    volume.values.reserve(std::size_t(count));
    for (std::size_t at = 0; at < body.size(); at += sizeof(Stored)) {
      const auto value = double(load_number<Stored>(body.data() + at, big_endian));
      volume.values.push_back(float(slope == 0 ? value : value * double(slope) + double(intercept)));
    }
  });
  return volume;
}

/// The numbers of a file. Throws IoError, FormatError.
inline Volume read_nifti(const std::string& path) { return parse_nifti(read_gzip(path), path); }

}  // namespace support

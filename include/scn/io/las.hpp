// LAS files, versions 1.0 to 1.4, not compressed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/io/file.hpp"
#include "scn/io/load_number.hpp"
#include "scn/io/point_records.hpp"

namespace scn {

namespace detail {

/// Where the numbers of a point data record format lie; -1: the format has no such number.
struct LasFormat {
  std::int64_t length, gps_time, colour, infrared;
  bool extended;  ///< formats 6 to 10: more returns, classes and angles
};

/// The LAS specification 1.4 R15, section 2.6.
inline constexpr std::array<LasFormat, 11> las_formats{{{20, -1, -1, -1, false},
                                                        {28, 20, -1, -1, false},
                                                        {26, -1, 20, -1, false},
                                                        {34, 20, 28, -1, false},
                                                        {57, 20, -1, -1, false},
                                                        {63, 20, 28, -1, false},
                                                        {30, 22, -1, -1, true},
                                                        {36, 22, 30, -1, true},
                                                        {38, 22, 30, 36, true},
                                                        {59, 22, -1, -1, true},
                                                        {67, 22, 30, 36, true}}};

}  // namespace detail

/// The points of a LAS file in memory; `file` names them in messages. Fields: x, y, z (F64, scale and offset of the
/// header applied), intensity (U16), return_number, number_of_returns, classification (U8), scan_angle (F32, degrees)
/// and, where the format has them, gps_time (F64), red, green, blue (U16) and near_infrared (U16). Points marked as
/// withheld are among them: field withheld (U8) is 1. Throws FormatError for a compressed file (LAZ), a version or
/// format that is not known, and fewer bytes than the header says. O(bytes).
inline PointFile parse_las(const std::vector<std::byte>& bytes, const std::string& file) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  const auto at = [&]<class T>(std::int64_t offset, T) { return detail::load_number<T>(bytes.data() + offset); };
  require<FormatError>(size >= 227 && std::memcmp(bytes.data(), "LASF", 4) == 0, file,
                       ": expected a LAS file, which begins with LASF and a header of at least 227 bytes, got ", size,
                       " bytes");
  const int major = at(24, std::uint8_t{}), minor = at(25, std::uint8_t{});
  require<FormatError>(major == 1 && minor <= 4, file, ": expected a version from 1.0 to 1.4, got ", major, ".", minor);
  const int number = at(104, std::uint8_t{});
  require<FormatError>(number < 64, file, ": the points are compressed (LAZ), expected LAS without compression");
  require<FormatError>(number < int(detail::las_formats.size()), file,
                       ": expected a point data record format from 0 to 10, got ", number);
  const detail::LasFormat format = detail::las_formats[std::size_t(number)];
  const std::int64_t first = at(96, std::uint32_t{}), stride = at(105, std::uint16_t{});
  require<FormatError>(stride >= format.length, file, ": expected records of at least ", format.length,
                       " bytes for format ", number, ", got ", stride);
  std::uint64_t count = at(107, std::uint32_t{});
  if (minor == 4 && size >= 255) count = std::max(count, at(247, std::uint64_t{}));
  require<FormatError>(first <= size && count <= static_cast<std::uint64_t>((size - first) / stride), file,
                       ": expected ", count, " points of ", stride, " bytes from byte ", first, " on, got ", size,
                       " bytes");

  std::vector<PointField> fields{{"x", ElementType::f64},
                                 {"y", ElementType::f64},
                                 {"z", ElementType::f64},
                                 {"intensity", ElementType::u16},
                                 {"return_number", ElementType::u8},
                                 {"number_of_returns", ElementType::u8},
                                 {"classification", ElementType::u8},
                                 {"withheld", ElementType::u8},
                                 {"scan_angle", ElementType::f32}};
  if (format.gps_time >= 0) fields.push_back({"gps_time", ElementType::f64});
  if (format.colour >= 0)
    for (const char* name : {"red", "green", "blue"}) fields.push_back({name, ElementType::u16});
  if (format.infrared >= 0) fields.push_back({"near_infrared", ElementType::u16});
  const std::int64_t packed = PointFile::pack(fields);
  std::vector<std::byte> records;
  records.reserve(count * static_cast<std::size_t>(packed));
  const auto put = [&](auto value) {
    const auto from = std::as_bytes(std::span(&value, 1));
    records.insert(records.end(), from.begin(), from.end());
  };
  std::array<double, 3> scale, shift;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    scale[axis] = at(131 + 8 * std::int64_t(axis), double{});
    shift[axis] = at(155 + 8 * std::int64_t(axis), double{});
  }
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
    const std::int64_t from = first + i * stride;
    for (std::size_t axis = 0; axis < 3; ++axis)
      put(at(from + 4 * std::int64_t(axis), std::int32_t{}) * scale[axis] + shift[axis]);
    put(at(from + 12, std::uint16_t{}));
    const unsigned returns = at(from + 14, std::uint8_t{}), flags = at(from + 15, std::uint8_t{});
    const unsigned bits = format.extended ? 4 : 3, mask = (1u << bits) - 1;
    put(static_cast<std::uint8_t>(returns & mask));
    put(static_cast<std::uint8_t>(returns >> bits & mask));
    put(format.extended ? at(from + 16, std::uint8_t{}) : static_cast<std::uint8_t>(flags & 31));
    put(static_cast<std::uint8_t>(flags >> (format.extended ? 2 : 7) & 1));
    put(format.extended ? 0.006f * at(from + 18, std::int16_t{}) : 1.0f * at(from + 16, std::int8_t{}));
    if (format.gps_time >= 0) put(at(from + format.gps_time, double{}));
    for (int colour = 0; format.colour >= 0 && colour < 3; ++colour)
      put(at(from + format.colour + 2 * colour, std::uint16_t{}));
    if (format.infrared >= 0) put(at(from + format.infrared, std::uint16_t{}));
  }
  return {std::move(records), 0, std::move(fields), {.count = static_cast<std::int64_t>(count), .stride = packed}};
}

/// The points of a LAS file. Throws IoError, FormatError.
inline PointFile read_las(const std::string& path) { return parse_las(read_file(path), path); }

}  // namespace scn

// PCD files, version 0.7: ascii, binary and binary_compressed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/io/file.hpp"
#include "scn/io/point_records.hpp"
#include "scn/io/text_reader.hpp"

namespace scn {

namespace detail {

/// What the header of a PCD file says.
struct PcdHeader {
  std::vector<PointField> fields;    // a field of COUNT n gives n: name_0, name_1, ...; "_" is padding
  std::vector<std::size_t> words;    // of each field: its place in a line of ascii data
  std::vector<std::size_t> columns;  // bytes of each field as the file has them, padding among them
  std::int64_t stride = 0;           // bytes of a record
  std::int64_t line_words = 0;       // numbers in a line of ascii data
  std::int64_t points = 0;
  std::string data;  // "ascii", "binary" or "binary_compressed"
};

inline PcdHeader read_pcd_header(TextReader& text) {
  PcdHeader header;
  std::vector<std::string> names;
  std::vector<std::int64_t> sizes, counts;
  std::string types;
  std::int64_t width = -1, height = -1, points = -1;
  constexpr std::size_t most = 1024;  // fields of one record
  const auto one = [&](const auto& words) {
    if (words.size() != 2) text.fail("expected one value after ", printable(words[0]), ", got ", words.size() - 1);
    return words[1];
  };
  while (header.data.empty()) {
    const auto words = text.words();
    if (words.empty() || words[0].starts_with('#')) continue;
    if (words.size() > most) text.fail("expected at most ", most - 1, " values, got more");
    const std::string_view key = words[0];
    const std::vector<std::string_view> values(words.begin() + 1, words.end());
    if (key == "FIELDS" || key == "COLUMNS") {
      names.assign(values.begin(), values.end());
    } else if (key == "SIZE") {
      for (const auto value : values) sizes.push_back(text.whole(value, 1));
    } else if (key == "TYPE") {
      for (const auto value : values) types += value.size() == 1 ? value[0] : '?';
    } else if (key == "COUNT") {
      for (const auto value : values) counts.push_back(text.whole(value, 1));
    } else if (key == "WIDTH") {
      width = text.whole(one(words));
    } else if (key == "HEIGHT") {
      height = text.whole(one(words));
    } else if (key == "POINTS") {
      points = text.whole(one(words));
    } else if (key == "DATA") {
      header.data = one(words);
    } else if (key != "VERSION" && key != "VIEWPOINT") {
      text.fail("expected a line of a PCD header, got ", printable(key));
    }
  }
  if (names.empty()) text.fail("expected FIELDS before DATA");
  if (counts.empty()) counts.assign(names.size(), 1);
  if (sizes.size() != names.size() || types.size() != names.size() || counts.size() != names.size())
    text.fail("expected SIZE, TYPE and COUNT for ", names.size(), " fields, got ", sizes.size(), ", ", types.size(),
              " and ", counts.size());
  std::int64_t product = 0;
  if (points < 0 && (width < 0 || height < 0 || __builtin_mul_overflow(width, height, &points)))
    text.fail("expected POINTS, or WIDTH and HEIGHT, before DATA");
  if (width >= 0 && height >= 0 && (__builtin_mul_overflow(width, height, &product) || product != points))
    text.fail("expected as many POINTS as WIDTH ", width, " times HEIGHT ", height, ", got ", points);
  header.points = points;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string letter = types[i] == 'F' ? "F" : types[i] == 'I' ? "I" : types[i] == 'U' ? "U" : "?";
    const auto type = element_type_named(sizes[i] <= 8 ? message(letter, 8 * sizes[i]) : "");
    if (!type || (letter == "F" && sizes[i] < 4))
      text.fail("expected a TYPE F of SIZE 4 or 8, or I or U of SIZE 1, 2, 4 or 8, for field ", printable(names[i]));
    if (counts[i] > std::int64_t{1} << 20) text.fail("expected a COUNT of at most 1048576, got ", counts[i]);
    for (std::int64_t k = 0; k < counts[i] && names[i] != "_" && counts[i] <= std::int64_t{most}; ++k) {
      const std::string name = counts[i] == 1 ? names[i] : message(names[i], "_", k);
      text.require_new(header.fields, name);
      header.fields.push_back({name, *type, header.stride + k * sizes[i]});
      header.words.push_back(static_cast<std::size_t>(header.line_words + k));
    }
    header.columns.push_back(static_cast<std::size_t>(counts[i] * sizes[i]));
    header.stride += counts[i] * sizes[i];
    header.line_words += counts[i];
  }
  return header;
}

/// Expands what the LZF method made (Lehmann's liblzf): literal runs, and copies of what was already written.
inline bool expand_lzf(std::span<const std::byte> from, std::span<std::byte> to) {
  std::size_t in = 0, out = 0;
  const auto next = [&] { return in < from.size() ? std::to_integer<std::size_t>(from[in++]) : std::size_t{0}; };
  while (in < from.size()) {
    const std::size_t control = next();
    if (control < 32) {
      const std::size_t run = control + 1;
      if (run > from.size() - in || run > to.size() - out) return false;
      std::memcpy(to.data() + out, from.data() + in, run);
      in += run, out += run;
      continue;
    }
    std::size_t length = control >> 5;
    if (length == 7) length += next();
    const std::size_t back = ((control & 31) << 8 | next()) + 1;
    length += 2;
    if (back > out || length > to.size() - out) return false;
    for (; length > 0; --length, ++out) to[out] = to[out - back];
  }
  return out == to.size();
}

inline PointFile pcd_from_ascii(TextReader& text, PcdHeader header, std::size_t size) {
  if (header.points > static_cast<std::int64_t>(size - text.position()))
    text.fail("expected ", header.points, " points, got ", size - text.position(), " bytes");
  for (PointField& field : header.fields) field.type = ElementType::f64;
  const std::int64_t stride = PointFile::pack(header.fields);
  std::vector<double> numbers;
  for (std::int64_t point = 0; point < header.points; ++point) {
    const auto words = text.words();
    if (static_cast<std::int64_t>(words.size()) != header.line_words)
      text.fail("expected ", header.line_words, " numbers, got ", words.size());
    for (const std::size_t word : header.words) numbers.push_back(text.real(words[word]));
  }
  const auto bytes = std::as_bytes(std::span<const double>(numbers));
  return {{bytes.begin(), bytes.end()}, 0, std::move(header.fields), {.count = header.points, .stride = stride}};
}

/// Two sizes, then the fields one after the other, each for all points.
inline PointFile pcd_from_compressed(const TextReader& text, PcdHeader header, std::span<const std::byte> bytes) {
  const auto body = bytes.subspan(text.position());
  std::array<std::uint32_t, 2> sizes{};  // compressed, expanded
  if (body.size() >= 8) std::memcpy(sizes.data(), body.data(), 8);
  std::int64_t expected = 0;
  const bool fits = body.size() >= 8 && sizes[0] <= body.size() - 8 &&
                    !__builtin_mul_overflow(header.points, header.stride, &expected) && expected == sizes[1] &&
                    sizes[1] / 128 <= sizes[0];  // three bytes give 264 at most
  if (!fits)
    text.fail("expected compressed ", header.points, " points of ", header.stride, " bytes, got ", sizes[0],
              " bytes for ", sizes[1], " in ", body.size());
  std::vector<std::byte> columns(sizes[1]), records(sizes[1]);
  if (!expand_lzf(body.subspan(8, sizes[0]), columns)) text.fail("expected LZF data, got other bytes");
  const auto points = static_cast<std::size_t>(header.points), stride = static_cast<std::size_t>(header.stride);
  for (std::size_t begin = 0, column = 0; column < header.columns.size(); begin += header.columns[column++])
    for (std::size_t i = 0; i < points; ++i)
      std::memcpy(records.data() + i * stride + begin, columns.data() + begin * points + i * header.columns[column],
                  header.columns[column]);
  return {std::move(records), 0, std::move(header.fields), {.count = header.points, .stride = header.stride}};
}

}  // namespace detail

/// The points of a PCD file in memory; `file` names them in messages. Fields keep their names and types; ascii numbers
/// become F64. A field of COUNT n becomes n fields, "name_0" and so on (more than 1,024 of them are left out, and so is
/// padding, "_"). Points with NaN stay in place: quantize() counts them. Throws FormatError with the line or the bytes
/// that are not as the header says. O(bytes).
inline PointFile parse_pcd(std::vector<std::byte> bytes, const std::string& file) {
  detail::TextReader text(bytes, file);
  detail::PcdHeader header = detail::read_pcd_header(text);
  if (header.data == "ascii") return detail::pcd_from_ascii(text, std::move(header), bytes.size());
  if (header.data == "binary_compressed") return detail::pcd_from_compressed(text, std::move(header), bytes);
  if (header.data != "binary")
    text.fail("expected DATA ascii, binary or binary_compressed, got ", detail::printable(header.data));
  const std::size_t first = text.position();
  std::int64_t needed = 0;
  require<FormatError>(!__builtin_mul_overflow(header.points, header.stride, &needed) &&
                           needed <= static_cast<std::int64_t>(bytes.size() - first),
                       file, ": expected ", header.points, " points of ", header.stride, " bytes, got ",
                       bytes.size() - first, " bytes");
  return {std::move(bytes), first, std::move(header.fields), {.count = header.points, .stride = header.stride}};
}

/// The points of a PCD file. Throws IoError, FormatError.
inline PointFile read_pcd(const std::string& path) { return parse_pcd(read_file(path), path); }

}  // namespace scn

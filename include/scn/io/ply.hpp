// The vertices of PLY files: ascii, and binary of both byte orders.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/io/file.hpp"
#include "scn/io/load_number.hpp"
#include "scn/io/point_records.hpp"
#include "scn/io/text_reader.hpp"

namespace scn {

namespace detail {

struct PlyProperty {
  std::string name;
  ElementType type;
  std::optional<ElementType> counted_by{};  ///< of a list: the type of the number in front of it
};

struct PlyElement {
  std::string name;
  std::int64_t count = 0;
  std::vector<PlyProperty> properties{};

  bool has_list() const {
    return std::any_of(properties.begin(), properties.end(), [](const auto& p) { return p.counted_by.has_value(); });
  }
};

struct PlyHeader {
  std::string format;
  std::vector<PlyElement> elements;
};

inline ElementType ply_type(const TextReader& text, std::string_view name) {
  constexpr std::array<std::array<std::string_view, 2>, 8> names{{{"char", "int8"},
                                                                  {"uchar", "uint8"},
                                                                  {"short", "int16"},
                                                                  {"ushort", "uint16"},
                                                                  {"int", "int32"},
                                                                  {"uint", "uint32"},
                                                                  {"float", "float32"},
                                                                  {"double", "float64"}}};
  constexpr std::array types{ElementType::i8,  ElementType::u8,  ElementType::i16, ElementType::u16,
                             ElementType::i32, ElementType::u32, ElementType::f32, ElementType::f64};
  for (std::size_t i = 0; i < types.size(); ++i)
    if (name == names[i][0] || name == names[i][1]) return types[i];
  text.fail("expected a type such as float or uchar, got ", printable(name));
}

inline PlyHeader read_ply_header(TextReader& text) {
  PlyHeader header;
  if (text.line() != "ply") text.fail("expected \"ply\"");
  while (true) {
    const auto words = text.words();
    if (words.empty() || words[0] == "comment" || words[0] == "obj_info") continue;
    if (words[0] == "end_header") break;
    if (words[0] == "format" && words.size() == 3) {
      header.format = words[1];
    } else if (words[0] == "element" && words.size() == 3) {
      header.elements.push_back({std::string(words[1]), text.whole(words[2])});
    } else if (words[0] == "property" && !header.elements.empty() && words.size() == 3) {
      text.require_new(header.elements.back().properties, words[2]);
      header.elements.back().properties.push_back({std::string(words[2]), ply_type(text, words[1])});
    } else if (words[0] == "property" && !header.elements.empty() && words.size() == 5 && words[1] == "list") {
      const ElementType count = ply_type(text, words[2]);
      if (count == ElementType::f32 || count == ElementType::f64) text.fail("expected a list counted by whole numbers");
      header.elements.back().properties.push_back({std::string(words[4]), ply_type(text, words[3]), count});
    } else {
      text.fail("expected a format, an element or a property of one, got ", printable(words[0]));
    }
  }
  if (header.format != "ascii" && header.format != "binary_little_endian" && header.format != "binary_big_endian")
    text.fail("expected the format ascii, binary_little_endian or binary_big_endian, got ", printable(header.format));
  return header;
}

/// Walks through the binary elements of a PLY file.
class PlyBody {
 public:
  PlyBody(std::span<const std::byte> bytes, bool big_endian, const std::string& file)
      : bytes_(bytes), big_endian_(big_endian), file_(&file) {}

  std::size_t position() const { return at_; }

  /// Passes `count` elements of `size` bytes.
  void skip(std::int64_t count, std::int64_t size, const PlyElement& element) {
    std::int64_t needed = 0;
    const bool fits = !__builtin_mul_overflow(count, size, &needed) && needed <= std::int64_t(bytes_.size() - at_);
    require<FormatError>(fits, *file_, ": expected ", element.count, " elements ", printable(element.name), ", got ",
                         bytes_.size(), " bytes in all");
    at_ += static_cast<std::size_t>(needed);
  }

  /// Passes one element, whose numbers outside lists go to `records`.
  void pass(const PlyElement& element, std::vector<std::byte>& records) {
    for (const PlyProperty& property : element.properties) {
      const std::size_t begin = at_;
      skip(1, element_size(property.counted_by.value_or(property.type)), element);
      const auto passed = bytes_.subspan(begin, at_ - begin);
      if (!property.counted_by)
        records.insert(records.end(), passed.begin(), passed.end());
      else
        skip(count_of(passed.data(), *property.counted_by), element_size(property.type), element);
    }
  }

 private:
  std::int64_t count_of(const std::byte* from, ElementType type) const {
    const auto number = [&]<class T>(T) { return std::int64_t{load_number<T>(from, big_endian_)}; };
    std::int64_t count = 0;
    switch (type) {
      case ElementType::i8:
        count = number(std::int8_t{});
        break;
      case ElementType::u8:
        count = number(std::uint8_t{});
        break;
      case ElementType::i16:
        count = number(std::int16_t{});
        break;
      case ElementType::u16:
        count = number(std::uint16_t{});
        break;
      case ElementType::i32:
        count = number(std::int32_t{});
        break;
      default:
        count = number(std::uint32_t{});
        break;
    }
    require<FormatError>(count >= 0, *file_, ": a list has the negative length ", count);
    return count;
  }

  std::span<const std::byte> bytes_;
  bool big_endian_;
  const std::string* file_;
  std::size_t at_ = 0;
};

inline std::vector<PointField> ply_fields(const PlyElement& element) {
  std::vector<PointField> fields;
  for (const PlyProperty& property : element.properties)
    if (!property.counted_by) fields.push_back({property.name, property.type});
  return fields;
}

inline PointFile ply_from_ascii(TextReader& text, const PlyElement& vertex) {
  std::vector<PointField> fields = ply_fields(vertex);
  for (PointField& field : fields) field.type = ElementType::f64;
  const std::int64_t stride = PointFile::pack(fields);
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < vertex.count; ++i) {
    const auto words = text.words();
    std::size_t at = 0;
    const auto next = [&] {
      if (at == words.size()) text.fail("expected the numbers of a vertex, got only ", words.size());
      return words[at++];
    };
    for (const PlyProperty& property : vertex.properties) {
      if (!property.counted_by)
        numbers.push_back(text.real(next()));
      else
        for (std::int64_t left = text.whole(next()); left > 0; --left) next();
    }
    if (at != words.size()) text.fail("expected ", at, " numbers of a vertex, got ", words.size());
  }
  const auto bytes = std::as_bytes(std::span<const double>(numbers));
  return {{bytes.begin(), bytes.end()}, 0, std::move(fields), {.count = vertex.count, .stride = stride}};
}

}  // namespace detail

/// The vertices of a PLY file in memory; `file` names them in messages. Fields keep their names and types; ascii
/// numbers become F64; lists of a vertex, and all other elements, are passed over. Throws FormatError with the line or
/// the bytes that are not as the header says. O(bytes).
inline PointFile parse_ply(std::vector<std::byte> bytes, const std::string& file) {
  detail::TextReader text(bytes, file);
  const detail::PlyHeader header = detail::read_ply_header(text);
  const bool big_endian = header.format == "binary_big_endian";
  const std::size_t first = text.position();
  detail::PlyBody body(std::span<const std::byte>(bytes).subspan(first), big_endian, file);
  for (const detail::PlyElement& element : header.elements) {
    const bool is_vertex = element.name == "vertex";
    if (header.format == "ascii") {
      if (is_vertex) return detail::ply_from_ascii(text, element);
      for (std::int64_t i = 0; i < element.count; ++i) text.line();
      continue;
    }
    std::vector<PointField> fields = detail::ply_fields(element);
    const std::int64_t stride = PointFile::pack(fields);
    const std::size_t begin = first + body.position();
    std::vector<std::byte> records;
    if (!element.has_list()) body.skip(element.count, stride, element);
    for (std::int64_t i = 0; i < element.count && element.has_list(); ++i) {
      if (!is_vertex) records.clear();
      body.pass(element, records);
    }
    const PointLayout layout{.count = element.count, .stride = stride, .big_endian = big_endian};
    if (is_vertex && element.has_list()) return {std::move(records), 0, std::move(fields), layout};
    if (is_vertex) return {std::move(bytes), begin, std::move(fields), layout};
  }
  throw FormatError(message(file, ": expected an element vertex, got none"));
}

/// The vertices of a PLY file. Throws IoError, FormatError.
inline PointFile read_ply(const std::string& path) { return parse_ply(read_file(path), path); }

}  // namespace scn

// NumPy's NPY files: one array of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// An array in row-major order (the last axis fastest) and the byte order of this machine.
struct NpyArray {
  ElementType type = ElementType::f64;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  /// The numbers as they are. Throws InvalidArgument unless T is the array's type.
  template <Element T>
  std::span<const T> values() const {
    require(type == element_type_of<T>(), "NpyArray: the array holds ", element_name(type), ", asked for ",
            element_name(element_type_of<T>()));
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};  // vectors are aligned for any number
  }
};

namespace detail {

/// The dictionary in front of the numbers, a Python literal with the keys descr, fortran_order and shape.
class NpyHeader {
 public:
  NpyHeader(std::string_view text, const std::string& file) : text_(text), file_(&file) {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr")
        descr = string();
      else if (key == "fortran_order")
        fortran_order = boolean();
      else if (key == "shape")
        read_shape();
      else
        fail("the key descr, fortran_order or shape");
      if (accept(',')) continue;
      expect('}');
      break;
    }
  }

  std::string_view descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;

  [[noreturn]] void fail(std::string_view expected) const {
    throw FormatError(message(*file_, ": expected ", expected, " at character ", at_, " of the NPY header"));
  }

 private:
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) { return peek() == c && ++at_ > 0; }
  void expect(char c) {
    if (!accept(c)) fail(std::string{'"', c, '"'});
  }
  std::string_view string() {
    const char quote = peek();
    const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) fail("a string (arrays of records are not supported)");
    const std::string_view result = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return result;
  }
  bool boolean() {
    peek();
    for (const std::string_view word : {"True", "False"})
      if (text_.substr(at_).starts_with(word)) return at_ += word.size(), word == "True";
    fail("True or False");
  }
  void read_shape() {
    expect('(');
    while (!accept(')')) {
      std::int64_t value = -1;
      peek();
      for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
        if (__builtin_mul_overflow(value < 0 ? 0 : value, 10, &value) ||
            __builtin_add_overflow(value, text_[at_] - '0', &value))
          fail("a smaller extent");
      if (value < 0 || shape.size() == 32) fail("at most 32 extents");
      shape.push_back(value);
      if (accept(',')) continue;
      expect(')');
      break;
    }
  }

  std::string_view text_;
  const std::string* file_;
  std::size_t at_ = 0;
};

}  // namespace detail

/// The array of an NPY file in memory, versions 1.0 to 3.0; `file` names it in messages. Arrays of either byte order
/// and of Fortran order are turned into this machine's and row-major. Throws FormatError for anything else: records,
/// complex numbers, texts, more or fewer bytes than the shape says. O(bytes).
inline NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& file) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  require<FormatError>(text.starts_with("\x93NUMPY") && bytes.size() >= 12, file,
                       ": expected an NPY file, which begins with \\x93NUMPY, got ", bytes.size(), " other bytes");
  const int version = std::to_integer<int>(bytes[6]);
  require<FormatError>(version >= 1 && version <= 3, file, ": expected NPY version 1 to 3, got ", version);
  const std::size_t begin = version == 1 ? 10 : 12;
  const std::size_t length = version == 1 ? detail::load_number<std::uint16_t>(bytes.data() + 8)
                                          : detail::load_number<std::uint32_t>(bytes.data() + 8);
  require<FormatError>(length <= bytes.size() - begin, file, ": expected an NPY header of ", length, " bytes, got ",
                       bytes.size() - begin);
  const detail::NpyHeader header(text.substr(begin, length), file);
  const std::string_view descr = header.descr;
  const bool known_order = descr.size() == 3 && (descr[0] == '<' || descr[0] == '>' || descr[0] == '|');
  std::string name = known_order ? std::string(1, descr[1] == 'b'   ? 'B'
                                                  : descr[1] == 'f' ? 'F'
                                                  : descr[1] == 'i' ? 'I'
                                                  : descr[1] == 'u' ? 'U'
                                                                    : '?')
                                 : std::string();
  if (known_order) name = descr.substr(1) == "b1" ? "BOOL" : message(name, 8 * (descr[2] - '0'));
  const auto type = element_type_named(name);
  require<FormatError>(type.has_value(), file, ": expected whole or real numbers, got the NPY type ",
                       detail::printable(descr));
  const auto body = bytes.subspan(begin + length);
  const std::int64_t size = element_size(*type);
  std::int64_t needed = size;
  bool fits = true;
  for (const std::int64_t extent : header.shape) fits = fits && !__builtin_mul_overflow(needed, extent, &needed);
  require<FormatError>(fits && needed == static_cast<std::int64_t>(body.size()), file, ": expected the ", size,
                       "-byte numbers of the shape in the header, got ", body.size(), " bytes");

  NpyArray array{*type, header.shape, {body.begin(), body.end()}};
  if (header.fortran_order && array.shape.size() > 1) {
    // Element (i0, i1, ...) lies at i0 + n0 (i1 + n1 (...)): count up row-major and keep the place.
    std::vector<std::int64_t> index(array.shape.size()), step(array.shape.size(), 1);
    for (std::size_t axis = 1; axis < step.size(); ++axis) step[axis] = step[axis - 1] * array.shape[axis - 1];
    std::int64_t from = 0;
    for (std::int64_t to = 0; to < needed; to += size) {
      std::memcpy(array.bytes.data() + to, body.data() + from * size, static_cast<std::size_t>(size));
      for (std::size_t axis = index.size(); axis-- > 0;) {
        from += step[axis];
        if (++index[axis] < array.shape[axis]) break;
        from -= step[axis] * array.shape[axis];
        index[axis] = 0;
      }
    }
  }
  if (descr[0] == '>')
    for (std::int64_t i = 0; i < needed; i += size)
      std::reverse(array.bytes.begin() + i, array.bytes.begin() + i + size);
  return array;
}

/// The array of an NPY file. Throws IoError, FormatError.
inline NpyArray read_npy(const std::string& path) { return parse_npy(read_file(path), path); }

/// The rows of a table as points, its columns called `names`. Throws FormatError unless the array is rows x names.
inline PointFile read_npy_points(const std::string& path, const std::vector<std::string>& names) {
  NpyArray array = read_npy(path);
  require<FormatError>(array.shape.size() == 2 && array.shape[1] == static_cast<std::int64_t>(names.size()), path,
                       ": expected a table of ", names.size(), " columns, got an array of ", array.shape.size(),
                       " axes", array.shape.size() == 2 ? message(" and ", array.shape[1], " columns") : "");
  std::vector<PointField> fields;
  for (const std::string& name : names) fields.push_back({name, array.type});
  const std::int64_t stride = PointFile::pack(fields);
  return {std::move(array.bytes), 0, std::move(fields), {.count = array.shape[0], .stride = stride}};
}

}  // namespace scn

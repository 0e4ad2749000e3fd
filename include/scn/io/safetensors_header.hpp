// What the header of a safetensors file describes, the rules it must keep, and its JSON text for writing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/io/element_type.hpp"
#include "scn/io/text_reader.hpp"

namespace scn {

/// What a safetensors file holds, without the data; format: https://github.com/huggingface/safetensors.
struct SafetensorsHeader {
  struct Tensor {
    std::string name;
    ElementType type{};
    std::vector<std::int64_t> shape;  // row-major, the last axis fastest; empty for a scalar
    std::int64_t begin = 0, end = 0;  // bytes from the start of the data
  };

  // What files are allowed to ask for; the format itself allows 100,000,000 bytes and no other limit.
  static constexpr std::int64_t largest_text = std::int64_t{1} << 24;  // bytes
  static constexpr std::size_t largest_name = 4096;                    // bytes
  static constexpr std::size_t largest_rank = 16;
  static constexpr std::size_t largest_count = std::size_t{1} << 20;  // tensors

  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

namespace detail {

inline std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) text += message(text.size() > 1 ? ", " : "", size);
  return text += "]";
}

/// A JSON string; what is not UTF-8 stays as it is, for the parser to find.
inline std::string json_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const std::size_t code = static_cast<unsigned char>(c);
    if (code < 32) {
      json += {'\\', 'u', '0', '0', digits[code / 16], digits[code % 16]};
    } else {
      if (c == '"' || c == '\\') json += '\\';
      json += c;
    }
  }
  return json += '"';
}

/// Bytes of the elements of a shape, or nothing where the product of its non-zero sizes passes int64.
inline std::optional<std::int64_t> byte_count(ElementType type, std::span<const std::int64_t> shape) {
  std::int64_t bytes = element_size(type);
  bool empty = false;
  for (const std::int64_t size : shape) {
    empty = empty || size == 0;
    if (size == 0) continue;
    if (bytes > std::numeric_limits<std::int64_t>::max() / size) return std::nullopt;
    bytes *= size;
  }
  return empty ? 0 : bytes;
}

/// Brings the tensors into the order of their data and checks what their JSON alone cannot show; throws FormatError.
inline void order_by_data(SafetensorsHeader& header, std::int64_t data_bytes, const std::string& file) {
  std::vector<std::string_view> names;
  for (const SafetensorsHeader::Tensor& tensor : header.tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw FormatError(message(file, ": tensor ", printable(*twice), ": expected once, got twice"));

  const auto place = [](const SafetensorsHeader::Tensor& tensor) { return std::pair(tensor.begin, tensor.end); };
  std::stable_sort(header.tensors.begin(), header.tensors.end(),
                   [&](const auto& left, const auto& right) { return place(left) < place(right); });
  std::int64_t position = 0;
  for (const SafetensorsHeader::Tensor& tensor : header.tensors) {
    const std::optional<std::int64_t> bytes = byte_count(tensor.type, tensor.shape);
    if (bytes == tensor.end - tensor.begin && tensor.begin == position) {
      position = tensor.end;
      continue;
    }
    const std::string problem =
        !bytes ? ", expected fewer than 2^63 bytes"
        : bytes != tensor.end - tensor.begin
            ? message(", expected ", *bytes, " bytes, got offsets ", tensor.begin, " to ", tensor.end)
            : message(", expected to begin at byte ", position, " where the one before ends, got ", tensor.begin);
    throw FormatError(message(file, ": tensor ", printable(tensor.name), " of ", element_name(tensor.type), " ",
                              shape_text(tensor.shape), problem));
  }
  require<FormatError>(position == data_bytes, file, ": expected ", position, " bytes of data after the header, got ",
                       data_bytes);
}

}  // namespace detail

/// The JSON text of a header, tensors in the given order, padded with spaces to a multiple of 8 bytes. Checks nothing:
/// parse_safetensors_header, given the result, checks everything.
inline std::string format_safetensors_header(const SafetensorsHeader& header) {
  std::string text = "{";
  const auto add = [&](const std::string& key, const std::string& value) {
    text += message(text.back() == '{' ? "" : ",", detail::json_string(key), ":", value);
  };
  if (!header.metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : header.metadata) add(key, detail::json_string(value));
    text += "}";
  }
  for (const SafetensorsHeader::Tensor& tensor : header.tensors) {
    add(tensor.name,
        message("{\"dtype\":\"", element_name(tensor.type), "\",\"shape\":", detail::shape_text(tensor.shape),
                ",\"data_offsets\":", detail::shape_text(std::array{tensor.begin, tensor.end}), "}"));
  }
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace scn

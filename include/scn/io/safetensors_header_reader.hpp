// The reader of the JSON header of a safetensors file.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/io/element_type.hpp"
#include "scn/io/safetensors_header.hpp"

namespace scn {

namespace detail {

/// Receives the parser's events and accepts the one grammar that headers have, so nesting ends at three levels and
/// nothing is built but the result. The public names are the parser's.
class SafetensorsHeaderReader {
 public:
  explicit SafetensorsHeaderReader(const std::string& file) : file_(file) {}
  SafetensorsHeader take() { return std::move(header_); }

  bool null() { refuse("null"); }
  bool boolean(bool value) { refuse(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { refuse(std::to_string(value)); }
  bool number_float(double, const std::string& text) { refuse(printable(text)); }
  bool binary(nlohmann::json::binary_t&) { refuse("binary data"); }

  bool number_unsigned(std::uint64_t value) {
    if (place_ != Place::numbers || value > std::numeric_limits<std::int64_t>::max()) refuse(std::to_string(value));
    const std::size_t most = field_ == shape ? SafetensorsHeader::largest_rank : 2;
    if (numbers_.size() == most) fail(where(), ": expected at most ", most, " numbers, got more");
    numbers_.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool string(const std::string& text) {
    if (place_ == Place::metadata) {
      if (!header_.metadata.emplace(key_, text).second) fail(where(), ": expected once, got twice");
      return true;
    }
    if (place_ != Place::tensor || field_ != type) refuse("the string " + printable(text));
    const std::optional<ElementType> named = element_type_named(text);
    if (!named) fail(where(), ": expected a known element type, got ", printable(text));
    header_.tensors.back().type = *named;
    return true;
  }

  bool key(const std::string& text) {
    key_ = text;
    if (place_ != Place::tensor) return true;
    field_ = static_cast<std::size_t>(std::find(fields.begin(), fields.end(), text) - fields.begin());
    if (field_ == fields.size()) fail(where(), ": expected dtype, shape or data_offsets");
    if (std::exchange(seen_[field_], true)) fail(where(), ": expected once, got twice");
    return true;
  }

  bool start_object(std::size_t) {
    if (place_ == Place::outside) {
      place_ = Place::tensors;
    } else if (place_ == Place::tensors && key_ == "__metadata__") {
      if (std::exchange(metadata_seen_, true)) fail("__metadata__: expected once, got twice");
      place_ = Place::metadata;
    } else if (place_ == Place::tensors) {
      constexpr std::size_t longest = SafetensorsHeader::largest_name, most = SafetensorsHeader::largest_count;
      if (key_.size() > longest) fail(where(), ": expected a name of at most ", longest, " bytes, got ", key_.size());
      if (header_.tensors.size() == most) fail("expected at most ", most, " tensors, got more");
      header_.tensors.emplace_back().name = key_;
      seen_.fill(false);
      place_ = Place::tensor;
    } else {
      refuse("an object");
    }
    return true;
  }

  bool end_object() {
    const auto missing = std::find(seen_.begin(), seen_.end(), false);
    if (place_ == Place::tensor && missing != seen_.end())
      fail("tensor ", printable(header_.tensors.back().name), ": expected ",
           fields[std::size_t(missing - seen_.begin())], ", got none");
    place_ = place_ == Place::tensors ? Place::outside : Place::tensors;
    return true;
  }

  bool start_array(std::size_t) {
    if (place_ != Place::tensor || field_ == type) refuse("an array");
    place_ = Place::numbers;
    numbers_.clear();
    return true;
  }

  bool end_array() {
    SafetensorsHeader::Tensor& tensor = header_.tensors.back();
    if (field_ == shape) {
      tensor.shape = numbers_;
    } else {
      if (numbers_.size() != 2) fail(where(), ": expected 2 numbers, got ", numbers_.size());
      tensor.begin = numbers_[0];
      tensor.end = numbers_[1];
    }
    place_ = Place::tensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    fail("expected JSON in UTF-8, got an error at byte ", position, " of the header");
  }

 private:
  enum class Place { outside, tensors, metadata, tensor, numbers };
  static constexpr std::array<std::string_view, 3> fields{"dtype", "shape", "data_offsets"};
  static constexpr std::size_t type = 0, shape = 1;

  std::string where() const {
    if (place_ == Place::metadata) return "__metadata__, " + printable(key_);
    if (place_ == Place::tensors) return "tensor " + printable(key_);
    return "tensor " + printable(header_.tensors.back().name) + ", " + printable(key_);
  }

  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw FormatError(message(file_, ": ", parts...));
  }

  /// Fails because `what` cannot stand here.
  [[noreturn]] void refuse(const std::string& what) const {
    const bool text = place_ == Place::metadata || (place_ == Place::tensor && field_ == type);
    const char* expected = text                       ? "a string"
                           : place_ == Place::tensors ? "an object"
                           : place_ == Place::tensor  ? "an array"
                                                      : "an integer from 0 to 2^63 - 1";
    fail(where(), ": expected ", expected, ", got ", what);
  }

  const std::string& file_;
  SafetensorsHeader header_;
  Place place_ = Place::outside;
  std::string key_;
  std::size_t field_ = 0;
  std::array<bool, 3> seen_{};
  std::vector<std::int64_t> numbers_;
  bool metadata_seen_ = false;
};

}  // namespace detail

/// Reads the JSON text of a file's header and checks all of it: every tensor once, its bytes those of its type and
/// shape, and the tensors one after another fill the `data_bytes` that follow the header. The tensors come in the order
/// of their data. Throws FormatError naming `file`.
inline SafetensorsHeader parse_safetensors_header(std::string_view text, std::int64_t data_bytes,
                                                  const std::string& file) {
  require<FormatError>(text.starts_with('{'), file, ": expected a header that starts with '{'");
  // The JSON parser would take a zero byte for the end of the text.
  require<FormatError>(text.find('\0') == std::string_view::npos, file, ": expected a header without zero bytes");
  detail::SafetensorsHeaderReader reader(file);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  SafetensorsHeader header = reader.take();
  detail::order_by_data(header, data_bytes, file);
  return header;
}

}  // namespace scn

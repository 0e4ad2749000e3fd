// The bytes of small files, put together by hand.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

/// Appends numbers and texts as a file holds them.
class FileBytes {
 public:
  explicit FileBytes(std::string_view text = "") { *this << text; }

  FileBytes& operator<<(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  /// A number, lowest byte first unless the file is big-endian.
  template <class T>
  FileBytes& number(T value, bool big_endian = false) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    if (big_endian != (std::endian::native == std::endian::big))
      std::reverse(bytes_.end() - std::ptrdiff_t{sizeof(T)}, bytes_.end());
    return *this;
  }

  /// Writes a number over what is at `offset`.
  template <class T>
  FileBytes& put(std::size_t offset, T value) {
    bytes_.resize(std::max(bytes_.size(), offset + sizeof(T)));
    const auto bytes = std::as_bytes(std::span(&value, 1));
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
    return *this;
  }

  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

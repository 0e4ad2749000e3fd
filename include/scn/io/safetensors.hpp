// Files of named arrays in the safetensors format: strict reading, atomic writing.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/io/element_type.hpp"
#include "scn/io/file.hpp"
#include "scn/io/safetensors_header.hpp"
#include "scn/io/safetensors_header_reader.hpp"

namespace scn {

/// One array: of a file that was read, or to be written. Does not own its bytes.
struct TensorEntry {
  std::string name;
  ElementType type{};
  std::vector<std::int64_t> shape;   // row-major, the last axis fastest; empty for a scalar
  std::span<const std::byte> bytes;  // little-endian; in a file of foreign origin not aligned to the type
};

/// A safetensors file held in memory. Nothing refers to the disk once it is read, so the same path may be written.
class SafetensorsFile {
 public:
  /// Reads and checks a whole file. Throws IoError if it cannot be read and FormatError if it is not what the format
  /// says, naming the file, what was expected and what came.
  explicit SafetensorsFile(const std::string& path) : SafetensorsFile(read_file(path), path) {}

  /// Takes the bytes of a file; `name` stands for it in messages.
  SafetensorsFile(std::vector<std::byte> bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {
    const std::size_t size = bytes_.size();
    require<FormatError>(size >= 8, name_, ": expected at least 8 bytes, got ", size);
    std::uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), 8);
    require<FormatError>(length <= size - 8, name_, ": expected a header of ", length, " bytes, got ", size - 8);
    require<FormatError>(length <= SafetensorsHeader::largest_text, name_, ": expected a header of at most ",
                         SafetensorsHeader::largest_text, " bytes, got ", length);

    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + 8, length);
    const std::span<const std::byte> data = std::span(bytes_).subspan(8 + length);
    SafetensorsHeader header = parse_safetensors_header(text, std::ssize(data), name_);
    metadata_ = std::move(header.metadata);
    tensors_.reserve(header.tensors.size());
    for (SafetensorsHeader::Tensor& tensor : header.tensors) {
      const std::size_t begin = static_cast<std::size_t>(tensor.begin), end = static_cast<std::size_t>(tensor.end);
      by_name_.push_back(tensors_.size());
      tensors_.push_back(
          {std::move(tensor.name), tensor.type, std::move(tensor.shape), data.subspan(begin, end - begin)});
    }
    std::sort(by_name_.begin(), by_name_.end(),
              [&](std::size_t left, std::size_t right) { return tensors_[left].name < tensors_[right].name; });
  }

  SafetensorsFile(SafetensorsFile&&) = default;
  SafetensorsFile& operator=(SafetensorsFile&&) = default;

  /// The path, or the name given with the bytes.
  const std::string& name() const { return name_; }
  /// All arrays in the order of their data; their bytes live as long as this object.
  const std::vector<TensorEntry>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// Throws FormatError if the file has no array of that name.
  const TensorEntry& tensor(std::string_view name) const {
    const TensorEntry* found = find(name);
    if (!found) throw FormatError(message(name_, ": expected a tensor ", detail::printable(name), ", got none"));
    return *found;
  }

  /// A copy of the elements. Throws FormatError unless the array is there and of just this type.
  template <Element T>
  std::vector<T> values(std::string_view name) const {
    const TensorEntry& entry = tensor(name);
    if (entry.type != element_type_of<T>()) refuse(entry, element_name(element_type_of<T>()));
    std::vector<T> result(entry.bytes.size() / sizeof(T));
    if (!result.empty()) std::memcpy(result.data(), entry.bytes.data(), entry.bytes.size());
    return result;
  }

  /// A copy of the elements of an F32 or F64 array as T, rounded to nearest where T is the narrower one.
  template <std::floating_point T>
  std::vector<T> real_values(std::string_view name) const {
    const TensorEntry& entry = tensor(name);
    if (entry.type == ElementType::f32) return converted<T>(values<float>(name));
    if (entry.type == ElementType::f64) return converted<T>(values<double>(name));
    refuse(entry, "F32 or F64");
  }

 private:
  const TensorEntry* find(std::string_view name) const {
    const auto place =
        std::lower_bound(by_name_.begin(), by_name_.end(), name,
                         [&](std::size_t index, std::string_view key) { return tensors_[index].name < key; });
    return place != by_name_.end() && tensors_[*place].name == name ? &tensors_[*place] : nullptr;
  }

  [[noreturn]] void refuse(const TensorEntry& entry, std::string_view expected) const {
    throw FormatError(message(name_, ": tensor ", detail::printable(entry.name), ": expected type ", expected, ", got ",
                              element_name(entry.type)));
  }

  template <class T, class From>
  static std::vector<T> converted(std::vector<From> values) {
    if constexpr (std::same_as<T, From>) return values;
    std::vector<T> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), [](From value) { return static_cast<T>(value); });
    return result;
  }

  std::vector<std::byte> bytes_;
  std::string name_;
  std::vector<TensorEntry> tensors_;
  std::vector<std::size_t> by_name_;
  std::map<std::string, std::string> metadata_;
};

/// Writes a file that SafetensorsFile and the public readers accept; the same arguments give the same bytes. Arrays of
/// wider elements come first, otherwise in the given order, so that all are aligned to their type from the start of the
/// file on. The file is replaced at once or, with IoError or InvalidArgument (a name twice, bytes that do not fit type
/// and shape, a text that is not UTF-8, a limit of SafetensorsHeader passed), not at all.
inline void write_safetensors(const std::string& path, std::span<const TensorEntry> tensors,
                              const std::map<std::string, std::string>& metadata = {}) {
  std::vector<const TensorEntry*> order;
  for (const TensorEntry& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const TensorEntry* left, const TensorEntry* right) {
    return element_size(left->type) > element_size(right->type);
  });

  SafetensorsHeader header{{}, metadata};
  std::int64_t position = 0;
  for (const TensorEntry* tensor : order) {
    require(tensor->name != "__metadata__", path, ": expected a tensor name other than __metadata__");
    const std::int64_t end = position + std::ssize(tensor->bytes);
    header.tensors.push_back({tensor->name, tensor->type, tensor->shape, position, end});
    position = end;
  }
  const std::string text = format_safetensors_header(header);
  require(std::ssize(text) <= SafetensorsHeader::largest_text, path, ": expected a header of at most ",
          SafetensorsHeader::largest_text, " bytes, got ", text.size());
  try {
    parse_safetensors_header(text, position, path);  // what could not be read must not be written
  } catch (const FormatError& error) {
    throw InvalidArgument(error.what());
  }

  const std::uint64_t length = text.size();
  std::vector<std::span<const std::byte>> parts{std::as_bytes(std::span(&length, 1)), std::as_bytes(std::span(text))};
  for (const TensorEntry* tensor : order) parts.push_back(tensor->bytes);
  write_file_atomically(path, parts);
}

}  // namespace scn

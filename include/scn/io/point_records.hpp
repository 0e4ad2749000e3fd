// Points as records of named numbers: a view of somebody's memory, and those of a file, which own their bytes.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/geometry/quantize.hpp"
#include "scn/io/element_type.hpp"
#include "scn/io/load_number.hpp"

namespace scn {

/// One number of a record: where it begins, in bytes from the record's first, and what it is.
struct PointField {
  std::string name;
  ElementType type = ElementType::f32;
  std::int64_t offset = 0;
};

/// Records side by side, such as those of a ROS PointCloud2: record i begins `stride` bytes after record i - 1, or, in
/// a picture of points, `row_stride` bytes after the record above it.
struct PointLayout {
  std::int64_t count = 0;       ///< records
  std::int64_t stride = 0;      ///< point_step
  std::int64_t width = 0;       ///< records of one row of a picture; 0: all records follow one another
  std::int64_t row_stride = 0;  ///< row_step; asked for with a width
  bool big_endian = false;
};

/// A view of records in the caller's memory. Nothing is assumed about a record but what its fields say.
class PointRecords {
 public:
  PointRecords() = default;

  /// Throws InvalidArgument unless every field of every record lies in `bytes`, fields are whole numbers, f32 or f64,
  /// and no two have one name.
  PointRecords(std::span<const std::byte> bytes, std::vector<PointField> fields, const PointLayout& layout)
      : data_(bytes.data()), fields_(std::move(fields)), layout_(layout) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    require(layout.count >= 0, "PointRecords: the number of points must not be negative, got ", layout.count);
    for (const PointField& field : fields_) {
      require(is_supported(field.type), "PointRecords: field ", field.name, " has the type ", element_name(field.type),
              ", expected a whole number, F32 or F64");
      require(field.offset >= 0 && layout.stride >= 0 && element_size(field.type) <= layout.stride &&
                  field.offset <= layout.stride - element_size(field.type),
              "PointRecords: field ", field.name, " at byte ", field.offset, " of ", element_size(field.type),
              " bytes does not lie in a record of ", layout.stride, " bytes");
      require(std::count_if(fields_.begin(), fields_.end(), [&](const auto& f) { return f.name == field.name; }) == 1,
              "PointRecords: two fields are called ", field.name);
    }
    if (layout.count == 0 || fields_.empty()) return;
    const std::int64_t width = layout.width == 0 ? layout.count : layout.width;
    require(width > 0, "PointRecords: the width must not be negative, got ", layout.width);
    const std::int64_t rows = (layout.count - 1) / width;
    std::int64_t row = 0, above = 0, needed = 0;
    const bool fits =
        !__builtin_mul_overflow(std::min(width, layout.count), layout.stride, &row) &&
        (rows == 0 || layout.row_stride >= row) && !__builtin_mul_overflow(rows, layout.row_stride, &above) &&
        !__builtin_add_overflow(above, (layout.count - rows * width) * layout.stride, &needed) && needed <= size;
    require(
        fits, "PointRecords: ", layout.count, " points of ", layout.stride, " bytes",
        layout.width == 0 ? std::string() : message(" in rows of ", layout.width, " and ", layout.row_stride, " bytes"),
        " do not fit into ", size, " bytes");
  }

  std::int64_t count() const { return layout_.count; }
  const std::vector<PointField>& fields() const { return fields_; }
  bool has(std::string_view name) const { return find(name) != fields_.end(); }

  /// The named fields of every point, row-major points x names. double holds every whole number of 32 bits and less.
  /// Throws InvalidArgument for a field that is not there. O(points x names).
  template <std::floating_point T>
  std::vector<T> numbers(const std::vector<std::string>& names) const {
    for (const std::string& name : names) at(name);
    std::vector<T> result(static_cast<std::size_t>(count()) * names.size());
    for (std::size_t column = 0; column < names.size(); ++column) {
      const PointField& field = at(names[column]);
      T* to = result.data() + column;
      visit(field.type, [&]<class Stored>(Stored) {
        for (std::int64_t i = 0; i < count(); ++i, to += names.size())
          *to = static_cast<T>(detail::load_number<Stored>(record(i) + field.offset, layout_.big_endian));
      });
    }
    return result;
  }

  /// The points for quantize() without a copy: D successive fields of type T from `first` on. Throws InvalidArgument
  /// where the layout does not allow it; numbers() reads every layout.
  template <int D, std::floating_point T>
  PointView<T> view(std::string_view first = "x") const {
    auto field = find(first);
    at(first);
    const std::int64_t begin = field->offset;
    const bool native = layout_.big_endian == (std::endian::native == std::endian::big);
    const bool one_row =
        layout_.width == 0 || layout_.width >= count() || layout_.row_stride == layout_.width * layout_.stride;
    bool fits = native && one_row && layout_.stride % std::int64_t{sizeof(T)} == 0 &&
                reinterpret_cast<std::uintptr_t>(data_ + begin) % alignof(T) == 0;
    for (int axis = 0; axis < D && fits; ++axis, ++field)
      fits = field != fields_.end() && field->type == element_type_of<T>() &&
             field->offset == begin + axis * std::int64_t{sizeof(T)};
    require(fits, "PointRecords: a view needs ", D, " successive aligned fields of type ",
            element_name(element_type_of<T>()), " from ", first, " on, in the byte order of this machine");
    return {reinterpret_cast<const T*>(data_ + begin), count(), layout_.stride / std::int64_t{sizeof(T)}};
  }

 private:
  static bool is_supported(ElementType type) {
    bool supported = false;
    visit(type, [&](auto) { supported = true; });
    return supported;
  }

  /// f(a number of that type), or nothing for types that no point has.
  template <class F>
  static void visit(ElementType type, const F& f) {
    switch (type) {
      case ElementType::u8:
        return f(std::uint8_t{});
      case ElementType::i8:
        return f(std::int8_t{});
      case ElementType::u16:
        return f(std::uint16_t{});
      case ElementType::i16:
        return f(std::int16_t{});
      case ElementType::u32:
        return f(std::uint32_t{});
      case ElementType::i32:
        return f(std::int32_t{});
      case ElementType::u64:
        return f(std::uint64_t{});
      case ElementType::i64:
        return f(std::int64_t{});
      case ElementType::f32:
        return f(float{});
      case ElementType::f64:
        return f(double{});
      default:
        return;
    }
  }

  std::vector<PointField>::const_iterator find(std::string_view name) const {
    return std::find_if(fields_.begin(), fields_.end(), [&](const PointField& field) { return field.name == name; });
  }

  const PointField& at(std::string_view name) const {
    const auto found = find(name);
    if (found != fields_.end()) return *found;
    std::string all;
    for (const PointField& field : fields_) all += (all.empty() ? "" : ", ") + field.name;
    throw InvalidArgument(message("PointRecords: there is no field ", name, " among ", all));
  }

  const std::byte* record(std::int64_t i) const {
    return data_ + (layout_.width == 0 ? i * layout_.stride
                                       : i / layout_.width * layout_.row_stride + i % layout_.width * layout_.stride);
  }

  const std::byte* data_ = nullptr;
  std::vector<PointField> fields_;
  PointLayout layout_;
};

/// Points of a file: the records and the memory they lie in. Moves, and is not copied.
class PointFile : public PointRecords {
 public:
  PointFile() = default;
  PointFile(std::vector<std::byte> bytes, std::size_t first, std::vector<PointField> fields, const PointLayout& layout)
      : PointRecords(std::span<const std::byte>(bytes).subspan(first), std::move(fields), layout),
        bytes_(std::move(bytes)) {}
  PointFile(PointFile&& other) noexcept { *this = std::move(other); }
  PointFile& operator=(PointFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);  // a moved vector keeps its memory, so that the view stays right
    std::swap(static_cast<PointRecords&>(*this), static_cast<PointRecords&>(other));
    return *this;
  }

  /// Records of `fields` in file order, packed: stride is the sum of their sizes.
  static std::int64_t pack(std::vector<PointField>& fields) {
    std::int64_t stride = 0;
    for (PointField& field : fields)
      stride += element_size(field.type), field.offset = stride - element_size(field.type);
    return stride;
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace scn

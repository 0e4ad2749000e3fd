// The element types of safetensors files: names, sizes, and the C++ types that hold them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scn {

static_assert(std::endian::native == std::endian::little,
              "safetensors files hold little-endian numbers, which this library copies as they are");

/// The types of whole bytes that the format has; its floats of 4 and 6 bits are not supported. boolean is a byte that
/// is 0 or 1, bf16 the upper half of an f32, c64 two f32, real part first.
// clang-format off
enum class ElementType {
  boolean, u8, i8, f8_e4m3, f8_e5m2, f8_e8m0, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64, c64
};
// clang-format on

namespace detail {

/// In the order of the enumeration.
inline constexpr std::array<std::string_view, 17> element_names{"BOOL", "U8",  "I8",  "F8_E4M3", "F8_E5M2", "F8_E8M0",
                                                                "U16",  "I16", "F16", "BF16",    "U32",     "I32",
                                                                "F32",  "U64", "I64", "F64",     "C64"};
inline constexpr std::array<std::int64_t, 17> element_sizes{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 8, 8, 8, 8};

}  // namespace detail

/// The name in a file's header, such as "F32".
constexpr std::string_view element_name(ElementType type) {
  return detail::element_names[static_cast<std::size_t>(type)];
}

/// Bytes of one element.
constexpr std::int64_t element_size(ElementType type) { return detail::element_sizes[static_cast<std::size_t>(type)]; }

/// The type of that name, if it is one of ours.
constexpr std::optional<ElementType> element_type_named(std::string_view name) {
  const auto found = std::find(detail::element_names.begin(), detail::element_names.end(), name);
  if (found == detail::element_names.end()) return std::nullopt;
  return static_cast<ElementType>(found - detail::element_names.begin());
}

/// C++ types that hold an element as it is. bool is not among them: a byte of a file may be neither 0 nor 1.
template <class T>
concept Element = std::same_as<T, float> || std::same_as<T, double> ||
    (std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && sizeof(T) <= 8);

/// The element type that T holds: f32 for float, i64 for std::int64_t.
template <Element T>
constexpr ElementType element_type_of() {
  if constexpr (std::floating_point<T>) {
    return sizeof(T) == 4 ? ElementType::f32 : ElementType::f64;
  } else {
    switch (sizeof(T)) {
      case 1:
        return std::signed_integral<T> ? ElementType::i8 : ElementType::u8;
      case 2:
        return std::signed_integral<T> ? ElementType::i16 : ElementType::u16;
      case 4:
        return std::signed_integral<T> ? ElementType::i32 : ElementType::u32;
      default:
        return std::signed_integral<T> ? ElementType::i64 : ElementType::u64;
    }
  }
}

}  // namespace scn

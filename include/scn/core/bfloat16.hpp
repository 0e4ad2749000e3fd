// A 16-bit number with the range of a float: what features may be stored in.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace scn {

/// The upper half of a float: 8 bits of exponent, and 8 of precision, one of them implied. Rounds to nearest, ties to
/// even; what is no number stays none. Arithmetic is that of floats, each result rounded.
struct bfloat16 {
  std::uint16_t bits;

  bfloat16() = default;
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr explicit bfloat16(Number value) : bits(rounded(std::bit_cast<std::uint32_t>(static_cast<float>(value)))) {}

  constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

 private:
  static constexpr std::uint16_t rounded(std::uint32_t all) {
    const std::uint32_t nearest = (all + 0x7fff + (all >> 16 & 1)) >> 16;
    const bool is_number = (all & 0x7fffffff) <= 0x7f800000;
    return static_cast<std::uint16_t>(is_number ? nearest : all >> 16 | 0x40);
  }
};

constexpr bfloat16 operator-(bfloat16 a) { return bfloat16(-static_cast<float>(a)); }
constexpr bfloat16 operator+(bfloat16 a, bfloat16 b) { return bfloat16(static_cast<float>(a) + static_cast<float>(b)); }
constexpr bfloat16 operator-(bfloat16 a, bfloat16 b) { return bfloat16(static_cast<float>(a) - static_cast<float>(b)); }
constexpr bfloat16 operator*(bfloat16 a, bfloat16 b) { return bfloat16(static_cast<float>(a) * static_cast<float>(b)); }
constexpr bfloat16 operator/(bfloat16 a, bfloat16 b) { return bfloat16(static_cast<float>(a) / static_cast<float>(b)); }

}  // namespace scn

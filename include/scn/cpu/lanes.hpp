// What kernels do with vectors: loading, storing and multiplying their lanes, also those of narrower numbers.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "scn/core/bfloat16.hpp"
#include "scn/cpu/instructions.hpp"

namespace scn::cpu {

/// Two numbers of bfloat16 side by side, as an instruction multiplies them: the first in the lower half.
enum class Bfloat16Pair : std::uint32_t {};

inline Bfloat16Pair pair_of(bfloat16 first, bfloat16 second) {
  return Bfloat16Pair{first.bits | std::uint32_t{second.bits} << 16};
}

/// What kernels multiply numbers of S with: others of S, or two at a time.
template <class S>
using Factor = std::conditional_t<std::is_same_v<S, bfloat16>, Bfloat16Pair, S>;

namespace detail {

/// By reference: compilers warn of vectors that are passed by value between functions of different targets.
template <class V, class T>
[[gnu::always_inline]] inline void load(V& value, const T* from) {
  std::memcpy(&value, from, sizeof(V));
}
template <class V, class T>
[[gnu::always_inline]] inline void save(T* to, const V& value) {
  std::memcpy(to, &value, sizeof(V));
}
/// Of bfloat16: a vector of floats, or one.
template <class V>
[[gnu::always_inline]] inline void load(V& value, const bfloat16* from) {
  if constexpr (sizeof(V) == sizeof(float)) {
    value = *from;
  } else {
    typename Vector<std::uint16_t, sizeof(V) / 2>::Type upper;
    std::memcpy(&upper, from, sizeof(upper));
    const auto bits = __builtin_convertvector(upper, typename Vector<std::uint32_t, sizeof(V)>::Type) << 16;
    std::memcpy(&value, &bits, sizeof(V));
  }
}
/// Rounds as bfloat16 does.
template <class V>
[[gnu::always_inline]] inline void save(bfloat16* to, const V& value) {
  if constexpr (sizeof(V) == sizeof(float)) {
    *to = bfloat16(value);
  } else {
    typename Vector<std::uint32_t, sizeof(V)>::Type bits, rounded;
    std::memcpy(&bits, &value, sizeof(V));
    rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    rounded = value == value ? rounded : bits >> 16 | 0x40;
    const auto upper = __builtin_convertvector(rounded, typename Vector<std::uint16_t, sizeof(V) / 2>::Type);
    std::memcpy(to, &upper, sizeof(upper));
  }
}
template <class V, class T>
[[gnu::always_inline]] inline void add(V& sum, const T* from) {
  V value;
  load(value, from);
  sum += value;
}
/// Adds a vector of products to a vector of sums in memory.
template <class V, class T>
[[gnu::always_inline]] inline void add_products(T* sums, const T* left, const T* right) {
  V sum, value, factor;
  load(sum, sums);
  load(value, left);
  load(factor, right);
  sum += value * factor;
  save(sums, sum);
}

/// sum += one number times each of a vector.
template <class V, class T>
[[gnu::always_inline]] inline void add_product(V& sum, const T& left, const V& right) {
  sum += left * right;
}
/// sum += the sum of the products of a pair with the pair in each lane. Numbers below 2^-126 count as 0. In assembly:
/// compilers do not agree about an intrinsic, and parsing all of them would take longer than the whole library.
template <class V>
[[gnu::always_inline]] inline void add_product(V& sum, const Bfloat16Pair& left, const V& right) {
#if defined(__x86_64__)
  using Bits = typename Vector<std::uint32_t, sizeof(V)>::Type;
  const Bits pairs = static_cast<std::uint32_t>(left) - Bits{};
  V total = sum;
  asm("vdpbf16ps {%2, %1, %0|%0, %1, %2}" : "+v"(total) : "v"(right), "v"(pairs));
  sum = total;
#endif
}

/// The factor that begins at `from`, and the last one of a row of which no whole one is left.
template <class S>
[[gnu::always_inline]] inline Factor<S> factor(const S* from) {
  Factor<S> value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}
[[gnu::always_inline]] inline Bfloat16Pair last_factor(const bfloat16* from) { return Bfloat16Pair{from->bits}; }

}  // namespace detail

}  // namespace scn::cpu

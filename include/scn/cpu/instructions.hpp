// Which vector instructions the kernels of the CPU device use, chosen when the program runs.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "scn/core/bfloat16.hpp"
#include "scn/core/error.hpp"

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunknown-attributes"  // gnu::optimize: clang fuses multiply-adds without being asked
#endif

namespace scn {

/// Widest first: 512 bits with products of pairs of bfloat16, 512 and 256 bits with fused multiply-add on x86, and 128
/// bits, which every processor has. `eigen` is the reference path: gather, Eigen's product, scatter. `automatic` is the
/// widest that this processor has.
enum class Instructions { automatic, avx512_bf16, avx512, avx2, portable, eigen };

namespace cpu {

inline bool has(Instructions set) {
#if defined(__x86_64__)
  if (set == Instructions::avx512_bf16)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bf16");
  if (set == Instructions::avx512) return __builtin_cpu_supports("avx512f");
  if (set == Instructions::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return set == Instructions::portable || set == Instructions::eigen;
}

/// What a setting stands for on this processor; throws InvalidArgument for instructions that it does not have.
inline Instructions chosen(Instructions wanted) {
  if (wanted != Instructions::automatic) {
    require(has(wanted), "Cpu: this processor does not have the instructions that were asked for");
    return wanted;
  }
  for (const Instructions set : {Instructions::avx512_bf16, Instructions::avx512, Instructions::avx2})
    if (has(set)) return set;
  return Instructions::portable;
}

/// Bytes of the vectors of a set.
constexpr int vector_bytes(Instructions set) {
  const bool wide = set == Instructions::avx512_bf16 || set == Instructions::avx512;
  return wide ? 64 : set == Instructions::avx2 ? 32 : 16;
}

/// A vector of T, which a body is told by its type.
template <class T, int bytes>
struct Vector {
  using Type [[gnu::vector_size(bytes)]] = T;
};

namespace detail {

/// A target belongs to a function and not to a template argument, so each set has a function of its own, into which
/// the same body is inlined. gnu::optimize asks g++ for fused multiply-adds, which standard modes turn off, and keeps
/// the kernels fast in a program that is built for debugging.
#if defined(__x86_64__)
template <class T, class Body>
[[gnu::target("avx512f"), gnu::optimize("O2", "fp-contract=fast")]] void with_avx512(const Body& body) {
  body.template run<typename Vector<T, 64>::Type>();
}
template <class T, class Body>
[[gnu::target("avx2,fma"), gnu::optimize("O2", "fp-contract=fast")]] void with_avx2(const Body& body) {
  body.template run<typename Vector<T, 32>::Type>();
}
#endif
template <class T, class Body>
[[gnu::optimize("O2", "fp-contract=fast")]] void with_portable(const Body& body) {
  body.template run<typename Vector<T, 16>::Type>();
}

}  // namespace detail

/// body.run<V>() with V the vector of T that the set has, compiled for the set. `run` is gnu::always_inline. Of
/// bfloat16: the vector of floats of avx512_bf16, the only set that computes with such numbers.
template <class T, class Body>
void with_instructions([[maybe_unused]] Instructions set, [[maybe_unused]] const Body& body) {
  if constexpr (std::is_same_v<T, bfloat16>) {
#if defined(__x86_64__)
    detail::with_avx512<float>(body);
#endif
  } else {
#if defined(__x86_64__)
    if (vector_bytes(set) == 64) return detail::with_avx512<T>(body);
    if (vector_bytes(set) == 32) return detail::with_avx2<T>(body);
#endif
    detail::with_portable<T>(body);
  }
}

/// `columns` rounded up to whole vectors of the set; Eigen's rows need no padding.
template <class T>
std::int64_t padded(Instructions set, std::int64_t columns) {
  const std::int64_t lanes = set == Instructions::eigen ? 1 : vector_bytes(set) / std::int64_t{sizeof(T)};
  return (columns + lanes - 1) / lanes * lanes;
}

}  // namespace cpu

}  // namespace scn

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

// Words of 64 bits: how many are set, and those of a mask put together.
#pragma once

#include <bit>
#include <cstdint>

namespace scn::cpu {

/// Number of set bits; the instruction for it is not part of every x86 processor's, and the library's is a table.
constexpr int count_bits(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555u;
  word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
  word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return static_cast<int>(word * 0x0101010101010101u >> 56);
}

/// The bits before place `place`.
constexpr std::uint64_t bits_below(int place) { return (std::uint64_t{1} << place) - 1; }

/// The bits of `word` that `mask` has, put together from the lowest up.
struct ExtractByLoop {
  constexpr std::uint64_t operator()(std::uint64_t word, std::uint64_t mask) const {
    std::uint64_t bits = 0;
    for (int to = 0; mask != 0; mask &= mask - 1, ++to) bits |= (word >> std::countr_zero(mask) & 1) << to;
    return bits;
  }
};

#if defined(__x86_64__)
/// The same where has_bit_instructions(). Written as assembler, so that a function may use it that is not compiled for
/// such processors alone.
struct ExtractByInstruction {
  std::uint64_t operator()(std::uint64_t word, std::uint64_t mask) const {
    std::uint64_t bits;
    asm("pext %2, %1, %0" : "=r"(bits) : "r"(word), "r"(mask));
    return bits;
  }
};

/// Whether the processor counts and extracts bits by instructions, and these are not slower than loops, as in Zen and
/// Zen 2.
inline bool has_bit_instructions() {
  return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
}
#endif

}  // namespace scn::cpu

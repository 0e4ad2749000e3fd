// Counter-based random numbers (Philox 4x32-10): the same on every device and for every number of threads.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace scn {

/// Four random words for (seed, draw, element); Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// `draw` names one request for numbers (a layer in one pass), `element` the number within it.
constexpr std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint64_t draw, std::uint64_t element) {
  std::uint32_t key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
  std::array<std::uint32_t, 4> word{static_cast<std::uint32_t>(element), static_cast<std::uint32_t>(element >> 32),
                                    static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(draw >> 32)};
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * word[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * word[2];
    word = {static_cast<std::uint32_t>(product1 >> 32) ^ word[1] ^ key0, static_cast<std::uint32_t>(product1),
            static_cast<std::uint32_t>(product0 >> 32) ^ word[3] ^ key1, static_cast<std::uint32_t>(product0)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return word;
}

/// Uniform in [0, 1), a multiple of 2^-24: exact in float, so every scalar type sees the same number.
constexpr double uniform(std::uint64_t seed, std::uint64_t draw, std::uint64_t element) {
  return static_cast<double>(philox(seed, draw, element)[0] >> 8) * 0x1p-24;
}

/// Standard normal by Box and Muller, on the host only (libraries of devices round logarithms differently).
inline double normal(std::uint64_t seed, std::uint64_t draw, std::uint64_t element) {
  const auto word = philox(seed, draw, element);
  const double radius = std::sqrt(-2.0 * std::log((static_cast<double>(word[0]) + 1.0) * 0x1p-32));
  return radius * std::cos(2.0 * std::numbers::pi * static_cast<double>(word[1]) * 0x1p-32);
}

}  // namespace scn

// MD5 digests (RFC 1321), by which a data set is split the same way everywhere.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace support {

/// The digest as 16 bytes, the first of which are the first digits of what md5sum prints. No protection against
/// forgery.
inline std::array<std::uint8_t, 16> md5(std::span<const std::byte> bytes) {
  constexpr std::array<std::array<int, 4>, 4> turns{
      {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
  std::vector<std::byte> text(bytes.begin(), bytes.end());
  text.push_back(std::byte{0x80});
  while (text.size() % 64 != 56) text.push_back({});
  for (std::size_t i = 0; i < 8; ++i) text.push_back(std::byte(std::uint64_t{bytes.size()} * 8 >> 8 * i));
  std::array<std::uint32_t, 4> state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  for (std::size_t block = 0; block < text.size(); block += 64) {
    std::array<std::uint32_t, 16> word{};
    for (std::size_t i = 0; i < 64; ++i) word[i / 4] |= std::to_integer<std::uint32_t>(text[block + i]) << 8 * (i % 4);
    auto [a, b, c, d] = state;
    for (std::size_t step = 0; step < 64; ++step) {
      const std::size_t round = step / 16;
      constexpr std::array<std::size_t, 4> stride{1, 5, 3, 7}, first{0, 1, 5, 0};
      const std::uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                                  : round == 1 ? (b & d) | (c & ~d)
                                  : round == 2 ? b ^ c ^ d
                                               : c ^ (b | ~d);
      const auto sine = static_cast<std::uint32_t>(std::abs(std::sin(double(step) + 1)) * 0x1p32);
      const std::uint32_t sum = a + mixed + word[(stride[round] * step + first[round]) % 16] + sine;
      a = d, d = c, c = b;
      b += std::rotl(sum, turns[round][step % 4]);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  }
  std::array<std::uint8_t, 16> digest{};
  for (std::size_t i = 0; i < 16; ++i) digest[i] = static_cast<std::uint8_t>(state[i / 4] >> 8 * (i % 4));
  return digest;
}

}  // namespace support

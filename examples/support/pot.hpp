// POT files, in which CASIA's database of Chinese handwriting comes: the characters that one person wrote with a pen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/io/file.hpp"
#include "strokes.hpp"

namespace support {

/// The characters of a POT file in memory, labelled with their codes of GB 2312; `file` names it in messages. A
/// character is its size in bytes (16 bits), its code (32 bits), the number of its strokes (16 bits), their points (x
/// and y, 16 bits each; y points down), those of each stroke followed by (-1, 0), and (-1, -1); all little-endian.
/// Throws FormatError with the byte at which a character begins that is otherwise.
inline std::vector<Character> parse_pot(std::span<const std::byte> bytes, const std::string& file) {
  const auto word = [&](std::size_t at) {
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) | std::to_integer<unsigned>(bytes[at + 1])
                                                                                 << 8);
  };
  const auto pair = [&](std::size_t at) {
    return std::pair{static_cast<std::int16_t>(word(at)), static_cast<std::int16_t>(word(at + 2))};
  };
  using Numbers = std::pair<std::int16_t, std::int16_t>;
  constexpr Numbers stroke_end{-1, 0}, character_end{-1, -1};
  std::vector<Character> characters;
  for (std::size_t begin = 0, size = 0; begin < bytes.size(); begin += size) {
    const std::size_t left = bytes.size() - begin;
    size = left < 2 ? 0 : word(begin);
    scn::require<scn::FormatError>(size >= 12 && size % 4 == 0 && size <= left, file, ", byte ", begin,
                                   ": expected a character of 12, 16, 20, ... bytes, got one of ", size,
                                   " in the last ", left, " bytes of the file");
    Character character{word(begin + 2), {}};
    Stroke stroke;
    const std::size_t strokes = word(begin + 6), end = begin + size - 4;
    for (std::size_t at = begin + 8; at < end; at += 4) {
      const auto [x, y] = pair(at);
      if (Numbers{x, y} == stroke_end)
        character.strokes.push_back(std::exchange(stroke, {}));
      else
        stroke.push_back({double(x), -double(y)});
    }
    const bool is_whole = character.strokes.size() == strokes && stroke.empty() && pair(end) == character_end;
    scn::require<scn::FormatError>(is_whole, file, ", byte ", begin, ": expected a character of ", strokes,
                                   " strokes, each of which ends in (-1, 0), and then (-1, -1), got ",
                                   character.strokes.size(), " ends of strokes");
    characters.push_back(std::move(character));
  }
  return characters;
}

/// Throws IoError, FormatError.
inline std::vector<Character> read_pot(const std::string& path) { return parse_pot(scn::read_file(path), path); }

/// The number, from 0, of one of the 3,755 characters of level 1 of GB 2312, the most common ones; nothing for others.
inline std::optional<std::int32_t> gb2312_level_1(std::int32_t code) {
  constexpr std::int32_t characters = 3755, cells = 94;
  const std::int32_t row = (code >> 8) - 0xB0, cell = (code & 0xFF) - 0xA1, number = row * cells + cell;
  if (row < 0 || cell < 0 || cell >= cells || number >= characters) return {};
  return number;
}

}  // namespace support

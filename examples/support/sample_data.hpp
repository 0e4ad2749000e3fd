// Small made-up data sets in the formats of the large ones, for whoever has none of these at hand, and for tests.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "draw.hpp"
#include "scn/io/file.hpp"

namespace support {

namespace detail {

inline void write_text(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  scn::write_file_atomically(path, std::as_bytes(std::span(text)));
}

/// The number as a little-endian file holds it.
template <class Number>
void append_number(std::string& text, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  text.append(bytes, sizeof number);
}

}  // namespace detail

/// POT files of writers 1001 to 1006 and, for the test, 1241 and 1242: of each three times the first 12 characters of
/// GB 2312's level 1, whose strokes are drawn at random, not those of the true characters.
inline void write_sample_characters(const std::string& folder) {
  for (const int writer : {1001, 1002, 1003, 1004, 1005, 1006, 1241, 1242}) {
    std::string text;
    for (std::uint16_t character = 0; character < 36; ++character) {
      Draw form{7, character % 12u}, hand{std::uint64_t(writer), character};
      const double tilt = hand(-0.2, 0.2), size = hand(800, 2000);
      std::string record;
      detail::append_number(record, std::uint32_t(0xB0A1 + character % 12));
      detail::append_number(record, std::uint16_t{4});
      for (int stroke = 0; stroke < 4; ++stroke) {
        for (int point = 0; point < 3; ++point) {
          const double x = form(0, 1) + hand(-0.04, 0.04), y = form(0, 1) + hand(-0.04, 0.04);
          detail::append_number(record, std::int16_t(3000 + size * (x + tilt * y)));
          detail::append_number(record, std::int16_t(3000 + size * y));
        }
        for (const int number : {-1, 0}) detail::append_number(record, std::int16_t(number));
      }
      for (const int number : {-1, -1}) detail::append_number(record, std::int16_t(number));
      detail::append_number(text, std::uint16_t(record.size() + 2));
      text += record;
    }
    detail::write_text(folder + "/" + std::to_string(writer) + "-c.pot", text);
  }
}

/// 48 mugs, of a body and a handle, and 48 tables, of a top and legs, as .pts and .seg files.
inline void write_sample_shapes(const std::string& folder) {
  for (std::uint64_t number = 0; number < 96; ++number) {
    Draw draw{11, number};
    const bool is_mug = number % 2 == 0;
    const double wide = draw(0.3, 0.5), high = draw(0.4, 0.8), thin = draw(0.04, 0.08);
    std::string points, parts;
    for (int i = 0; i < 1200; ++i) {
      const int part = i < 800 ? 1 : 2;
      const double turn = draw(0, 2 * std::numbers::pi), along = draw(0, 1), across = draw(-1, 1), corner = draw(0, 4);
      std::array<double, 3> p{};
      if (is_mug && part == 1)
        p = {wide * std::cos(turn), high * (along - 0.5), wide * std::sin(turn)};
      else if (is_mug)
        p = {wide + 0.25 * std::sin(turn / 2), 0.3 * high * std::cos(turn / 2), thin * across};
      else if (part == 1)
        p = {2 * wide * across, high / 2, wide * std::cos(turn)};
      else
        p = {1.9 * wide * (corner < 2 ? -1 : 1) + thin * std::cos(turn), high * (along - 0.5),
             0.9 * wide * (int(corner) % 2 == 0 ? -1 : 1) + thin * std::sin(turn)};
      char line[80];
      std::snprintf(line, sizeof line, "%.5f %.5f %.5f\n", p[0], p[1], p[2]);
      points += line;
      parts += std::to_string(part) + "\n";
    }
    const std::string name = folder + (is_mug ? "/03797390/" : "/04379243/") + std::to_string(100 + number);
    detail::write_text(name + ".pts", points);
    detail::write_text(name + ".seg", parts);
  }
}

/// Six rooms to train on and two to validate: floor, two walls, one of which has a window, tables and chairs, as pairs
/// of PLY files.
inline void write_sample_rooms(const std::string& folder) {
  for (std::uint64_t number = 0; number < 8; ++number) {
    Draw draw{13, number};
    std::string header = "ply\nformat binary_little_endian 1.0\nelement vertex ", places, labels;
    int vertices = 0;
    // Points of a box's upper side, or of a wall where one side of it has no extent.
    const auto sheet = [&](double x, double y, double z, std::array<double, 3> side, int label, int red, int green,
                           int blue) {
      const double u = side[0] > 0 ? side[0] : side[1], v = side[2] > 0 ? side[2] : side[1];
      for (int i = 0; i < int(u * v * 500); ++i, ++vertices) {
        const double along = draw(0, 1), up = draw(0, 1);
        const std::array<double, 3> p{x + side[0] * along, y + side[1] * (side[0] > 0 ? up : along),
                                      z + side[2] * up + draw(-0.01, 0.01)};
        for (const double coordinate : p) detail::append_number(places, float(coordinate));
        for (const int colour : {red, green, blue}) detail::append_number(places, std::uint8_t(colour + draw(-20, 20)));
        detail::append_number(labels, std::uint16_t(label));
      }
    };
    const double wide = draw(3, 5), deep = draw(3, 5);
    sheet(0, 0, 0, {wide, deep, 0}, 2, 150, 110, 70);
    sheet(0, deep, 0, {wide, 0, 2.5}, 1, 210, 205, 190);
    sheet(wide, 0, 0, {0, deep, 2.5}, 1, 210, 205, 190);
    sheet(0.3 * wide, deep - 0.05, 1, {1, 0, 1}, 9, 140, 180, 230);
    for (int piece = 0; piece < 4; ++piece) {
      const bool is_table = piece < 2;
      const double x = draw(0.2, wide - 1.4), y = draw(0.2, deep - 1.4);
      const double size = is_table ? draw(0.9, 1.2) : draw(0.4, 0.5), top = is_table ? 0.75 : 0.45;
      const int label = is_table ? 7 : 5, red = is_table ? 120 : 60, green = is_table ? 70 : 60;
      sheet(x, y, top, {size, size, 0}, label, red, green, 50);
      for (const double leg : {0.0, size - 0.1}) sheet(x + leg, y + leg, 0, {0.1, 0, top}, label, red, green, 50);
      if (!is_table) sheet(x, y + size, top, {size, 0, 0.5}, label, red, green, 50);
    }
    const std::string name =
        folder + (number < 6 ? "/train/scene" : "/val/scene") + std::to_string(number) + "_vh_clean_2.";
    header += std::to_string(vertices) + "\n";
    const std::string fields =
        "property float x\nproperty float y\nproperty float z\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\n";
    detail::write_text(name + "ply", header + fields + "end_header\n" + places);
    detail::write_text(name + "labels.ply", header + "property ushort label\nend_header\n" + labels);
  }
}

}  // namespace support

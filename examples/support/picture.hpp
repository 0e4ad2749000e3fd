// A picture of red, green and blue bytes: rectangles, text, and a PNG file by libpng.
#pragma once

#include <png.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colour.hpp"
#include "font.hpp"
#include "scn/core/error.hpp"
#include "scn/io/file.hpp"

namespace support {

/// Pixel (0, 0) is at the top left. Whatever is drawn outside is cut off.
class Picture {
 public:
  Picture(int width, int height, Colour background)
      : width_(width), height_(height), pixels_(checked_size(width, height), background) {}

  int width() const { return width_; }
  int height() const { return height_; }
  Colour at(int x, int y) const { return pixels_[index(x, y)]; }

  void rectangle(int x, int y, int width, int height, Colour colour) {
    for (int row = std::max(y, 0); row < std::min(y + height, height_); ++row)
      for (int column = std::max(x, 0); column < std::min(x + width, width_); ++column)
        pixels_[index(column, row)] = colour;
  }

  /// One line of ASCII text whose top left corner is (x, y); each pixel of the font is a square of `size` pixels.
  void text(int x, int y, std::string_view line, Colour colour, int size = 2) {
    for (const char character : line) {
      for (int row = 0; row < glyph_height; ++row)
        for (int column = 0; column < glyph_width; ++column)
          if (glyph_pixel(character, column, row)) rectangle(x + column * size, y + row * size, size, size, colour);
      x += (glyph_width + 1) * size;
    }
  }
  static int text_width(std::string_view line, int size = 2) { return int(line.size()) * (glyph_width + 1) * size; }

  /// Half the size: each pixel is the mean of four, which smooths what was drawn.
  Picture halved() const {
    Picture half(width_ / 2, height_ / 2, {});
    for (int y = 0; y < half.height_; ++y)
      for (int x = 0; x < half.width_; ++x) {
        const Colour a = at(2 * x, 2 * y), b = at(2 * x + 1, 2 * y);
        const Colour c = at(2 * x, 2 * y + 1), d = at(2 * x + 1, 2 * y + 1);
        const auto mean = [&](auto part) {
          return static_cast<std::uint8_t>((a.*part + b.*part + c.*part + d.*part + 2) / 4);
        };
        half.pixels_[half.index(x, y)] = {mean(&Colour::red), mean(&Colour::green), mean(&Colour::blue)};
      }
    return half;
  }

  /// Replaces the file as a whole. Throws scn::IoError if it cannot be written.
  void write_png(const std::string& path) const {
    static_assert(sizeof(Colour) == 3);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width_);
    image.height = static_cast<png_uint_32>(height_);
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::vector<std::byte> bytes(size);
    const int done = png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels_.data(), 0, nullptr);
    scn::require<scn::IoError>(done != 0, path, ": cannot encode the picture: ", std::string_view(image.message));
    scn::write_file_atomically(path, std::span(bytes).first(size));
  }

 private:
  static std::size_t checked_size(int width, int height) {
    scn::require(width > 0 && height > 0, "Picture: expected at least 1 x 1 pixels, got ", width, " x ", height);
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }

  int width_, height_;
  std::vector<Colour> pixels_;
};

}  // namespace support

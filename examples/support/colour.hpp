// A colour of the pictures.
#pragma once

#include <cstdint>

namespace support {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const Colour&, const Colour&) = default;
};

}  // namespace support

// Tests of numbers in the bytes of a file.
#include "scn/io/load_number.hpp"

#include <array>
#include <cstdint>

#include "catch.hpp"

using scn::detail::load_number;

TEST_CASE("A number is read in either byte order, wherever it begins", "[io]") {
  constexpr std::array bytes{std::byte{0xff}, std::byte{0x01}, std::byte{0x02}, std::byte{0x03}, std::byte{0xfe}};
  CHECK(load_number<std::uint16_t>(bytes.data() + 1) == 0x0201);
  CHECK(load_number<std::uint16_t>(bytes.data() + 1, true) == 0x0102);
  CHECK(load_number<std::int32_t>(bytes.data() + 1) == -0x01fcfdff);
  CHECK(load_number<std::int8_t>(bytes.data(), true) == -1);
}

TEST_CASE("A real number keeps its bits", "[io]") {
  constexpr std::array bytes{std::byte{0x3f}, std::byte{0xc0}, std::byte{0}, std::byte{0}};
  CHECK(load_number<float>(bytes.data(), true) == 1.5f);
}

// Tests of the 16-bit number: every one of its values, and how floats are rounded to it.
#include "scn/core/bfloat16.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "catch.hpp"

namespace {

using scn::bfloat16;

TEST_CASE("Every number of bfloat16 survives the way through float", "[core]") {
  int wrong = 0, numbers = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = std::bit_cast<float>(bits << 16);
    numbers += !std::isnan(value);
    wrong += std::isnan(value) ? !std::isnan(static_cast<float>(bfloat16(value))) : bfloat16(value).bits != bits;
  }
  CHECK(wrong == 0);
  CHECK(numbers == 0x10000 - 2 * 127);
}

TEST_CASE("Floats are rounded to the nearest bfloat16, halves to the even one", "[core]") {
  const auto rounded = [](float value) { return static_cast<float>(bfloat16(value)); };
  CHECK(rounded(1 + 0x1p-8f) == 1);
  CHECK(rounded(1 + 0x1p-8f + 0x1p-23f) == 1 + 0x1p-7f);
  CHECK(rounded(1 + 3 * 0x1p-8f) == 1 + 0x1p-6f);
  CHECK(rounded(-1 - 0x1p-8f) == -1);
  CHECK(rounded(0x1p-149f) == 0);
  CHECK(std::signbit(rounded(-0x1p-149f)));
  CHECK(rounded(std::numeric_limits<float>::max()) == std::numeric_limits<float>::infinity());
  CHECK(rounded(-std::numeric_limits<float>::infinity()) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("What is no number stays none, whatever its bits", "[core]") {
  for (const std::uint32_t bits : {0x7f800001u, 0x7fffffffu, 0xff800001u, 0xffffffffu})
    CHECK(std::isnan(static_cast<float>(bfloat16(std::bit_cast<float>(bits)))));
}

TEST_CASE("Arithmetic is that of floats, each result rounded", "[core]") {
  const bfloat16 three(3), third(1.0 / 3);
  CHECK(three + bfloat16(1) == 4);
  CHECK(three - bfloat16(1) == 2);
  CHECK(three * third == static_cast<float>(bfloat16(3 * static_cast<float>(third))));
  CHECK(bfloat16(1) / three == third);
  CHECK(-three == -3);
  CHECK(bfloat16(256) + bfloat16(1) == 256);
}

}  // namespace

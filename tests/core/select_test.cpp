// Tests of the choice without a branch: every bit is that of the chosen number.
#include "scn/core/select.hpp"

#include <bit>
#include <cstdint>
#include <limits>

#include "catch.hpp"

namespace {

using scn::select;

TEST_CASE("A choice between numbers keeps every bit of the chosen one", "[core]") {
  CHECK(select(true, 1.5f, 2.5f) == 1.5f);
  CHECK(select(false, 1.5, 2.5) == 2.5);
  CHECK(select(false, 1, 2) == 2);
  CHECK(std::bit_cast<std::uint64_t>(select(true, -0.0, 1.0)) == std::uint64_t{1} << 63);
  static_assert(select(true, 3.0f, 4.0f) == 3.0f);
}

TEST_CASE("What is not chosen does not matter, infinite or no number", "[core]") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  CHECK(select(true, 1.0f, nan) == 1.0f);
  CHECK(select(false, infinity, 1.0f) == 1.0f);
  CHECK(select(false, 1.0f, infinity) == infinity);
  const float chosen = select(true, nan, 1.0f);
  CHECK(chosen != chosen);
}

}  // namespace

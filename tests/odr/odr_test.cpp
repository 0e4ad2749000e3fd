// The library is one library, however many translation units include it.
#include "catch.hpp"
#include "probe.hpp"

TEST_CASE("two translation units include the whole library and see the same functions and types") {
  REQUIRE(odr::first_probe() == odr::second_probe());
  REQUIRE(odr::first_probe().message(3) == "3");
}

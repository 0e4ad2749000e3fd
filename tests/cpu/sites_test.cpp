// Tests of making sites on the CPU: limits.
#include "scn/cpu/sites.hpp"

#include "catch.hpp"

namespace {

using namespace scn;

TEST_CASE("A level of 2^31 - 1 sites or more is refused", "[cpu][LIM-10]") {
  CHECK_NOTHROW(scn::require_rows(2147483646));
  CHECK_THROWS_AS(scn::require_rows(2147483647), LimitExceeded);
}

}  // namespace

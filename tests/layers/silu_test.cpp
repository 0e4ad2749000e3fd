// Tests of SiLU against the oracle.
#include "scn/layers/silu.hpp"

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("SiLU and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::SiLU::name() == "SiLU");
  CHECK(activation_cases::difference(scn::SiLU(), oracle::silu()) == "");
}

TEST_CASE("SiLU ends at 0 and at the identity without NaN in float") {
  const std::vector<float> x{-1e30f, -200, 0, 200, 1e30f};
  CHECK(activation_cases::values_of(scn::SiLU(), x) == std::vector<double>{0, 0, 0, 200, 1e30f});
  CHECK(activation_cases::slopes_of(scn::SiLU(), x) == std::vector<double>{0, 0, 0.5, 1, 1});
}

}  // namespace

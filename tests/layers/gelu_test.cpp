// Tests of GELU against the oracle.
#include "scn/layers/gelu.hpp"

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("GELU and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::GELU::name() == "GELU");
  CHECK(activation_cases::difference(scn::GELU(), oracle::gelu()) == "");
}

TEST_CASE("GELU ends at 0 and at the identity without NaN in float") {
  const std::vector<float> x{-1e30f, -50, 0, 50, 1e30f};
  CHECK(activation_cases::values_of(scn::GELU(), x) == std::vector<double>{0, 0, 0, 50, 1e30f});
  CHECK(activation_cases::slopes_of(scn::GELU(), x) == std::vector<double>{0, 0, 0.5, 1, 1});
}

TEST_CASE("GELU keeps the digits of its lower tail in float") {
  CHECK(activation_cases::values_of(scn::GELU(), {-6})[0] == Approx(-6 * 9.8658764503769e-10));
}

}  // namespace

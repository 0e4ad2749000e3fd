// Tests of HardSigmoid against the oracle.
#include "scn/layers/hard_sigmoid.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("HardSigmoid and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::HardSigmoid::name() == "HardSigmoid");
  CHECK(activation_cases::difference(scn::HardSigmoid(), oracle::hard_sigmoid()) == "");
}

TEST_CASE("HardSigmoid is cut off at 0 and 1, where it is flat") {
  const std::vector<float> x{-5, -3, 0, 3, 5};
  CHECK(activation_cases::values_of(scn::HardSigmoid(), x) == std::vector<double>{0, 0, 0.5, 1, 1});
  CHECK(activation_cases::slopes_of(scn::HardSigmoid(), x) == std::vector<double>{0, 0, 1.0f / 6.0f, 0, 0});
}

TEST_CASE("HardSigmoid does not hide NaN") {
  CHECK(std::isnan(activation_cases::values_of(scn::HardSigmoid(), {std::numeric_limits<float>::quiet_NaN()})[0]));
}

}  // namespace

// Tests of ReLU and LeakyReLU against the oracle.
#include "scn/layers/relu.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

using activation_cases::slopes_of;
using activation_cases::values_of;

TEST_CASE("ReLU and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(activation_cases::difference(scn::ReLU(), oracle::relu()) == "");
}

TEST_CASE("LeakyReLU and its gradient are the oracle's, with a third as the default") {
  CHECK(activation_cases::difference<2>(scn::LeakyReLU(), oracle::leaky_relu(1.0 / 3.0)) == "");
  CHECK(activation_cases::difference<2>(scn::LeakyReLU(0.05), oracle::leaky_relu(0.05)) == "");
}

TEST_CASE("ReLU and LeakyReLU are exact in float on multiples of their slopes") {
  CHECK(values_of(scn::ReLU(), {-3, -0.f, 0, 5}) == std::vector<double>{0, 0, 0, 5});
  CHECK(values_of(scn::LeakyReLU(0.25), {-3, 0, 5}) == std::vector<double>{-0.75, 0, 5});
}

TEST_CASE("ReLU and LeakyReLU take the lower slope at 0") {
  CHECK(slopes_of(scn::ReLU(), {0, 1}) == std::vector<double>{0, 1});
  CHECK(slopes_of(scn::LeakyReLU(0.5), {0, 1}) == std::vector<double>{0.5, 1});
}

TEST_CASE("ReLU and LeakyReLU do not hide NaN") {
  CHECK(std::isnan(values_of(scn::ReLU(), {std::numeric_limits<float>::quiet_NaN()})[0]));
  CHECK(std::isnan(values_of(scn::LeakyReLU(), {std::numeric_limits<float>::quiet_NaN()})[0]));
}

TEST_CASE("ReLU{} in braces is a layer like any other") {
  CHECK(values_of(scn::ReLU{}, {-1, 1}) == std::vector<double>{0, 1});
}

TEST_CASE("ReLU and LeakyReLU say their names") {
  CHECK(scn::ReLU::name() == "ReLU");
  CHECK(scn::LeakyReLU::name() == "LeakyReLU");
}

}  // namespace

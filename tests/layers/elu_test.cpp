// Tests of ELU against the oracle.
#include "scn/layers/elu.hpp"

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("ELU and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::ELU::name() == "ELU");
  CHECK(activation_cases::difference(scn::ELU(), oracle::elu(1)) == "");
}

TEST_CASE("ELU goes down to minus its alpha") {
  CHECK(activation_cases::difference<2>(scn::ELU(0.25), oracle::elu(0.25)) == "");
  CHECK(activation_cases::values_of(scn::ELU(0.25), {-1e30f, 0, 3}) == std::vector<double>{-0.25, 0, 3});
}

TEST_CASE("ELU takes the slope of its lower side at 0") {
  CHECK(activation_cases::slopes_of(scn::ELU(0.25), {-1e30f, 0, 3}) == std::vector<double>{0, 0.25, 1});
}

TEST_CASE("ELU keeps the digits of values near 0 in float") {
  CHECK(activation_cases::values_of(scn::ELU(), {-1e-10f})[0] == Approx(-1e-10));
}

}  // namespace

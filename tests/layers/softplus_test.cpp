// Tests of Softplus against the oracle.
#include "scn/layers/softplus.hpp"

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("Softplus and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::Softplus::name() == "Softplus");
  CHECK(activation_cases::difference(scn::Softplus(), oracle::softplus()) == "");
}

TEST_CASE("Softplus ends at 0 and at the identity without overflow in float") {
  const std::vector<float> x{-1e30f, -200, 200, 1e30f};
  CHECK(activation_cases::values_of(scn::Softplus(), x) == std::vector<double>{0, 0, 200, 1e30f});
  CHECK(activation_cases::slopes_of(scn::Softplus(), x) == std::vector<double>{0, 0, 1, 1});
}

TEST_CASE("Softplus keeps the digits of its lower tail in float") {
  CHECK(activation_cases::values_of(scn::Softplus(), {-20})[0] == Approx(2.0611536e-9));
}

}  // namespace

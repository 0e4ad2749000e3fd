// Tests of Tanh against the oracle.
#include "scn/layers/tanh.hpp"

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("Tanh and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::Tanh::name() == "Tanh");
  CHECK(activation_cases::difference(scn::Tanh(), oracle::hyperbolic_tangent()) == "");
}

TEST_CASE("Tanh ends at -1 and 1 without NaN in float") {
  CHECK(activation_cases::values_of(scn::Tanh(), {-1e30f, -200, 0, 200, 1e30f}) ==
        std::vector<double>{-1, -1, 0, 1, 1});
}

}  // namespace

// Tests of Sigmoid against the oracle.
#include "scn/layers/sigmoid.hpp"

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("Sigmoid and its gradient are the oracle's, and those of finite differences, in 1 to 4 dimensions") {
  CHECK(scn::Sigmoid::name() == "Sigmoid");
  CHECK(activation_cases::difference(scn::Sigmoid(), oracle::sigmoid()) == "");
}

TEST_CASE("Sigmoid ends at 0 and 1 without NaN in float") {
  CHECK(activation_cases::values_of(scn::Sigmoid(), {-1e30f, -200, 0, 200, 1e30f}) ==
        std::vector<double>{0, 0, 0.5, 1, 1});
}

}  // namespace

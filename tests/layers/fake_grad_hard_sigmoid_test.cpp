// Tests of FakeGradHardSigmoid.
#include "scn/layers/fake_grad_hard_sigmoid.hpp"

#include <limits>

#include "catch.hpp"
#include "support/activation_cases.hpp"

namespace {

TEST_CASE("FakeGradHardSigmoid is a step at 0, and 0 for NaN") {
  const std::vector<float> x{-5, -0.0f, 0, 1e-30f, 5, std::numeric_limits<float>::quiet_NaN()};
  CHECK(activation_cases::values_of(scn::FakeGradHardSigmoid(), x) == std::vector<double>{0, 0, 0, 1, 1, 0});
}

TEST_CASE("FakeGradHardSigmoid lets the gradient through wherever its input lies") {
  const std::vector<float> x{-5, 0, 5};
  CHECK(scn::FakeGradHardSigmoid::name() == "FakeGradHardSigmoid");
  CHECK(activation_cases::slopes_of(scn::FakeGradHardSigmoid(), x) == std::vector<double>{1, 1, 1});
}

TEST_CASE("FakeGradHardSigmoid takes sparse tensors, also without rows") {
  layer_cases::Double device;
  for (const auto& input : layer_cases::inputs(3, 2, 3)) {
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(scn::FakeGradHardSigmoid(), x);
    auto expected = input;
    for (auto& [site, row] : expected)
      for (double& value : row) value = value > 0 ? 1 : 0;
    CHECK(layer_cases::features(y) == expected);
    CHECK(layer_cases::gradient(x) == layer_cases::gradient(y));
  }
}

}  // namespace

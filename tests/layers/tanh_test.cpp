// Tests of Tanh against the oracle.
#include "scn/layers/tanh.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_layers.hpp"

namespace {

using layer_cases::Double;

TEST_CASE("Tanh and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const auto x = layer_cases::tensor<D>(device, input, 3);
      const auto y = layer_cases::pass(scn::Tanh(), x);
      CHECK(oracle::difference(oracle::activate(oracle::hyperbolic_tangent(), input), layer_cases::features(y),
                               layer_cases::tight) == "");
      CHECK(oracle::difference(oracle::activate_backward(oracle::hyperbolic_tangent(), input, layer_cases::gradient(y)),
                               layer_cases::gradient(x), layer_cases::tight) == "");
    }
  });
}

TEST_CASE("Tanh has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    CHECK(layer_cases::gradient_difference(scn::Tanh(),
                                           layer_cases::tensor<D>(device, layer_cases::batch(D, D, 3), 3)) == "");
  });
}

std::vector<double> values_of(const auto& layer, const std::vector<float>& x) {
  scn::Cpu device;
  const scn::Variable<scn::Cpu> input(
      scn::Matrix<scn::Cpu>::from_host(device, 1, static_cast<std::int64_t>(x.size()), std::span<const float>(x)));
  return layer_cases::numbers(layer(input).value());
}

TEST_CASE("Tanh ends at -1 and 1 without NaN in float") {
  CHECK(values_of(scn::Tanh(), {-1e30f, -200, 0, 200, 1e30f}) == std::vector<double>{-1, -1, 0, 1, 1});
}

}  // namespace

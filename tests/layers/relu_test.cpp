// Tests of ReLU and LeakyReLU against the oracle.
#include "scn/layers/relu.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_layers.hpp"

namespace {

using layer_cases::Double;

TEST_CASE("ReLU and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const auto x = layer_cases::tensor<D>(device, input, 3);
      const auto y = layer_cases::pass(scn::ReLU(), x);
      CHECK(oracle::difference(oracle::activate(oracle::relu(), input), layer_cases::features(y), layer_cases::tight) ==
            "");
      CHECK(oracle::difference(oracle::activate_backward(oracle::relu(), input, layer_cases::gradient(y)),
                               layer_cases::gradient(x), layer_cases::tight) == "");
    }
  });
}

TEST_CASE("ReLU has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    CHECK(layer_cases::gradient_difference(scn::ReLU(),
                                           layer_cases::tensor<D>(device, layer_cases::batch(D, D, 3), 3)) == "");
  });
}

std::vector<double> values_of(const auto& layer, const std::vector<float>& x) {
  scn::Cpu device;
  const scn::Variable<scn::Cpu> input(
      scn::Matrix<scn::Cpu>::from_host(device, 1, static_cast<std::int64_t>(x.size()), std::span<const float>(x)));
  return layer_cases::numbers(layer(input).value());
}

TEST_CASE("LeakyReLU and its gradient are the oracle's, with a third as the default") {
  Double device;
  const auto input = layer_cases::batch(7, 2, 3);
  for (const double leakiness : {1.0 / 3.0, 0.05}) {
    const auto layer = leakiness == 0.05 ? scn::LeakyReLU(leakiness) : scn::LeakyReLU();
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(layer, x);
    const auto expected = oracle::leaky_relu(leakiness);
    CHECK(oracle::difference(oracle::activate(expected, input), layer_cases::features(y), layer_cases::tight) == "");
    CHECK(oracle::difference(oracle::activate_backward(expected, input, layer_cases::gradient(y)),
                             layer_cases::gradient(x), layer_cases::tight) == "");
  }
}

TEST_CASE("ReLU and LeakyReLU are exact in float on multiples of their slopes") {
  CHECK(values_of(scn::ReLU(), {-3, -0.f, 0, 5}) == std::vector<double>{0, 0, 0, 5});
  CHECK(values_of(scn::LeakyReLU(0.25), {-3, 0, 5}) == std::vector<double>{-0.75, 0, 5});
}

TEST_CASE("ReLU and LeakyReLU take the lower slope at 0") {
  Double device;
  const auto slope_at_0 = [&](const auto& layer) {
    const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {0, 0, 0}}}, 3);
    const auto y = layer_cases::pass(layer, x);
    return oracle::difference(layer_cases::numbers(y.features.gradient()), layer_cases::numbers(x.features.gradient()));
  };
  CHECK(slope_at_0(scn::LeakyReLU(1)) == "");
  CHECK(slope_at_0(scn::LeakyReLU(0.5)) != "");
  CHECK(slope_at_0(scn::ReLU()) != "");
}

TEST_CASE("ReLU{} in braces is a layer like any other") {
  CHECK(values_of(scn::ReLU{}, {-1, 1}) == std::vector<double>{0, 1});
}

}  // namespace

// Tests of the base of layers that work on rows alone.
#include "scn/layers/row_layer.hpp"

#include "catch.hpp"
#include "scn/layers/relu.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;

TEST_CASE("A row layer gives a variable and sparse tensors of any dimension the same rows") {
  Double device;
  const std::vector<double> expected{0, 2, 3, 0};
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const oracle::Features input{{{0, oracle::Coordinates(D, 1)}, {-1, 2}}, {{0, oracle::Coordinates(D, 2)}, {3, -4}}};
    const auto x = layer_cases::tensor<D>(device, input, 2);
    CHECK(layer_cases::numbers(scn::ReLU()(x).features.value()) == expected);
    CHECK(layer_cases::numbers(scn::ReLU()(x.features).value()) == expected);
  });
}

TEST_CASE("A row layer keeps the number of samples of an empty input") {
  Double device;
  const auto y = scn::ReLU()(layer_cases::tensor<3>(device, {}, 2, {}, 4));
  CHECK((y.rows().bound == 0 && y.channels() == 2 && y.samples() == 4));
}

TEST_CASE("Required channels are named with those that came") {
  Double device;
  const scn::Variable<Double> x(scn::Matrix<Double>::zeros(device, 1, 3));
  scn::require_channels("Layer", x, 3);
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::require_channels("Layer", x, 5); }) ==
        "Layer: input has 3 channels, expected 5");
}

TEST_CASE("A matrix without rows has any number of channels") {
  Double device;
  CHECK_NOTHROW(scn::require_channels("Layer", scn::Variable<Double>(scn::Matrix<Double>::zeros(device, 0, 3)), 5));
}

}  // namespace

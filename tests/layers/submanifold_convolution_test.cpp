// Tests of SubmanifoldConvolution against the oracle, in 1 to 4 dimensions; convolution_dimensions_test.cpp has the
// others.
#include "scn/layers/submanifold_convolution.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using scn::SubmanifoldConvolution;

/// "" if the layer of this size agrees with the oracle on the input.
template <int D>
std::string difference(Double& device, const Point<D>& size, const oracle::Features& input,
                       const scn::ConvolutionSettings& settings) {
  const SubmanifoldConvolution<D, Double> layer(device, 2, 4, size, settings);
  layer_cases::randomize<Double>(layer, 3);
  const auto sites = oracle::sites_of(input);
  const auto pairs = oracle::pairs_between(sites, sites, oracle::submanifold_window(library::axes(size)));
  return layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 2), sites, pairs);
}

TEST_CASE("SubmanifoldConvolution and its gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 2)) {
      INFO(input.size() << " sites");
      CHECK(difference<D>(device, 3, input, {}) == "");
      CHECK(difference<D>(device, library::cycle<D>({1, 5, 2}), input, {.bias = false, .groups = 2}) == "");
      CHECK(difference<D>(device, library::cycle<D>({4, 2}), input, {}) == "");
    }
  });
}

TEST_CASE("SubmanifoldConvolution of an even size reaches one step further down than up") {
  Double device;
  const SubmanifoldConvolution<1, Double> layer(device, 1, 1, 2, {.bias = false});
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {10, 1});
  const auto x = layer_cases::tensor<1>(device, {{{0, {4}}, {1}}, {{0, {5}}, {2}}}, 1);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {4}}, {1}}, {{0, {5}}, {12}}});
}

TEST_CASE("SubmanifoldConvolution has the gradients of finite differences") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const SubmanifoldConvolution<D, Double> layer(device, 2, 2, 3);
    layer_cases::randomize<Double>(layer, 6);
    CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<D>(device, layer_cases::batch(5, D, 2), 2)) ==
          "");
  });
}

TEST_CASE("SubmanifoldConvolution keeps sites, extent and rulebook") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1, {.low = 0, .high = 6}), 1, Point<2>{7, 8});
  const auto y = SubmanifoldConvolution<2, Double>(device, 1, 1, 3)(x);
  CHECK((y.sites == x.sites && y.rulebook == x.rulebook && y.extent() == Point<2>{7, 8}));
}

TEST_CASE("SubmanifoldConvolutions of one size share a map, of two sizes they do not") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  const SubmanifoldConvolution<2, Double> first(device, 1, 1, 3), second(device, 1, 1, 3), wider(device, 1, 1, {3, 5});
  second(first(x));
  CHECK(x.rulebook->size() == 1);
  wider(x);
  CHECK(x.rulebook->size() == 2);
}

TEST_CASE("SubmanifoldConvolution gives input features no gradient that need none") {
  Double device;
  const SubmanifoldConvolution<2, Double> layer(device, 1, 1, 3);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  x.features.set_needs_gradient(false);
  layer_cases::pass(layer, x);
  CHECK_FALSE(x.features.has_gradient());
  CHECK(layer_cases::parameters<Double>(layer).find("weight")->variable.has_gradient());
}

TEST_CASE("SubmanifoldConvolution gives frozen parameters no gradient") {
  Double device;
  const SubmanifoldConvolution<2, Double> layer(device, 1, 1, 3);
  const auto all = layer_cases::parameters<Double>(layer);
  all.find("weight")->variable.set_needs_gradient(false);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  layer_cases::pass(layer, x);
  CHECK_FALSE(all.find("weight")->variable.has_gradient());
  CHECK(all.find("bias")->variable.has_gradient());
  CHECK(x.features.has_gradient());
}

TEST_CASE("SubmanifoldConvolution records nothing when nothing needs a gradient") {
  Double device;
  const SubmanifoldConvolution<2, Double> layer(device, 1, 1, 3);
  for (const auto& parameter : layer_cases::parameters<Double>(layer)) parameter.variable.set_needs_gradient(false);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  x.features.set_needs_gradient(false);
  scn::Tape tape;
  layer(x, &tape);
  CHECK(tape.size() == 0);
}

TEST_CASE("SubmanifoldConvolution refuses other channels, names both numbers, and works afterwards") {
  Double device;
  const SubmanifoldConvolution<3, Double> layer(device, 2, 1, 3);
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 3), 3);
  const auto before = layer_cases::features(x);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "SubmanifoldConvolution<3>: input has 3 channels, expected 2");
  CHECK((layer_cases::features(x) == before && x.rulebook->size() == 0));
  CHECK(layer(layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 2), 2)).channels() == 1);
}

TEST_CASE("SubmanifoldConvolution refuses a size of 0") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          SubmanifoldConvolution<3, Double>(device, 1, 1, {3, 0, 3});
        }) ==
        "SubmanifoldConvolution<3>: a window needs sizes, strides and dilations of at least 1, got size (3, 0, 3), "
        "stride (1, 1, 1), dilation (1, 1, 1), pad (1, 0, 1)");
}

TEST_CASE("SubmanifoldConvolution refuses 2^31 taps before it draws weights") {
  Double device;
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          SubmanifoldConvolution<2, Double>(device, 1, 1, {65536, 32768});
        }) == "SubmanifoldConvolution<2>: a window of size (65536, 32768) has more than 2147483647 taps");
  CHECK(device.draws == 0);
}

}  // namespace

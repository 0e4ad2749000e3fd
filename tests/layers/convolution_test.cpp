// Tests of Convolution against the oracle, in 1 to 4 dimensions; convolution_dimensions_test.cpp has the others.
#include "scn/layers/convolution.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Convolution;
using scn::Point;

/// "" if the layer agrees with the oracle on the input.
template <int D>
std::string difference(Double& device, const Point<D>& size, const Point<D>& stride, const oracle::Features& input,
                       const scn::ConvolutionSettings& settings = {}, std::optional<Point<D>> extent = {}) {
  const Convolution<D, Double> layer(device, 2, 4, size, stride, settings);
  layer_cases::randomize<Double>(layer, 3);
  const auto window = oracle::strided_window(library::axes(size), library::axes(stride));
  const auto sites = oracle::sites_of(input), outputs = oracle::reached(sites, window, library::axes(extent));
  return layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 2, extent), outputs,
                                             oracle::pairs_between(sites, outputs, window));
}

TEST_CASE("Convolution and its gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 2)) {
      INFO(input.size() << " sites");
      CHECK(difference<D>(device, 2, 2, input) == "");
      CHECK(difference<D>(device, 3, 2, input, {.bias = false, .groups = 2}) == "");
      CHECK(difference<D>(device, library::cycle<D>({4, 1, 2}), library::cycle<D>({1, 3, 2}), input) == "");
    }
  });
}

TEST_CASE("Convolution whose stride passes its size skips the sites in between") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(20 + D, D, 2)) CHECK(difference<D>(device, 1, 2, input) == "");
  });
}

TEST_CASE("Convolution within an extent is the oracle's, clipped") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(30 + D, D, 2, {.low = 0, .high = 7}))
      CHECK(difference<D>(device, 3, 2, input, {}, Point<D>(8)) == "");
  });
}

TEST_CASE("Convolution has the gradients of finite differences") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const Convolution<D, Double> layer(device, 2, 2, 3, 2);
    layer_cases::randomize<Double>(layer, 6);
    CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<D>(device, layer_cases::batch(5, D, 2), 2)) ==
          "");
  });
}

TEST_CASE("Convolution gives the output extent to its sites") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1, {.low = 0, .high = 6}), 1, Point<2>{7, 8});
  CHECK(Convolution<2, Double>(device, 1, 1, 3, 2)(x).extent() == Point<2>{3, 3});
}

TEST_CASE("Convolution says which extent of inputs gives an extent of outputs") {
  Double device;
  CHECK(Convolution<2, Double>(device, 1, 1, {3, 2}, {2, 3}).input_size({10, 4}) == Point<2>{21, 11});
}

TEST_CASE("Convolutions of one window from the same sites lead to the same sites") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  const Convolution<2, Double> first(device, 1, 1, 3, 2), second(device, 1, 1, 3, 2), other(device, 1, 1, 2, 2);
  CHECK(first(x).sites == second(x).sites);
  CHECK(first(x).sites != other(x).sites);
}

TEST_CASE("Convolution refuses other channels, and works afterwards") {
  Double device;
  const Convolution<3, Double> layer(device, 2, 1, 2, 2);
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 3), 3);
  const auto before = layer_cases::features(x);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) == "Convolution<3>: input has 3 channels, expected 2");
  CHECK((layer_cases::features(x) == before && x.rulebook->size() == 0));
  CHECK(layer(layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 2), 2)).channels() == 1);
}

TEST_CASE("Convolution refuses a window larger than the extent, and works afterwards") {
  Double device;
  const Convolution<2, Double> layer(device, 1, 1, 4, 2);
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {1}}}, 1, Point<2>{3, 9});
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "Convolution<2>: a window of size (4, 4), stride (2, 2), dilation (1, 1), pad (0, 0) does not fit into the "
        "extent (3, 9)");
  CHECK(x.rulebook->size() == 0);
  CHECK(layer(layer_cases::tensor<2>(device, {{{0, {1, 2}}, {1}}}, 1, Point<2>{4, 9})).extent() == Point<2>{1, 3});
}

TEST_CASE("Convolution refuses a stride of 0") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Convolution<1, Double>(device, 1, 1, 2, 0); }) ==
        "Convolution<1>: a window needs sizes, strides and dilations of at least 1, got size (2), stride (0), dilation "
        "(1), pad (0)");
}

TEST_CASE("Convolution refuses 2^31 taps") {
  Double device;
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          Convolution<3, Double>(device, 1, 1, {2048, 2048, 512}, 2);
        }) == "Convolution<3>: a window of size (2048, 2048, 512) has more than 2147483647 taps");
}

TEST_CASE("Convolution refuses an output extent whose inputs pass int32") {
  Double device;
  const Convolution<1, Double> layer(device, 1, 1, 2, 2);
  CHECK(thrown_message<scn::LimitExceeded>([&] { layer.input_size(1 << 30 | 1); }) ==
        "Convolution<1>: the extent that leads to (1073741825) through size (2), stride (2), dilation (1), pad (0) "
        "passes the range of int32");
}

}  // namespace

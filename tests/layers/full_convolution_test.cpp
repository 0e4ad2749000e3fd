// Tests of FullConvolution against the oracle, in 1 to 4 dimensions; convolution_dimensions_test.cpp has the others.
#include "scn/layers/full_convolution.hpp"

#include <type_traits>

#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Convolution;
using scn::Deconvolution;
using scn::FullConvolution;
using scn::Point;
using scn::Window;

/// "" if the layer agrees with the oracle on the input.
template <int D>
std::string difference(Double& device, const FullConvolution<D, Double>& layer, const oracle::Features& input,
                       std::optional<Point<D>> extent = {}) {
  layer_cases::randomize<Double>(layer, 3);
  const auto window = library::window(layer.window());
  const auto sites = oracle::sites_of(input), outputs = oracle::seen(sites, window, library::axes(extent));
  return layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 2, extent), outputs,
                                             oracle::transposed(oracle::pairs_between(outputs, sites, window)));
}

TEST_CASE("FullConvolution and its gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    using Layer = FullConvolution<D, Double>;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 2)) {
      INFO(input.size() << " sites");
      CHECK(difference(device, Layer(device, 2, 4, 2, 2), input) == "");
      CHECK(difference(device, Layer(device, 2, 4, 3, 2, {.bias = false, .groups = 2}), input) == "");
      CHECK(difference(device, Layer(device, 2, 4, library::cycle<D>({4, 1, 2}), library::cycle<D>({1, 3, 2})),
                       input) == "");
    }
  });
}

TEST_CASE("FullConvolution of a padded, dilated window is the oracle's, within an extent and without one") {
  Double device;
  library::for_each_dimension<3>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const Window<D> window{.size = library::cycle<D>({3, 2}),
                           .stride = 2,
                           .dilation = library::cycle<D>({1, 3}),
                           .pad = library::cycle<D>({1, 0, 2})};
    for (const auto& input : layer_cases::inputs(30 + D, D, 2, {.low = 0, .high = 7})) {
      CHECK(difference(device, FullConvolution<D, Double>(device, 2, 4, window), input) == "");
      CHECK(difference(device, FullConvolution<D, Double>(device, 2, 4, window), input, {Point<D>(8)}) == "");
    }
  });
}

TEST_CASE("FullConvolution of a cross spreads over the taps of the cross alone") {
  Double device;
  for (const auto& input : layer_cases::inputs(7, 2, 2))
    CHECK(difference(device, FullConvolution<2, Double>(device, 2, 4, scn::Cross<2>(3), 2), input) == "");
}

TEST_CASE("FullConvolution of size 3 and stride 2 leads from sites 0 and 2 to 0, 1, 2, 4, 5 and 6") {
  Double device;
  const FullConvolution<1, Double> layer(device, 1, 1, 3, 2, {.bias = false});
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {1, 10, 100});
  const auto y = layer(layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{0, {2}}, {2}}}, 1, Point<1>(3)));
  CHECK(
      layer_cases::features(y) ==
      oracle::Features{
          {{0, {0}}, {1}}, {{0, {1}}, {10}}, {{0, {2}}, {100}}, {{0, {4}}, {2}}, {{0, {5}}, {20}}, {{0, {6}}, {200}}});
  CHECK(y.extent() == Point<1>(7));
}

TEST_CASE("FullConvolution has the gradients of finite differences") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const FullConvolution<D, Double> layer(device, 2, 2, 3, 2);
    layer_cases::randomize<Double>(layer, 6);
    CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<D>(device, layer_cases::batch(5, D, 2), 2)) ==
          "");
  });
}

TEST_CASE("FullConvolution keeps the history: ways back and the points of the input are still there") {
  Double device;
  const auto fine = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  const Convolution<2, Double> down(device, 1, 1, 2, 2);
  const auto coarse = down(fine), full = FullConvolution<2, Double>(device, 1, 1, 3, 2)(coarse);
  CHECK((full.rulebook == fine.rulebook && full.rows().bound > fine.rows().bound));
  CHECK(Deconvolution<2, Double>(device, 1, 1, 2, 2)(coarse).sites == fine.sites);
  CHECK(down(full, fine.sites).sites == full.rulebook->input().sites);
}

TEST_CASE("FullConvolutions of one window from the same sites lead to the same sites, of size and stride 1 to those") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  const FullConvolution<2, Double> first(device, 1, 1, 3, 2), second(device, 1, 1, 3, 2), other(device, 1, 1, 2, 2);
  CHECK(first(x).sites == second(x).sites);
  CHECK(first(x).sites != other(x).sites);
  CHECK(FullConvolution<2, Double>(device, 1, 1, 1, 1)(x).sites == x.sites);
}

TEST_CASE("FullConvolution onto given sites gives the bias alone to those that no window sees") {
  Double device;
  const FullConvolution<1, Double> layer(device, 1, 1, 2, 2);
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {1, 10});
  layer_cases::set(layer_cases::parameters<Double>(layer).find("bias")->variable, {1000});
  const auto x = layer_cases::tensor<1>(device, {{{0, {-1}}, {3}}}, 1);
  const auto outputs = library::make_sites<1>(device, std::vector<oracle::Site>{{0, {-1}}, {0, {4}}, {1, {-1}}});
  CHECK(layer_cases::features(layer(x, outputs)) ==
        oracle::Features{{{0, {-1}}, {1030}}, {{0, {4}}, {1000}}, {{1, {-1}}, {1000}}});
}

TEST_CASE("Defect 21, mended: Deconvolution and FullConvolution run with each other's weights", "[quirk 21]") {
  Double device;
  const Deconvolution<2, Double> deconvolution(device, 2, 3, 3, 2);
  const FullConvolution<2, Double> full(device, 2, 3, 3, 2);
  layer_cases::randomize<Double>(deconvolution, 1);
  layer_cases::randomize<Double>(full, 1);
  const auto x =
      Convolution<2, Double>(device, 2, 2, 3, 2)(layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 2), 2));
  CHECK(deconvolution.full_forward(x).sites == full(x).sites);
  CHECK(full.deconvolution_forward(x).sites == deconvolution(x).sites);
  CHECK(layer_cases::features(deconvolution.full_forward(x)) == layer_cases::features(full(x)));
  CHECK(layer_cases::features(full.deconvolution_forward(x)) == layer_cases::features(deconvolution(x)));
}

TEST_CASE("TransposeConvolution is the same layer") {
  CHECK(std::is_same_v<scn::TransposeConvolution<3>, FullConvolution<3>>);
  CHECK(FullConvolution<3>::name() == "FullConvolution<3>");
}

TEST_CASE("Defect 7, mended: FullConvolution says which whole extent gives an extent of outputs, or that none does") {
  Double device;
  CHECK(FullConvolution<2, Double>(device, 1, 1, {3, 2}, 2).input_size({21, 10}) == Point<2>{10, 5});
  const FullConvolution<1, Double> layer(device, 1, 1, 2, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer.input_size(5); }) ==
        "FullConvolution<1>: a window of size (2), stride (2), dilation (1), pad (0) does not divide the extent (5) "
        "without a remainder");
  const auto x = layer_cases::tensor<1>(device, {{{0, {2}}, {1}}}, 1, layer.input_size(6));
  CHECK(layer(x).extent() == Point<1>(6));
}

TEST_CASE("FullConvolution refuses other channels, and works afterwards") {
  Double device;
  const FullConvolution<3, Double> layer(device, 2, 1, 2, 2);
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 3), 3);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "FullConvolution<3>: input has 3 channels, expected 2");
  CHECK(x.rulebook->size() == 0);
  CHECK(layer(layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 2), 2)).channels() == 1);
}

TEST_CASE("FullConvolution refuses an extent of outputs beyond int32") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {2}}, {1}}}, 1, Point<1>(1 << 30 | 1));
  CHECK(thrown_message<scn::LimitExceeded>([&] { FullConvolution<1, Double>(device, 1, 1, 2, 2)(x); }) ==
        "FullConvolution<1>: the extent that leads to (1073741825) through size (2), stride (2), dilation (1), pad (0) "
        "passes the range of int32");
  CHECK(x.rulebook->size() == 0);
}

TEST_CASE("FullConvolution refuses padding that leaves nothing of an extent") {
  Double device;
  const FullConvolution<1, Double> layer(device, 1, 1, Window<1>{.size = 3, .pad = 2});
  const auto tensor = [&](std::int32_t extent) {
    return layer_cases::tensor<1>(device, {{{0, {1}}, {1}}}, 1, Point<1>(extent));
  };
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(tensor(2)); }) ==
        "FullConvolution<1>: the padding of a window of size (3), stride (1), dilation (1), pad (2) leaves nothing of "
        "the extent (2)");
  CHECK(layer_cases::features(layer(tensor(3))).size() == 1);
}

TEST_CASE("FullConvolution refuses a window that is none, and groups that divide no channels") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { FullConvolution<1, Double>(device, 1, 1, 2, 0); }) ==
        "FullConvolution<1>: a window needs sizes, strides and dilations of at least 1, got size (2), stride (0), "
        "dilation (1), pad (0)");
  CHECK(thrown_message<scn::InvalidArgument>([&] { FullConvolution<1, Double>(device, 2, 3, 2, 2, {.groups = 2}); }) ==
        "FullConvolution<1>: 2 groups do not divide the channels 2 and 3");
}

}  // namespace

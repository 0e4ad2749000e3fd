// Tests of Deconvolution against the oracle, in 1 to 4 dimensions; convolution_dimensions_test.cpp has the others.
#include "scn/layers/deconvolution.hpp"

#include "catch.hpp"
#include "scn/layers/average_pooling.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::AveragePooling;
using scn::Deconvolution;
using scn::Point;

/// A tensor of two channels on the sites that a strided layer reaches from `fine`.
template <int D>
scn::SparseTensor<D, Double> coarse(Double& device, const oracle::Features& fine, const Point<D>& size,
                                    const Point<D>& stride, std::optional<Point<D>> extent = {}) {
  const AveragePooling<D, Double> pooling(device, size, stride);
  const auto x = pooling(layer_cases::tensor<D>(device, fine, 2, extent));
  x.features.set_needs_gradient(true);
  return x;
}

/// "" if the way back to `fine` agrees with the oracle.
template <int D>
std::string difference(Double& device, const Point<D>& size, const Point<D>& stride, const oracle::Features& fine,
                       const scn::ConvolutionSettings& settings = {}, std::optional<Point<D>> extent = {}) {
  const Deconvolution<D, Double> layer(device, 2, 4, size, stride, settings);
  layer_cases::randomize<Double>(layer, 3);
  const auto window = oracle::strided_window(library::axes(size), library::axes(stride));
  const auto outputs = oracle::sites_of(fine), sites = oracle::reached(outputs, window, library::axes(extent));
  return layer_cases::convolution_difference(layer, coarse<D>(device, fine, size, stride, extent), outputs,
                                             oracle::transposed(oracle::pairs_between(outputs, sites, window)));
}

TEST_CASE("Deconvolution and its gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& fine : layer_cases::inputs(10 + D, D, 2)) {
      INFO(fine.size() << " sites");
      CHECK(difference<D>(device, 2, 2, fine) == "");
      CHECK(difference<D>(device, 3, 2, fine, {.bias = false, .groups = 2}) == "");
      CHECK(difference<D>(device, library::cycle<D>({4, 1, 2}), library::cycle<D>({1, 3, 2}), fine) == "");
    }
  });
}

TEST_CASE("Deconvolution within an extent gives the bias alone to sites that no window covers") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& fine : layer_cases::inputs(30 + D, D, 2, {.low = 0, .high = 7}))
      CHECK(difference<D>(device, 3, 2, fine, {}, Point<D>(8)) == "");
  });
}

TEST_CASE("Deconvolution of no coarse site at all gives the bias, and zeros as gradient of the weights") {
  Double device;
  const Deconvolution<1, Double> layer(device, 2, 1, 2, 2);
  const auto bias = layer_cases::parameters<Double>(layer).find("bias")->variable;
  layer_cases::set(bias, {5});
  const auto x = coarse<1>(device, {{{0, {4}}, {1, 2}}}, 2, 2, Point<1>(5));
  REQUIRE(x.rows().bound == 0);
  const auto y = layer_cases::pass(layer, x);
  CHECK(layer_cases::features(y) == oracle::Features{{{0, {4}}, {5}}});
  CHECK(layer_cases::numbers(layer_cases::parameters<Double>(layer).find("weight")->variable.gradient()) ==
        std::vector<double>(4, 0.0));
  CHECK(layer_cases::numbers(bias.gradient()) == layer_cases::numbers(y.features.gradient()));
}

TEST_CASE("Deconvolution has the gradients of finite differences") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const Deconvolution<D, Double> layer(device, 2, 2, 3, 2);
    layer_cases::randomize<Double>(layer, 6);
    CHECK(layer_cases::gradient_difference(layer, coarse<D>(device, layer_cases::batch(5, D, 2), 3, 2)) == "");
  });
}

TEST_CASE("Deconvolution leads to the very sites that the strided layer started from") {
  Double device;
  const auto fine = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 2), 2);
  const auto x = AveragePooling<2, Double>(device, 3, 2)(fine);
  const auto y = Deconvolution<2, Double>(device, 2, 1, 3, 2)(x);
  CHECK((y.sites == fine.sites && y.rulebook == fine.rulebook));
}

TEST_CASE("Deconvolution refuses sites that no strided layer of its window led to, and works afterwards") {
  Double device;
  const auto fine = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 2), 2);
  const Deconvolution<2, Double> layer(device, 2, 1, 3, 2);
  const std::string expected =
      "Deconvolution<2>: no strided layer with a window of size (3, 3), stride (2, 2), dilation (1, 1), pad (0, 0) led "
      "to these sites, so there is no way back through it";
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(fine); }) == expected);
  const auto other = AveragePooling<2, Double>(device, 2, 2)(fine);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(other); }) == expected);
  CHECK(layer(AveragePooling<2, Double>(device, 3, 2)(fine)).sites == fine.sites);
}

TEST_CASE("Deconvolution refuses other channels") {
  Double device;
  const auto x = coarse<2>(device, layer_cases::batch(4, 2, 2), 2, 2);
  const Deconvolution<2, Double> layer(device, 3, 1, 2, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "Deconvolution<2>: input has 2 channels, expected 3");
}

TEST_CASE("Deconvolution refuses a window that is none") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Deconvolution<1, Double>(device, 1, 1, -2, 1); }) ==
        "Deconvolution<1>: a window needs sizes, strides and dilations of at least 1, got size (-2), stride (1), "
        "dilation (1), pad (0)");
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          Deconvolution<2, Double>(device, 1, 1, {65536, 32768}, 1);
        }) == "Deconvolution<2>: a window of size (65536, 32768) has more than 2147483647 taps");
}

TEST_CASE("Deconvolution says which extent of inputs gives an extent of outputs") {
  Double device;
  CHECK(Deconvolution<2, Double>(device, 1, 1, {3, 2}, 2).input_size({21, 10}) == Point<2>{10, 5});
}

TEST_CASE("Deconvolution refuses an output extent that no input extent gives") {
  Double device;
  const Deconvolution<1, Double> layer(device, 1, 1, 2, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer.input_size(5); }) ==
        "Deconvolution<1>: a window of size (2), stride (2), dilation (1), pad (0) does not divide the extent (5) "
        "without a remainder");
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer.input_size(1); }) ==
        "Deconvolution<1>: a window of size (2), stride (2), dilation (1), pad (0) does not fit into the extent (1)");
}

}  // namespace

// Tests of what a window can ask of Deconvolution: the way back of any window, given outputs, groups.
#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using oracle::Axes;
using scn::Convolution;
using scn::Deconvolution;
using scn::Point;
using scn::Window;

/// Windows of every kind, each with the oracle's relation.
template <int D>
std::vector<std::pair<Window<D>, oracle::Window>> windows() {
  const auto size = library::cycle<D>({3, 2}), stride = library::cycle<D>({2, 1, 3}),
             pad = library::cycle<D>({1, 0, 2});
  const auto dilation = library::cycle<D>({1, 3});
  const scn::Taps<D> list({Point<D>(-1), library::cycle<D>({3, 0}), Point<D>(0)});
  return {{{.size = size, .stride = stride, .dilation = dilation, .pad = pad},
           {library::axes(size), library::axes(stride), library::axes(dilation), library::axes(pad)}},
          {strided_window(list, stride),
           oracle::offsets_window({Axes(D, -1), library::axes(library::cycle<D>({3, 0})), Axes(D, 0)},
                                  library::axes(stride))}};
}

TEST_CASE("Deconvolution leads back through padding, dilation and lists of taps, as the oracle says") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const auto& fine : layer_cases::inputs(10 + D, D, 4))
      for (const auto& [window, same] : windows<D>()) {
        INFO(to_string(window) << ", " << fine.size() << " sites");
        const auto x = Convolution<D, Double>(device, 4, 4, window)(layer_cases::tensor<D>(device, fine, 4));
        x.features.set_needs_gradient(true);
        const Deconvolution<D, Double> layer(device, 4, 2, window, {.groups = 2});
        layer_cases::randomize<Double>(layer, 3);
        const auto outputs = oracle::sites_of(fine), sites = oracle::reached(outputs, same);
        CHECK(layer_cases::convolution_difference(
                  layer, x, outputs, oracle::transposed(oracle::pairs_between(outputs, sites, same))) == "");
      }
  });
}

TEST_CASE("Deconvolution depthwise is the oracle's") {
  Double device;
  const auto fine = layer_cases::batch(4, 3, 4);
  const auto x = Convolution<3, Double>(device, 4, 4, 2, 2)(layer_cases::tensor<3>(device, fine, 4));
  x.features.set_needs_gradient(true);
  const auto window = oracle::strided_window({2, 2, 2}, {2, 2, 2});
  const auto outputs = oracle::sites_of(fine), sites = oracle::reached(outputs, window);
  for (const std::int64_t out : {4, 8}) {
    x.features.clear_gradient();
    const Deconvolution<3, Double> layer(device, 4, out, 2, 2, {.groups = 4});
    layer_cases::randomize<Double>(layer, 3);
    CHECK(layer_cases::convolution_difference(layer, x, outputs,
                                              oracle::transposed(oracle::pairs_between(outputs, sites, window))) == "");
  }
}

TEST_CASE("Deconvolution leads back from a strided SubmanifoldConvolution of its window") {
  Double device;
  const auto window = scn::submanifold_window<2>(3, 1, 2);
  const auto fine = layer_cases::batch(4, 2, 2);
  const auto x = scn::SubmanifoldConvolution<2, Double>(device, 2, 2, window)(layer_cases::tensor<2>(device, fine, 2));
  x.features.set_needs_gradient(true);
  const Deconvolution<2, Double> layer(device, 2, 3, window);
  layer_cases::randomize<Double>(layer, 3);
  const oracle::Window same{{3, 3}, {2, 2}, {1, 1}, {1, 1}};
  const auto outputs = oracle::sites_of(fine);
  CHECK(layer_cases::convolution_difference(
            layer, x, outputs,
            oracle::transposed(oracle::pairs_between(outputs, oracle::floored(outputs, same), same))) == "");
}

TEST_CASE("Deconvolution leads back to negative coordinates through the right taps") {
  Double device;
  const Deconvolution<1, Double> layer(device, 1, 1, 2, 2, {.bias = false});
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {1, 10});
  const Convolution<1, Double> down(device, 1, 1, 2, 2, {.bias = false});
  layer_cases::set(layer_cases::parameters<Double>(down).find("weight")->variable, {1, 1});
  const auto x = layer_cases::tensor<1>(device, {{{0, {-3}}, {2}}, {{0, {-2}}, {3}}, {{0, {0}}, {4}}}, 1);
  CHECK(layer_cases::features(layer(down(x))) ==
        oracle::Features{{{0, {-3}}, {20}}, {{0, {-2}}, {3}}, {{0, {0}}, {4}}});
}

TEST_CASE("Deconvolution onto given sites is the oracle's, without a strided layer before it") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto other = layer_cases::tensor<D>(device, layer_cases::batch(71, D, 1, {.low = -9, .high = 9}), 1);
    const auto outputs = oracle::set_of(library::sites_of(*other.sites));
    for (const auto& input : layer_cases::inputs(70, D, 4))
      for (const auto& [window, same] : windows<D>()) {
        INFO(to_string(window) << ", " << input.size() << " sites");
        const auto pairs = oracle::transposed(oracle::pairs_between(outputs, oracle::sites_of(input), same));
        const Deconvolution<D, Double> layer(device, 4, 2, window);
        layer_cases::randomize<Double>(layer, 3);
        const auto y = layer(layer_cases::tensor<D>(device, input, 4), other.sites);
        CHECK(y.sites == other.sites);
        CHECK(oracle::difference(oracle::convolve(layer_cases::oracle_of<Double>(layer), input, outputs, pairs),
                                 layer_cases::features(y), layer_cases::tight) == "");
      }
  });
}

TEST_CASE("Deconvolution onto given sites has the gradients of finite differences") {
  Double device;
  const auto other = layer_cases::tensor<2>(device, layer_cases::batch(71, 2, 1), 1);
  struct Onto : Deconvolution<2, Double> {
    using Deconvolution::operator();
    std::shared_ptr<const scn::Sites<2, Double>> sites;
    scn::SparseTensor<2, Double> operator()(const scn::SparseTensor<2, Double>& x, scn::Tape* tape) const {
      return (*this)(x, sites, tape);
    }
  };
  const Onto layer{{device, 2, 2, 3, 2}, other.sites};
  layer_cases::randomize<Double>(layer, 6);
  CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 2), 2)) == "");
}

TEST_CASE("Defect 10, mended: Deconvolution to where no strided layer came from is refused, and destroys nothing",
          "[quirk 10]") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {1}}, {5}}}, 1, Point<1>(4));
  CHECK_THROWS_AS((Deconvolution<1, Double>(device, 1, 1, 2, 2)(x)), scn::InvalidArgument);
  CHECK((x.rulebook->size() == 0 && layer_cases::features(x) == oracle::Features{{{0, {1}}, {5}}}));
  const Window<1> plain{.size = 2, .stride = 2}, padded{.size = 2, .stride = 2, .pad = 1};
  const auto y = Convolution<1, Double>(device, 1, 1, plain)(x);
  CHECK(thrown_message<scn::InvalidArgument>([&] { Deconvolution<1, Double>(device, 1, 1, padded)(y); }) ==
        "Deconvolution<1>: no strided layer with a window of size (2), stride (2), dilation (1), pad (1) led to these "
        "sites, so there is no way back through it");
}

TEST_CASE("Defect 7, mended: Deconvolution says which whole extent gives an extent through padding and dilation",
          "[quirk 7]") {
  Double device;
  const Deconvolution<1, Double> layer(device, 1, 1, Window<1>{.size = 3, .stride = 2, .dilation = 2, .pad = 1});
  CHECK(layer.input_size(9) == Point<1>(4));
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer.input_size(10); }) ==
        "Deconvolution<1>: a window of size (3), stride (2), dilation (2), pad (1) does not divide the extent (10) "
        "without a remainder");
}

TEST_CASE("Deconvolution refuses windows that make no sense, groups that do not divide, and no sites") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Deconvolution<1, Double>(device, 1, 1, Window<1>{.size = 2, .positions = {5}});
        }) == "Deconvolution<1>: a window of size (2) has no place for a tap at (5)");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Deconvolution<1, Double>(device, 4, 6, 2, 2, {.groups = 4}); }) ==
        "Deconvolution<1>: 4 groups do not divide the channels 4 and 6");
  const auto x = layer_cases::tensor<1>(device, {{{0, {1}}, {5}}}, 1);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Deconvolution<1, Double>(device, 1, 1, 2, 2)(x, std::shared_ptr<const scn::Sites<1, Double>>());
        }) == "Deconvolution<1>: there are no sites to give outputs on");
}

}  // namespace

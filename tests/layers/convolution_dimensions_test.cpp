// Tests of the convolutions in 5 to 10 dimensions, where one compilation of the geometry serves them all.
#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/full_convolution.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;
using scn::Point;

/// Taps -1, 0, 1 on the first axes, one tap on the others.
template <int D>
const Point<D> size = library::cycle<D>({3, 2, 1});
template <int D>
const Point<D> stride = library::cycle<D>({2, 2, 1, 3, 1});

/// f(std::integral_constant<int, D>) for D in [5, 10].
template <class F>
void for_each_high_dimension(const F& f) {
  [&]<int... before>(std::integer_sequence<int, before...>) { (f(std::integral_constant<int, before + 5>{}), ...); }
  (std::make_integer_sequence<int, 6>{});
}

template <int D>
oracle::Window strided() {
  return oracle::strided_window(library::axes(size<D>), library::axes(stride<D>));
}

TEST_CASE("SubmanifoldConvolution and its gradients are the oracle's in 5 to 10 dimensions") {
  Double device;
  for_each_high_dimension([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const scn::SubmanifoldConvolution<D, Double> layer(device, 2, 2, D <= 7 ? Point<D>(3) : size<D>, {.groups = 2});
    layer_cases::randomize<Double>(layer, 1);
    for (const auto& input : layer_cases::inputs(D, D, 2)) {
      INFO(input.size() << " sites");
      const auto sites = oracle::sites_of(input);
      const auto window = oracle::submanifold_window(library::axes(D <= 7 ? Point<D>(3) : size<D>));
      CHECK(layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 2), sites,
                                                oracle::pairs_between(sites, sites, window)) == "");
    }
  });
}

TEST_CASE("Convolution and its gradients are the oracle's in 5 to 10 dimensions") {
  Double device;
  for_each_high_dimension([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const scn::Convolution<D, Double> layer(device, 2, 3, size<D>, stride<D>);
    layer_cases::randomize<Double>(layer, 2);
    for (const auto& input : layer_cases::inputs(D, D, 2)) {
      INFO(input.size() << " sites");
      const auto sites = oracle::sites_of(input), outputs = oracle::reached(sites, strided<D>());
      CHECK(layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 2), outputs,
                                                oracle::pairs_between(sites, outputs, strided<D>())) == "");
    }
  });
}

TEST_CASE("Deconvolution and its gradients are the oracle's in 5 to 10 dimensions") {
  Double device;
  for_each_high_dimension([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const scn::Convolution<D, Double> down(device, 1, 2, size<D>, stride<D>);
    const scn::Deconvolution<D, Double> layer(device, 2, 3, size<D>, stride<D>);
    layer_cases::randomize<Double>(layer, 3);
    for (const auto& input : layer_cases::inputs(D, D, 1)) {
      INFO(input.size() << " sites");
      const auto x = down(layer_cases::tensor<D>(device, input, 1));
      x.features.set_needs_gradient(true);
      const auto fine = oracle::sites_of(input), coarse = oracle::reached(fine, strided<D>());
      CHECK(layer_cases::convolution_difference(
                layer, x, fine, oracle::transposed(oracle::pairs_between(fine, coarse, strided<D>()))) == "");
    }
  });
}

TEST_CASE("FullConvolution and its gradients are the oracle's in 5 to 10 dimensions") {
  Double device;
  for_each_high_dimension([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const scn::FullConvolution<D, Double> layer(device, 2, 3, size<D>, stride<D>);
    layer_cases::randomize<Double>(layer, 2);
    for (const auto& input : layer_cases::inputs(D, D, 2)) {
      INFO(input.size() << " sites");
      const auto sites = oracle::sites_of(input), outputs = oracle::seen(sites, strided<D>());
      CHECK(layer_cases::convolution_difference(
                layer, layer_cases::tensor<D>(device, input, 2), outputs,
                oracle::transposed(oracle::pairs_between(outputs, sites, strided<D>()))) == "");
    }
  });
}

/// The way down and up again, with a submanifold convolution at the top and at the bottom.
template <int D>
std::string gradient_difference(Double& device) {
  scn::AnySequential<D, Double> net;
  net.add(scn::SubmanifoldConvolution<D, Double>(device, 2, 2, size<D>))
      .add(scn::Convolution<D, Double>(device, 2, 3, size<D>, stride<D>))
      .add(scn::SubmanifoldConvolution<D, Double>(device, 3, 2, size<D>))
      .add(scn::Deconvolution<D, Double>(device, 2, 2, size<D>, stride<D>));
  layer_cases::randomize<Double>(net, 4);
  return layer_cases::gradient_difference(net, layer_cases::tensor<D>(device, layer_cases::batch(5, D, 2), 2), {}, 20);
}

TEST_CASE("Convolutions in 7 and 10 dimensions have the gradients of finite differences along random directions") {
  Double device;
  CHECK(gradient_difference<7>(device) == "");
  CHECK(gradient_difference<10>(device) == "");
}

}  // namespace

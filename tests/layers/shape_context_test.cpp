// Tests of ShapeContext against neighbours copied one by one.
#include "scn/layers/shape_context.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using scn::ShapeContext;

/// "" if the layer agrees with neighbours copied pair by pair, and its gradient with their sum.
template <int D>
std::string difference(const ShapeContext<D, Double>& layer, const oracle::Features& input,
                       const oracle::Window& window, const oracle::SiteSet& outputs) {
  Double device;
  constexpr std::size_t channels = 2;
  const auto pairs = oracle::pairs_between(oracle::sites_of(input), outputs, window);
  const auto x = layer_cases::tensor<D>(device, input, channels);
  const auto y = layer_cases::pass(layer, x);
  const auto dy = layer_cases::gradient(y);
  auto expected = oracle::zeros(outputs, channels * static_cast<std::size_t>(oracle::volume(window)));
  auto dx = oracle::zeros(oracle::sites_of(input), channels);
  for (const oracle::Pair& pair : pairs)
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t place = static_cast<std::size_t>(pair.tap) * channels + c;
      expected.at(pair.out)[place] = input.at(pair.in)[c];
      dx.at(pair.in)[c] += dy.at(pair.out)[place];
    }
  const std::string found = oracle::difference(expected, layer_cases::features(y));
  return found.empty() ? oracle::difference(dx, layer_cases::gradient(x), layer_cases::tight) : found;
}

TEST_CASE("Defect 21, mended: ShapeContext puts the features of all neighbours side by side, in 1 to 4 dimensions",
          "[quirk 21]") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 2)) {
      INFO(input.size() << " sites");
      const auto sites = oracle::sites_of(input);
      const Point<D> mixed = library::cycle<D>({1, 5, 2});
      CHECK(difference(ShapeContext<D, Double>(device), input, oracle::submanifold_window(oracle::Axes(D, 3)), sites) ==
            "");
      CHECK(difference(ShapeContext<D, Double>(device, mixed), input, oracle::submanifold_window(library::axes(mixed)),
                       sites) == "");
    }
  });
}

TEST_CASE("ShapeContext takes the taps of any shape, dilated or with a stride") {
  Double device;
  for (const auto& input : layer_cases::inputs(7, 2, 2)) {
    const auto sites = oracle::sites_of(input);
    const auto cross = oracle::offsets_window({{-1, 0}, {0, -1}, {0, 0}, {0, 1}, {1, 0}});
    CHECK(difference(ShapeContext<2, Double>(device, scn::Cross<2>(3)), input, cross, sites) == "");
    const auto listed = oracle::offsets_window({{4, 4}, {0, 0}, {-1, 2}});
    CHECK(difference(ShapeContext<2, Double>(device, scn::Taps<2>({{4, 4}, {0, 0}, {-1, 2}})), input, listed, sites) ==
          "");
    const ShapeContext<2, Double> strided(device, scn::submanifold_window<2>(3, 2, 2));
    const oracle::Window window{{3, 3}, {2, 2}, {2, 2}, {2, 2}};
    CHECK(difference(strided, input, window, oracle::floored(sites, window)) == "");
  }
}

TEST_CASE("ShapeContext of one tap gives its input") {
  Double device;
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(3, 3, 2), 2);
  const auto y = ShapeContext<3, Double>(device, 1)(x);
  CHECK(y.sites == x.sites);
  CHECK(layer_cases::features(y) == layer_cases::features(x));
}

TEST_CASE("ShapeContext has the gradient of finite differences, and adds it to what is there") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(5, D, 2), 2);
    CHECK(layer_cases::gradient_difference(ShapeContext<D, Double>(device), x) == "");
  });
  const auto x = layer_cases::tensor<1>(device, {{{0, {4}}, {1}}}, 1);
  give_gradient(x.features, {100});
  scn::Tape tape;
  const auto y = ShapeContext<1, Double>(device)(x, &tape);
  tape.backward(y.features, variable_of(device, 1, 3, {1, 2, 4}).value());
  CHECK(layer_cases::numbers(x.features.gradient()) == std::vector<double>{102});
}

TEST_CASE("ShapeContext shares its map with a submanifold convolution, and records nothing where nothing needs it") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  x.rulebook->submanifold(x.sites, scn::submanifold_window(Point<2>(3)));
  x.features.set_needs_gradient(false);
  scn::Tape tape;
  const ShapeContext<2, Double> layer(device);
  layer(x, &tape);
  CHECK(x.rulebook->size() == 1);
  CHECK(tape.size() == 0);
}

TEST_CASE("ShapeContext says which extent of inputs gives an extent of outputs") {
  Double device;
  CHECK(ShapeContext<2, Double>(device, 2).input_size({21, 11}) == Point<2>{21, 11});
  CHECK(ShapeContext<2, Double>(device, scn::submanifold_window<2>(3, 1, {2, 1})).input_size({10, 4}) ==
        Point<2>{20, 4});
}

TEST_CASE("ShapeContext refuses a window that is none, and more channels than can be counted") {
  Double device;
  CHECK(
      thrown_message<scn::InvalidArgument>([&] { ShapeContext<1, Double>(device, 0); }) ==
      "ShapeContext<1>: a window needs sizes, strides and dilations of at least 1, got size (0), stride (1), dilation "
      "(1), pad (0)");
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          ShapeContext<2, Double>(device, {65536, 32768});
        }) == "ShapeContext<2>: a window of size (65536, 32768) has more than 2147483647 taps");
  const auto x = layer_cases::tensor<2>(device, {}, std::int64_t{1} << 40);
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          ShapeContext<2, Double>(device, {4096, 4096})(x);
        }) == "ShapeContext<2>: a matrix of 16777216 x 1099511627776 elements of 1 bytes cannot be addressed");
}

}  // namespace

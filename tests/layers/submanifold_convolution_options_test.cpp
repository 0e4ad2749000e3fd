// Tests of what a window can ask of SubmanifoldConvolution: dilation, other shapes than a box, strides, groups.
#include <algorithm>
#include <limits>

#include "catch.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using oracle::Axes;
using scn::Point;
using scn::SubmanifoldConvolution;
using scn::Window;

/// "" if the layer, of four channels, agrees with the oracle over its relation and outputs.
template <int D>
std::string difference(Double& device, const SubmanifoldConvolution<D, Double>& layer, const oracle::Features& input,
                       const oracle::Window& window, const oracle::SiteSet& outputs,
                       std::optional<Point<D>> extent = {}) {
  layer_cases::randomize<Double>(layer, 3);
  return layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 4, extent), outputs,
                                             oracle::pairs_between(oracle::sites_of(input), outputs, window));
}

/// The same where outputs are the inputs.
template <int D>
std::string difference(Double& device, const SubmanifoldConvolution<D, Double>& layer, const oracle::Features& input,
                       const oracle::Window& window) {
  return difference(device, layer, input, window, oracle::sites_of(input));
}

/// f(dimension, input) for 1 to 4 dimensions and no rows, one site and a batch, of four channels.
template <class F>
void for_each_input(std::uint64_t seed, const F& f) {
  library::for_each_dimension<4>([&](auto dimension) {
    for (const auto& input : layer_cases::inputs(seed + dimension, dimension, 4)) {
      INFO("D = " << dimension << ", " << input.size() << " sites");
      f(dimension, input);
    }
  });
}

TEST_CASE("SubmanifoldConvolution with a dilation for each axis is the oracle's") {
  Double device;
  for_each_input(10, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const auto size = library::cycle<D>({3, 2, 4}), dilation = library::cycle<D>({2, 3, 1});
    const SubmanifoldConvolution<D, Double> layer(device, 4, 2, submanifold_window(scn::Taps<D>(size), dilation));
    const auto window = oracle::submanifold_window(library::axes(size), library::axes(dilation));
    CHECK(difference<D>(device, layer, input, window) == "");
  });
}

TEST_CASE("SubmanifoldConvolution over a cross sees the sites along the axes alone") {
  Double device;
  for_each_input(20, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const auto offsets = oracle::offsets_where(D, -2, 2, [](const Axes& offset) {
      return std::count_if(offset.begin(), offset.end(), [](std::int64_t value) { return value != 0; }) <= 1;
    });
    REQUIRE(offsets.size() == 4 * std::size_t{D} + 1);
    const SubmanifoldConvolution<D, Double> layer(device, 4, 2, scn::Cross<D>(5));
    CHECK(difference<D>(device, layer, input, oracle::offsets_window(offsets)) == "");
  });
}

TEST_CASE("SubmanifoldConvolution over a ball sees the sites within its radius") {
  Double device;
  for_each_input(30, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const auto offsets = oracle::offsets_where(D, -2, 2, [](const Axes& offset) {
      std::int64_t squares = 0;
      for (const std::int64_t value : offset) squares += value * value;
      return squares <= 4;
    });
    const SubmanifoldConvolution<D, Double> layer(device, 4, 2, scn::Ball<D>(2));
    CHECK(difference<D>(device, layer, input, oracle::offsets_window(offsets)) == "");
  });
}

TEST_CASE("SubmanifoldConvolution over a list of offsets has its weights in the order of the list") {
  Double device;
  for_each_input(40, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const std::vector<Point<D>> offsets{Point<D>(0), library::cycle<D>({3, -1}), library::cycle<D>({-2, 0}),
                                        Point<D>(1)};
    std::vector<Axes> same;
    for (const Point<D>& offset : offsets) same.push_back(library::axes(offset));
    const SubmanifoldConvolution<D, Double> layer(device, 4, 2, scn::Taps<D>(offsets));
    CHECK(difference<D>(device, layer, input, oracle::offsets_window(same)) == "");
    const SubmanifoldConvolution<D, Double> wide(device, 4, 2, submanifold_window(scn::Taps<D>(offsets), Point<D>(2)));
    CHECK(difference<D>(device, wide, input, oracle::offsets_window(same, {}, Axes(D, 2))) == "");
  });
}

TEST_CASE("SubmanifoldConvolution with a stride has the outputs floor(in / stride), of negative coordinates too") {
  Double device;
  for_each_input(50, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const Point<D> size = library::cycle<D>({3, 2}), stride = library::cycle<D>({2, 3, 1});
    const SubmanifoldConvolution<D, Double> layer(device, 4, 2,
                                                  submanifold_window(scn::Taps<D>(size), Point<D>(1), stride));
    oracle::Window window = oracle::submanifold_window(library::axes(size));
    window.stride = library::axes(stride);
    CHECK(difference<D>(device, layer, input, window, oracle::floored(oracle::sites_of(input), window)) == "");
  });
}

TEST_CASE("SubmanifoldConvolution with a stride keeps every site within an extent, and divides it rounding up") {
  Double device;
  const SubmanifoldConvolution<2, Double> layer(device, 4, 2, scn::submanifold_window<2>(3, 1, {2, 3}));
  oracle::Window window = oracle::submanifold_window({3, 3});
  window.stride = {2, 3};
  for (const auto& input : layer_cases::inputs(6, 2, 4, {.low = 0, .high = 8})) {
    const auto outputs = oracle::floored(oracle::sites_of(input), window);
    CHECK(difference<2>(device, layer, input, window, outputs, Point<2>{9, 10}) == "");
    CHECK(layer(layer_cases::tensor<2>(device, input, 4, Point<2>{9, 10})).extent() == Point<2>{5, 4});
  }
  CHECK(layer.input_size({5, 4}) == Point<2>{10, 12});
}

TEST_CASE("Two strided SubmanifoldConvolutions of one window, and a Deconvolution's way back, share a level") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  const auto window = scn::submanifold_window<2>(3, 1, 2);
  const SubmanifoldConvolution<2, Double> first(device, 1, 1, window), second(device, 1, 1, window);
  const auto y = first(x);
  CHECK(second(x).sites == y.sites);
  CHECK(x.rulebook->back(y.sites, window).sites == x.sites);
}

TEST_CASE("SubmanifoldConvolution with an own padding looks where the window says") {
  Double device;
  const Window<2> window{.size = {3, 2}, .dilation = {1, 2}, .pad = {0, 3}};
  const SubmanifoldConvolution<2, Double> layer(device, 4, 2, window);
  for (const auto& input : layer_cases::inputs(7, 2, 4))
    CHECK(difference<2>(device, layer, input, {{3, 2}, {1, 1}, {1, 2}, {0, 3}}) == "");
}

TEST_CASE("Defect 22, mended: SubmanifoldConvolution with groups, up to one for each channel, has all of its bias",
          "[quirk 22]") {
  Double device;
  for_each_input(60, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const auto window = oracle::submanifold_window(Axes(D, 3));
    for (const int groups : {2, 4})
      for (const std::int64_t out : {4, 8}) {
        const SubmanifoldConvolution<D, Double> layer(device, 4, out, 3, {.groups = groups});
        CHECK(difference<D>(device, layer, input, window) == "");
      }
  });
}

TEST_CASE("SubmanifoldConvolution with groups is one without whose weights between groups are 0") {
  Double device;
  const SubmanifoldConvolution<2, Double> grouped(device, 4, 6, 3, {.groups = 2}), whole(device, 4, 6, 3);
  layer_cases::randomize<Double>(grouped, 1);
  const auto weight = layer_cases::numbers(layer_cases::parameters<Double>(grouped).find("weight")->variable.value());
  std::vector<double> blocks(9 * 4 * 6, 0.0);
  for (std::size_t tap = 0; tap < 9; ++tap)
    for (std::size_t in = 0; in < 4; ++in)
      for (std::size_t out = 0; out < 3; ++out) {
        const std::size_t group = in / 2;
        blocks[(tap * 4 + in) * 6 + group * 3 + out] = weight[((tap * 2 + group) * 2 + in % 2) * 3 + out];
      }
  layer_cases::set(layer_cases::parameters<Double>(whole).find("weight")->variable, blocks);
  layer_cases::set(layer_cases::parameters<Double>(whole).find("bias")->variable,
                   layer_cases::numbers(layer_cases::parameters<Double>(grouped).find("bias")->variable.value()));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 4), 4);
  CHECK(oracle::difference(layer_cases::features(whole(x)), layer_cases::features(grouped(x)), layer_cases::tight) ==
        "");
}

TEST_CASE("Defect 14, kept: SubmanifoldConvolution of an even size reaches one step further down, dilated too",
          "[quirk 14]") {
  Double device;
  const SubmanifoldConvolution<1, Double> layer(device, 1, 1, scn::submanifold_window<1>(2, 3), {.bias = false});
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {10, 1});
  const auto x = layer_cases::tensor<1>(device, {{{0, {4}}, {1}}, {{0, {7}}, {2}}}, 1);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {4}}, {1}}, {{0, {7}}, {12}}});
}

TEST_CASE("SubmanifoldConvolution at the ends of int32 sees the sites there and wraps round to none") {
  Double device;
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  oracle::Features input;
  for (const std::int32_t at : {lowest, lowest + 1, -1, 0, highest - 1, highest}) input[{0, {at}}] = {1, 2, 3, 4};
  CHECK(difference<1>(device, SubmanifoldConvolution<1, Double>(device, 4, 2, 3), input,
                      oracle::submanifold_window({3})) == "");
  oracle::Window strided = oracle::submanifold_window({3});
  strided.stride = {2};
  CHECK(difference<1>(device, SubmanifoldConvolution<1, Double>(device, 4, 2, scn::submanifold_window<1>(3, 1, 2)),
                      input, strided, oracle::floored(oracle::sites_of(input), strided)) == "");
}

TEST_CASE("SubmanifoldConvolution with options has the gradients of finite differences") {
  Double device;
  const Window<2> windows[] = {scn::submanifold_window<2>(3, {2, 1}), submanifold_window(scn::Taps<2>(scn::Ball<2>(2))),
                               scn::submanifold_window<2>(3, 1, 2)};
  for (const Window<2>& window : windows) {
    INFO(to_string(window));
    const SubmanifoldConvolution<2, Double> layer(device, 4, 4, window, {.groups = 2});
    layer_cases::randomize<Double>(layer, 6);
    CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 4), 4)) ==
          "");
  }
}

TEST_CASE("SubmanifoldConvolution refuses windows that make no sense, and groups that do not divide the channels") {
  Double device;
  const auto message = [&](const Window<2>& window) {
    return thrown_message<scn::InvalidArgument>([&] { SubmanifoldConvolution<2, Double>(device, 1, 1, window); });
  };
  CHECK(message({.size = 3, .dilation = {0, 1}, .pad = 1}) ==
        "SubmanifoldConvolution<2>: a window needs sizes, strides and dilations of at least 1, got size (3, 3), stride "
        "(1, 1), dilation (0, 1), pad (1, 1)");
  CHECK(message({.size = 3, .stride = {1, -2}}) ==
        "SubmanifoldConvolution<2>: a window needs sizes, strides and dilations of at least 1, got size (3, 3), stride "
        "(1, -2), dilation (1, 1), pad (0, 0)");
  CHECK(message({.size = 2, .positions = {{0, 0}, {2, 0}}}) ==
        "SubmanifoldConvolution<2>: a window of size (2, 2) has no place for a tap at (2, 0)");
  CHECK(message({.size = 2, .positions = {{0, 1}, {0, 1}}}) ==
        "SubmanifoldConvolution<2>: a window has two taps at (0, 1)");
  CHECK(message({.starts = {std::vector<std::int32_t>{0, 1}, std::vector<std::int32_t>{}}}) ==
        "SubmanifoldConvolution<2>: the starts of a window have to be listed on every axis or on none, and must not "
        "fall");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          SubmanifoldConvolution<2, Double>(device, 4, 6, 3, {.groups = 4});
        }) == "SubmanifoldConvolution<2>: 4 groups do not divide the channels 4 and 6");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          SubmanifoldConvolution<2, Double>(device, 3, 4, 3, {.groups = 2});
        }) == "SubmanifoldConvolution<2>: 2 groups do not divide the channels 3 and 4");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          SubmanifoldConvolution<2, Double>(device, 3, 4, 3, {.groups = 0});
        }) == "SubmanifoldConvolution<2>: 0 groups do not divide the channels 3 and 4");
  CHECK(thrown_message<scn::LimitExceeded>([&] { scn::submanifold_window<1>(5, 1 << 30); }) ==
        "taps with a dilation of (1073741824) reach beyond the range of int32");
  CHECK(device.draws == 0);
}

TEST_CASE("SubmanifoldConvolution refuses starts of outputs, which are the inputs") {
  Double device;
  const Window<1> window{.starts = {std::vector<std::int32_t>{0, 1}}};
  const SubmanifoldConvolution<1, Double> layer(device, 1, 1, window);
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "SubmanifoldConvolution<1>: a window with a table of starts has the outputs of that table, and no others: size "
        "(1), stride (1), dilation (1), pad (0), randomised");
  CHECK(x.rulebook->size() == 0);
}

}  // namespace

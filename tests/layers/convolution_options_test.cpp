// Tests of what a window can ask of Convolution: padding, dilation, other shapes than a box, given outputs, groups.
#include <algorithm>
#include <limits>

#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using oracle::Axes;
using scn::Convolution;
using scn::Point;
using scn::Window;

/// "" if the layer, of four channels, agrees with the oracle over its relation and outputs.
template <int D>
std::string difference(Double& device, const Convolution<D, Double>& layer, const oracle::Features& input,
                       const oracle::Window& window, const oracle::SiteSet& outputs,
                       std::optional<Point<D>> extent = {}) {
  layer_cases::randomize<Double>(layer, 3);
  return layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 4, extent), outputs,
                                             oracle::pairs_between(oracle::sites_of(input), outputs, window));
}

/// f(dimension, input) for 1 to 4 dimensions and no rows, one site and a batch, of four channels.
template <class F>
void for_each_input(std::uint64_t seed, const layer_cases::InputSettings& settings, const F& f) {
  library::for_each_dimension<4>([&](auto dimension) {
    for (const auto& input : layer_cases::inputs(seed + dimension, dimension, 4, settings)) {
      INFO("D = " << dimension << ", " << input.size() << " sites");
      f(dimension, input);
    }
  });
}

template <int D>
const Window<D> padded{.size = library::cycle<D>({3, 2}),
                       .stride = library::cycle<D>({2, 1, 3}),
                       .dilation = library::cycle<D>({1, 3, 2}),
                       .pad = library::cycle<D>({1, 2, 0})};

/// The same numbers.
oracle::Window padded_oracle(int dimension) {
  const auto axes = [&](const Axes& numbers) {
    Axes result;
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(dimension); ++axis)
      result.push_back(numbers[axis % numbers.size()]);
    return result;
  };
  return {axes({3, 2}), axes({2, 1, 3}), axes({1, 3, 2}), axes({1, 2, 0})};
}

TEST_CASE("Convolution with padding and dilation for each axis is the oracle's") {
  Double device;
  for_each_input(10, {}, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const auto window = padded_oracle(D);
    CHECK(difference<D>(device, Convolution<D, Double>(device, 4, 2, padded<D>), input, window,
                        oracle::reached(oracle::sites_of(input), window)) == "");
  });
}

TEST_CASE("Convolution with padding and dilation within an extent has the outputs of the formula") {
  Double device;
  for_each_input(20, {.low = 0, .high = 8}, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const auto window = padded_oracle(D);
    const Convolution<D, Double> layer(device, 4, 2, padded<D>);
    CHECK(difference<D>(device, layer, input, window, oracle::reached(oracle::sites_of(input), window, Axes(D, 9)),
                        Point<D>(9)) == "");
    const auto y = layer(layer_cases::tensor<D>(device, input, 4, Point<D>(9)));
    CHECK(library::axes(y.extent()) == oracle::output_extent(Axes(D, 9), window));
  });
}

TEST_CASE("Convolution of size 3 with padding 1 keeps an extent, as dense libraries have it") {
  Double device;
  const Convolution<2, Double> layer(device, 1, 1, Window<2>{.size = 3, .pad = 1});
  const auto y = layer(layer_cases::tensor<2>(device, {{{0, {0, 5}}, {1}}}, 1, Point<2>{7, 6}));
  CHECK(y.extent() == Point<2>{7, 6});
  CHECK(oracle::sites_of(layer_cases::features(y)) ==
        oracle::SiteSet{{0, {0, 4}}, {0, {0, 5}}, {0, {1, 4}}, {0, {1, 5}}});
  CHECK(layer.input_size({7, 6}) == Point<2>{7, 6});
}

TEST_CASE("Convolution over crosses, balls and lists of offsets reaches what one of their taps reaches") {
  Double device;
  for_each_input(30, {}, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const Point<D> stride = library::cycle<D>({2, 1});
    const auto check = [&](const scn::Taps<D>& taps, const std::vector<Axes>& offsets) {
      const auto window = oracle::offsets_window(offsets, library::axes(stride));
      CHECK(difference<D>(device, Convolution<D, Double>(device, 4, 2, taps, stride), input, window,
                          oracle::reached(oracle::sites_of(input), window)) == "");
    };
    // Crosses and balls count from the lower corner of their box, like the box itself.
    check(scn::Cross<D>(3), oracle::offsets_where(D, 0, 2, [](const Axes& offset) {
            return std::count_if(offset.begin(), offset.end(), [](std::int64_t value) { return value != 1; }) <= 1;
          }));
    check(scn::Ball<D>(1.5), oracle::offsets_where(D, 0, 2, [](const Axes& offset) {
            return std::count_if(offset.begin(), offset.end(), [](std::int64_t value) { return value != 1; }) <= 2;
          }));
    check(scn::Taps<D>({Point<D>(-1), library::cycle<D>({3, 0}), Point<D>(0)}),
          {Axes(D, -1), library::axes(library::cycle<D>({3, 0})), Axes(D, 0)});
  });
}

TEST_CASE("Convolution with the outputs floor(in / stride) is the oracle's") {
  Double device;
  for_each_input(40, {}, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    Window<D> window{.size = 3, .stride = 2, .pad = 1, .outputs = scn::Outputs::floor};
    const oracle::Window same{Axes(D, 3), Axes(D, 2), Axes(D, 1), Axes(D, 1)};
    CHECK(difference<D>(device, Convolution<D, Double>(device, 4, 2, window), input, same,
                        oracle::floored(oracle::sites_of(input), same)) == "");
  });
}

TEST_CASE("Convolution depthwise, and with groups and bias, is the oracle's") {
  Double device;
  for_each_input(50, {}, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const auto window = oracle::strided_window(Axes(D, 3), Axes(D, 2));
    const auto outputs = oracle::reached(oracle::sites_of(input), window);
    CHECK(difference<D>(device, Convolution<D, Double>(device, 4, 4, 3, 2, {.groups = 4}), input, window, outputs) ==
          "");
    CHECK(difference<D>(device, Convolution<D, Double>(device, 4, 8, 3, 2, {.groups = 4}), input, window, outputs) ==
          "");
    CHECK(difference<D>(device, Convolution<D, Double>(device, 4, 6, 3, 2, {.groups = 2}), input, window, outputs) ==
          "");
  });
}

TEST_CASE("Defect 8, mended: Convolution of size 1 and stride 1 keeps the sites, and multiplies every row",
          "[quirk 8]") {
  Double device;
  for_each_input(60, {}, [&](auto dimension, const oracle::Features& input) {
    constexpr int D = dimension;
    const Convolution<D, Double> layer(device, 4, 3, 1, 1);
    const auto x = layer_cases::tensor<D>(device, input, 4);
    CHECK((layer(x).sites == x.sites && x.rulebook->input().sites == x.sites));
    CHECK(scn::Deconvolution<D, Double>(device, 4, 3, 1, 1)(x).sites == x.sites);
    CHECK(difference<D>(device, layer, input, oracle::strided_window(Axes(D, 1), Axes(D, 1)),
                        oracle::sites_of(input)) == "");
  });
}

TEST_CASE("Defect 9, mended: two ways to one extent have sites of their own", "[quirk 9]") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{0, {7}}, {1}}}, 1, Point<1>(8));
  const auto halved = Convolution<1, Double>(device, 1, 1, 2, 2)(x);
  const auto slid = Convolution<1, Double>(device, 1, 1, 5, 1)(x);
  CHECK((halved.extent() == Point<1>(4) && slid.extent() == Point<1>(4)));
  CHECK(oracle::sites_of(layer_cases::features(halved)) == oracle::SiteSet{{0, {0}}, {0, {3}}});
  CHECK(oracle::sites_of(layer_cases::features(slid)) == oracle::SiteSet{{0, {0}}, {0, {3}}});
  CHECK(halved.sites != slid.sites);
  CHECK(scn::Deconvolution<1, Double>(device, 1, 1, 2, 2)(halved).sites == x.sites);
}

TEST_CASE("Defect 11, mended: Convolution sees negative coordinates through the right tap", "[quirk 11]") {
  Double device;
  const Convolution<2, Double> layer(device, 1, 1, 2, 2, {.bias = false});
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {1, 10, 100, 1000});
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, -1}}, {2}}, {{0, {-2, 0}}, {3}}, {{0, {0, -1}}, {4}}}, 1);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {0, -1}}, {2040}}, {{0, {-1, 0}}, {3}}});
}

TEST_CASE("Convolution at the ends of int32 reaches no output beyond them") {
  Double device;
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  oracle::Features input;
  for (const std::int32_t at : {lowest, lowest + 1, -1, 0, highest - 1, highest}) input[{0, {at}}] = {1, 2, 3, 4};
  for (const std::int32_t stride : {1, 2, 3}) {
    INFO("stride " << stride);
    const auto window = oracle::strided_window({3}, {stride});
    CHECK(difference<1>(device, Convolution<1, Double>(device, 4, 2, 3, stride), input, window,
                        oracle::reached(oracle::sites_of(input), window)) == "");
  }
}

TEST_CASE("Convolution onto the sites of another tensor is the oracle's, also where nothing reaches") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto other = layer_cases::tensor<D>(device, layer_cases::batch(71, D, 1), 1);
    const auto outputs = oracle::set_of(library::sites_of(*other.sites));
    const auto window = padded_oracle(D);
    for (const auto& input : layer_cases::inputs(70, D, 4)) {
      const auto x = layer_cases::tensor<D>(device, input, 4);
      const auto pairs = oracle::pairs_between(oracle::sites_of(input), outputs, window);
      oracle::SiteSet met;
      for (const auto& pair : pairs) met.insert(pair.out);
      REQUIRE(met.size() < outputs.size());
      const Convolution<D, Double> layer(device, 4, 2, padded<D>);
      layer_cases::randomize<Double>(layer, 3);
      scn::Tape tape;
      const auto y = layer(x, other.sites, &tape);
      CHECK((y.sites == other.sites && y.rulebook == x.rulebook));
      tape.backward(y.features, layer_cases::output_gradient(y.features));
      const auto all = layer_cases::parameters<Double>(layer);
      const auto numbers = [&](const char* name) { return layer_cases::numbers(all.find(name)->variable.gradient()); };
      CHECK(layer_cases::convolution_difference(
                layer_cases::oracle_of<Double>(layer),
                {layer_cases::features(x), layer_cases::gradient(x), layer_cases::features(y), layer_cases::gradient(y),
                 numbers("weight"), numbers("bias")},
                outputs, pairs, layer_cases::tight) == "");
    }
  });
}

TEST_CASE("Convolution onto given sites builds one map for them, and leads to no way back") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 1), 1);
  const auto outputs = library::make_sites<2>(device, std::vector<oracle::Site>{{0, {0, 0}}, {2, {1, 1}}});
  const Convolution<2, Double> layer(device, 1, 1, 2, 2);
  layer(x, outputs);
  const auto y = layer(x, outputs);
  CHECK(x.rulebook->size() == 1);
  CHECK_THROWS_AS((scn::Deconvolution<2, Double>(device, 1, 1, 2, 2)(y)), scn::InvalidArgument);
}

TEST_CASE("Convolution with options has the gradients of finite differences") {
  Double device;
  const Convolution<2, Double> layer(device, 4, 4, padded<2>, {.groups = 2});
  layer_cases::randomize<Double>(layer, 6);
  CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 4), 4)) == "");
}

TEST_CASE("Convolution refuses windows that make no sense, and groups that do not divide the channels") {
  Double device;
  const auto message = [&](const Window<1>& window) {
    return thrown_message<scn::InvalidArgument>([&] { Convolution<1, Double>(device, 1, 1, window); });
  };
  CHECK(message({.size = 3, .dilation = -1}) ==
        "Convolution<1>: a window needs sizes, strides and dilations of at least 1, got size (3), stride (1), dilation "
        "(-1), pad (0)");
  CHECK(message({.size = 2, .positions = {2}}) == "Convolution<1>: a window of size (2) has no place for a tap at (2)");
  CHECK(message({.size = 2, .starts = {std::vector<std::int32_t>{1, 0}}}) ==
        "Convolution<1>: the starts of a window have to be listed on every axis or on none, and must not fall");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Convolution<1, Double>(device, 4, 6, 3, 2, {.groups = 4}); }) ==
        "Convolution<1>: 4 groups do not divide the channels 4 and 6");
  CHECK(device.draws == 0);
}

TEST_CASE("Convolution refuses to give outputs on no sites, and channels that do not fit, on given sites too") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  const Convolution<1, Double> layer(device, 1, 1, 2, 2), wider(device, 2, 1, 2, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x, std::shared_ptr<const scn::Sites<1, Double>>()); }) ==
        "Convolution<1>: there are no sites to give outputs on");
  CHECK(thrown_message<scn::InvalidArgument>([&] { wider(x, x.sites); }) ==
        "Convolution<1>: input has 1 channels, expected 2");
  CHECK(x.rulebook->size() == 0);
}

}  // namespace

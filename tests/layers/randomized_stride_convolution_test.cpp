// Tests of RandomizedStrideConvolution: the oracle over the drawn windows in training, Convolution in inference.
#include "scn/layers/randomized_stride_convolution.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/randomized_stride_max_pooling.hpp"
#include "scn/layers/unpooling.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::Convolution;
using scn::Deconvolution;
using scn::Point;
using scn::RandomizedStrideConvolution;
using scn::SparseTensor;
using scn::Tape;

/// Of the inputs: 2/2 and 3/2 divide it up to one coordinate.
constexpr std::int32_t extent = 17;

/// The most that the sites of a line hold, or 60 sites.
oracle::Features batch(std::uint64_t seed, int dimension, std::size_t channels = 2) {
  return layer_cases::batch(seed, dimension, channels, {.count = 60, .low = 0, .high = extent - 1});
}

template <int D>
SparseTensor<D, Double> tensor(Double& device, const oracle::Features& input, std::int64_t channels = 2) {
  return layer_cases::tensor<D>(device, input, channels, Point<D>(extent));
}

/// The window as the draw of a device with seed 0 makes it.
template <int D>
oracle::Window drawn(const scn::Window<D>& window, std::uint64_t draw) {
  return library::window(scn::randomized_window(window, output_extent(Point<D>(extent), window), 0, draw));
}

/// "" if the layer, made on the device that the input goes to, agrees in training with the oracle over its draw.
template <int D>
std::string difference(Double& device, const RandomizedStrideConvolution<D, Double>& layer,
                       const oracle::Features& input) {
  layer_cases::randomize<Double>(layer, 3);
  const auto window = drawn(layer.window(), device.draws);
  const auto sites = oracle::sites_of(input), outputs = oracle::reached(sites, window);
  return layer_cases::convolution_difference(layer, tensor<D>(device, input), outputs,
                                             oracle::pairs_between(sites, outputs, window));
}

TEST_CASE("RandomizedStrideConvolution in training and its gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    using Layer = RandomizedStrideConvolution<D, Double>;
    INFO("D = " << D);
    for (const auto& input : {oracle::Features{}, oracle::Features{*batch(D, D).begin()}, batch(D, D)}) {
      INFO(input.size() << " sites");
      CHECK(difference(device, Layer(device, 2, 4, 2, 2), input) == "");
      CHECK(difference(device, Layer(device, 2, 4, 3, 2, {.bias = false, .groups = 2}), input) == "");
      CHECK(difference(device, Layer(device, 2, 4, library::cycle<D>({3, 2}), library::cycle<D>({2, 1})), input) == "");
    }
  });
}

TEST_CASE("RandomizedStrideConvolution is Convolution in inference, and draws nothing") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const RandomizedStrideConvolution<D, Double> layer(device, 2, 3, 3, 2);
    const Convolution<D, Double> plain(device, 2, 3, 3, 2);
    layer_cases::randomize<Double>(layer, 1);
    layer_cases::randomize<Double>(plain, 1);
    const auto x = tensor<D>(device, batch(7, D));
    const std::uint64_t draws = device.draws;
    CHECK(layer(x).sites == plain(x).sites);
    CHECK(layer_cases::features(layer(x)) == layer_cases::features(plain(x)));
    Tape evaluation({.training = false});
    CHECK(layer(x, &evaluation).sites == plain(x).sites);
    CHECK(device.draws == draws);
  });
}

TEST_CASE("RandomizedStrideConvolution has the gradients of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const RandomizedStrideConvolution<D, Double> layer(device, 2, 2, 2, 2);
    layer_cases::randomize<Double>(layer, 6);
    CHECK(layer_cases::gradient_difference(layer, tensor<D>(device, layer_cases::batch(5, D, 2, {.low = 0}))) == "");
  });
}

TEST_CASE("RandomizedStrideConvolution of stride 1 has right gradients where two windows start at one place") {
  Double device;
  const RandomizedStrideConvolution<2, Double> layer(device, 2, 2, 3, 1);
  layer_cases::randomize<Double>(layer, 6);
  const auto x = tensor<2>(device, batch(5, 2));
  Tape tape;
  layer(x, &tape);
  REQUIRE_FALSE(x.rulebook->randomized(x.sites, layer.window(), 0, 0).map.rules().inputs_unique());
  CHECK(layer_cases::gradient_difference(layer, x) == "");
}

/// The steps between the windows of 7 outputs on each of two axes, as the rules of a full grid show them.
std::array<std::vector<std::int32_t>, 2> steps_of_draw(std::uint64_t seed, std::uint64_t draw) {
  Double device{.seed = seed};
  const RandomizedStrideConvolution<2, Double> layer(device, 1, 1, 3, 2);
  device.draws = draw;
  std::vector<scn::Site<2>> grid;
  for (std::int32_t i = 0; i < 15; ++i)
    for (std::int32_t j = 0; j < 15; ++j) grid.push_back({0, {i, j}});
  const auto input = library::make_input<2>(device, grid, Point<2>(15));
  const auto rulebook = std::make_shared<scn::Rulebook<2, Double>>(device, input);
  const SparseTensor<2, Double> x{scn::Variable<Double>(scn::Matrix<Double>::zeros(device, 225, 1)), input.sites,
                                  rulebook};
  Tape tape;
  const auto y = layer(x, &tape);
  const auto map = rulebook->randomized(x.sites, layer.window(), 0, 0).map;  // the one that the layer made
  const auto from = library::sites_of(*x.sites), to = library::sites_of(*y.sites);
  std::array<std::vector<std::int32_t>, 2> steps;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::map<std::int32_t, std::int32_t> starts;
    for (const scn::Rule& rule : map.rules().pairs())
      if (rule.tap == 0)
        starts[to[static_cast<std::size_t>(rule.out)].at[axis]] = from[static_cast<std::size_t>(rule.in)].at[axis];
    for (std::int32_t out = 1; out < 7; ++out) steps[axis].push_back(starts.at(out) - starts.at(out - 1));
  }
  return steps;
}

TEST_CASE("Defect 15, mended: RandomizedStrideConvolution draws its steps by seed and pass, each axis for itself",
          "[quirk 15]") {
  const std::vector<std::int32_t> expected{1, 1, 2, 2, 3, 3};
  std::set<std::vector<std::int32_t>> orders;
  int equal_axes = 0;
  for (std::uint64_t draw = 0; draw < 600; ++draw) {
    const auto steps = steps_of_draw(1, draw);
    for (auto sorted : steps) {
      std::sort(sorted.begin(), sorted.end());
      REQUIRE(sorted == expected);
    }
    orders.insert(steps.begin(), steps.end());
    equal_axes += steps[0] == steps[1] ? 1 : 0;
  }
  CHECK(orders.size() == 90);  // 6! / (2! 2! 2!): every order occurs
  CHECK(equal_axes < 25);      // 600 / 90, five deviations above it 20
  CHECK(steps_of_draw(1, 5) == steps_of_draw(1, 5));
  CHECK(steps_of_draw(1, 5) != steps_of_draw(2, 5));
}

TEST_CASE("RandomizedStrideConvolution takes a draw in every training pass, also where it shares the windows") {
  Double device;
  const RandomizedStrideConvolution<2, Double> first(device, 2, 1, 3, 2), second(device, 2, 1, 3, 2);
  const auto x = tensor<2>(device, batch(3, 2));
  const std::uint64_t draws = device.draws;
  Tape tape;
  const auto y = first(x, &tape);
  CHECK(second(x, &tape).sites == y.sites);
  CHECK(scn::RandomizedStrideMaxPooling<2, Double>(device, 3, 2)(x, &tape).sites == y.sites);
  CHECK(device.draws == draws + 3);
}

TEST_CASE("RandomizedStrideConvolution repeats its windows when a section of a pass is computed again") {
  Double device;
  const RandomizedStrideConvolution<2, Double> layer(device, 2, 1, 3, 2);
  const auto input = batch(3, 2);
  Tape tape, first = tape.section();
  const auto once = layer(tensor<2>(device, input), &first);
  Tape second({}, first.draws());
  CHECK(layer_cases::features(layer(tensor<2>(device, input), &second)) == layer_cases::features(once));
}

TEST_CASE("Defect 16, kept: RandomizedStrideConvolution drops inputs in the gaps of a size below stride + 1",
          "[quirk 16]") {
  Double device;
  oracle::Features line;
  for (std::int32_t i = 0; i < 12; ++i) line[{0, {i}}] = {1};
  const auto x = layer_cases::tensor<1>(device, line, 1, Point<1>(12));
  const RandomizedStrideConvolution<1, Double> layer(device, 1, 1, 2, 2);
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {1, 1});
  Tape tape;
  const auto y = layer(x, &tape);
  tape.backward(y.features, variable_of(device, 6, 1, std::vector<double>(6, 1)).value());
  auto gradients = layer_cases::numbers(x.features.gradient());
  std::sort(gradients.begin(), gradients.end());
  // Two of the five steps are 1, so that two sites are in two windows, and two are 3, so that two are in none.
  CHECK(gradients == std::vector<double>{0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2});
}

TEST_CASE("Deconvolution and UnPooling lead back from RandomizedStrideConvolution through the windows it drew") {
  Double device;
  const auto input = batch(3, 2);
  const auto x = tensor<2>(device, input);
  const RandomizedStrideConvolution<2, Double> down(device, 2, 2, 3, 2);
  const Deconvolution<2, Double> up(device, 2, 3, 3, 2);
  layer_cases::randomize<Double>(up, 4);
  const auto window = drawn(down.window(), device.draws);
  Tape tape;
  const auto y = down(x, &tape);
  CHECK(up(y).sites == x.sites);
  CHECK(scn::UnPooling<2, Double>(device, 3, 2)(y).sites == x.sites);
  const auto fine = oracle::sites_of(input), coarse = oracle::reached(fine, window);
  CHECK(layer_cases::convolution_difference(up, y.with(scn::Variable<Double>(y.features.value().copy(), true)), fine,
                                            oracle::transposed(oracle::pairs_between(fine, coarse, window))) == "");
}

TEST_CASE("RandomizedStrideConvolution in training refuses sites without an extent, and infers on them") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, batch(3, 2), 2);
  const RandomizedStrideConvolution<2, Double> layer(device, 2, 1, 3, 2);
  Tape tape;
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x, &tape); }) ==
        "RandomizedStrideConvolution<2>: a randomised stride needs sites with an extent");
  CHECK((x.rulebook->size() == 0 && tape.size() == 0));
  CHECK(layer(x).rows().bound > 0);
}

TEST_CASE("RandomizedStrideConvolution refuses channels, windows and groups before it draws") {
  Double device;
  using Layer = RandomizedStrideConvolution<2, Double>;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 1, 1, 0, 2); }) ==
        "RandomizedStrideConvolution<2>: a window needs sizes, strides and dilations of at least 1, got size (0, 0), "
        "stride (2, 2), dilation (1, 1), pad (0, 0)");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 2, 3, 2, 2, {.groups = 2}); }) ==
        "RandomizedStrideConvolution<2>: 2 groups do not divide the channels 2 and 3");
  CHECK(device.draws == 0);
  const Layer layer(device, 3, 1, 2, 2);
  const std::uint64_t draws = device.draws;
  Tape tape;
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(tensor<2>(device, batch(3, 2)), &tape); }) ==
        "RandomizedStrideConvolution<2>: input has 2 channels, expected 3");
  CHECK(device.draws == draws);
}

TEST_CASE("RandomizedStrideConvolution says which extent of inputs gives an extent of outputs") {
  Double device;
  CHECK(RandomizedStrideConvolution<2, Double>(device, 1, 1, {3, 2}, {2, 3}).input_size({10, 4}) == Point<2>{21, 11});
}

}  // namespace

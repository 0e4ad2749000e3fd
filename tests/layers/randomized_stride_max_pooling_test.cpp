// Tests of RandomizedStrideMaxPooling: windows replayed by the oracle in training, plain max pooling in inference.
#include "scn/layers/randomized_stride_max_pooling.hpp"

#include <algorithm>

#include "catch.hpp"
#include "scn/layers/unpooling.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_pooling.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::MaxPooling;
using scn::Point;
using scn::RandomizedStrideMaxPooling;
using scn::SparseTensor;
using scn::Tape;

/// Of inputs within this extent: 2/2 and 3/2 divide it up to one coordinate.
constexpr std::int32_t extent = 17;

oracle::Features batch(std::uint64_t seed, int dimension) {
  return layer_cases::batch(seed, dimension, 3, {.count = 60, .low = 0, .high = extent - 1});
}

template <int D>
SparseTensor<D, Double> tensor(Double& device, const oracle::Features& input) {
  return layer_cases::tensor<D>(device, input, 3, Point<D>(extent));
}

/// Every (input, output) pair whose coordinates differ by less than `size` from the drawn start of the output.
template <int D>
oracle::Pairs drawn_pairs(const oracle::SiteSet& inputs, const scn::Window<D>& window, std::uint64_t draw) {
  const Point<D> outputs = output_extent(Point<D>(extent), window);
  oracle::Pairs pairs;
  for (const oracle::Site& in : inputs) {
    oracle::Pairs found{{0, in, {in.sample, {}}}};
    for (int axis = 0; axis < D; ++axis) {
      const auto starts = scn::randomized_starts(outputs[axis], window.stride[axis], axis, 0, draw);
      oracle::Pairs longer;
      for (oracle::Pair pair : found)
        for (std::size_t out = 0; out < starts.size(); ++out) {
          const std::int32_t tap = in.at[static_cast<std::size_t>(axis)] - starts[out];
          if (tap < 0 || tap >= window.size[axis]) continue;
          oracle::Pair next = pair;
          next.tap = pair.tap * window.size[axis] + tap;
          next.out.at.push_back(static_cast<std::int32_t>(out));
          longer.insert(next);
        }
      found = longer;
    }
    pairs.insert(found.begin(), found.end());
  }
  return pairs;
}

/// "" if the layer in training agrees with the oracle over the windows of draw 0 of a new device.
template <int D>
std::string difference(const RandomizedStrideMaxPooling<D, Double>& layer, const oracle::Features& input) {
  Double device;
  const auto drop = static_cast<std::size_t>(layer.settings().drop);
  const auto pairs = drawn_pairs(oracle::sites_of(input), layer.window(), 0);
  oracle::SiteSet outputs;
  for (const auto& pair : pairs) outputs.insert(pair.out);
  const auto x = tensor<D>(device, input);
  const auto y = layer_cases::pass(layer, x);
  const auto expected = layer.settings().over == scn::Over::active
                            ? oracle::active_max_pool(input, outputs, pairs, drop)
                            : oracle::max_pool(input, outputs, pairs, drop);
  const std::string found = oracle::difference(expected, layer_cases::features(y));
  if (!found.empty()) return found;
  return oracle::difference(oracle::max_pool_backward(input, expected, pairs, layer_cases::gradient(y), drop),
                            layer_cases::gradient(x), layer_cases::tight);
}

TEST_CASE("RandomizedStrideMaxPooling in training and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    using Layer = RandomizedStrideMaxPooling<D, Double>;
    INFO("D = " << D);
    for (const auto& input : {oracle::Features{}, oracle::Features{*batch(D, D).begin()}, batch(D, D)}) {
      INFO(input.size() << " sites");
      CHECK(difference(Layer(device, 2, 2), input) == "");
      CHECK(difference(Layer(device, 3, 2, {1, scn::Over::active}), input) == "");
      CHECK(difference(Layer(device, library::cycle<D>({3, 2}), library::cycle<D>({2, 1}), {2}), input) == "");
    }
  });
}

TEST_CASE("RandomizedStrideMaxPooling is MaxPooling in inference, and draws nothing") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = tensor<D>(device, batch(7, D));
    const RandomizedStrideMaxPooling<D, Double> layer(device, 3, 2, {1});
    const auto expected = MaxPooling<D, Double>(device, 3, 2, {1})(x);
    CHECK(layer(x).sites == expected.sites);
    CHECK(layer_cases::features(layer(x)) == layer_cases::features(expected));
    Tape evaluation({.training = false});
    CHECK(layer(x, &evaluation).sites == expected.sites);
    CHECK(evaluation.size() == 1);
    CHECK(device.draws == 0);
  });
}

TEST_CASE("RandomizedStrideMaxPooling has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = tensor<D>(device, layer_cases::batch(5, D, 3, {.low = 0, .high = 16}));
    CHECK(layer_cases::gradient_difference(RandomizedStrideMaxPooling<D, Double>(device, 3, 2, {1}), x) == "");
  });
}

TEST_CASE("RandomizedStrideMaxPooling takes a draw in every training pass, and shares the windows on the same sites") {
  Double device;
  const auto x = tensor<2>(device, batch(3, 2));
  const RandomizedStrideMaxPooling<2, Double> first(device, 3, 2), second(device, 3, 2);
  Tape tape;
  CHECK(first(x, &tape).sites == second(x, &tape).sites);
  CHECK(device.draws == 2);
}

TEST_CASE("Defect 15, mended: RandomizedStrideMaxPooling draws other windows for another seed or pass, the same again",
          "[quirk 15]") {
  const auto sites_for = [](std::uint64_t seed, std::uint64_t draws) {
    Double device{.seed = seed, .draws = draws};
    Tape tape;
    return library::sites_of(
        *RandomizedStrideMaxPooling<2, Double>(device, 2, 2)(tensor<2>(device, batch(3, 2)), &tape).sites);
  };
  CHECK(sites_for(1, 0) == sites_for(1, 0));
  CHECK(sites_for(1, 0) != sites_for(2, 0));
  CHECK(sites_for(1, 0) != sites_for(1, 1));
}

TEST_CASE("Defect 16, kept: RandomizedStrideMaxPooling drops inputs in the gaps of a size below stride + 1",
          "[quirk 16]") {
  Double device;
  oracle::Features line;
  for (std::int32_t i = 0; i < 12; ++i) line[{0, {i}}] = {1};
  const auto x = layer_cases::tensor<1>(device, line, 1, Point<1>(12));
  Tape tape;
  const auto y = RandomizedStrideMaxPooling<1, Double>(device, 2, 2)(x, &tape);
  tape.backward(y.features, variable_of(device, 6, 1, std::vector<double>(6, 1)).value());
  auto gradients = layer_cases::numbers(x.features.gradient());
  std::sort(gradients.begin(), gradients.end());
  // Two of the five steps are 1, so that two sites are in two windows, and two are 3, so that two are in none.
  CHECK(gradients == std::vector<double>{0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2});
}

TEST_CASE("UnPooling leads back from RandomizedStrideMaxPooling through the windows that were drawn") {
  Double device;
  const auto input = batch(3, 2);
  const auto x = tensor<2>(device, input);
  const RandomizedStrideMaxPooling<2, Double> pooling(device, 3, 2);
  Tape tape;
  const auto y = pooling(x, &tape);
  const auto back = scn::UnPooling<2, Double>(device, 3, 2)(y);
  CHECK(back.sites == x.sites);
  CHECK(
      oracle::difference(oracle::unpool(layer_cases::features(y), oracle::sites_of(input),
                                        oracle::transposed(drawn_pairs(oracle::sites_of(input), pooling.window(), 0))),
                         layer_cases::features(back), layer_cases::tight) == "");
}

TEST_CASE("RandomizedStrideMaxPooling has the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 2, 3, {.count = 3000, .low = 0, .high = 80});
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads};
    const auto x = layer_cases::tensor<2>(device, input, 3, Point<2>(81));
    const auto y = layer_cases::pass(RandomizedStrideMaxPooling<2>(device, 3, 2), x);
    results.push_back(layer_cases::numbers(y.features.value()));
    for (const double value : layer_cases::numbers(x.features.gradient())) results.back().push_back(value);
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("RandomizedStrideMaxPooling in training refuses sites without an extent, and infers on them") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, batch(3, 2), 3);
  const RandomizedStrideMaxPooling<2, Double> layer(device, 3, 2);
  Tape tape;
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x, &tape); }) ==
        "RandomizedStrideMaxPooling<2>: a randomised stride needs sites with an extent");
  CHECK(x.rulebook->size() == 0);
  CHECK(layer(x).rows().bound > 0);
}

TEST_CASE("RandomizedStrideMaxPooling refuses windows, extents and channels like MaxPooling") {
  Double device;
  using Layer = RandomizedStrideMaxPooling<2, Double>;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 2, 0); }) ==
        "RandomizedStrideMaxPooling<2>: a window needs sizes, strides and dilations of at least 1, got size (2, 2), "
        "stride (0, 0), dilation (1, 1), pad (0, 0)");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 2, 2, {-1}); }) ==
        "RandomizedStrideMaxPooling<2>: the number of dropped channels is negative: -1");
  const auto x = tensor<2>(device, batch(3, 2));
  Tape tape;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 2, 2, {4})(x, &tape); }) ==
        "RandomizedStrideMaxPooling<2>: input has 3 channels, of which 4 cannot be dropped");
  CHECK(device.draws == 0);
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 18, 2)(x, &tape); }) ==
        "RandomizedStrideMaxPooling<2>: a window of size (18, 18), stride (2, 2), dilation (1, 1), pad (0, 0) does not "
        "fit into the extent (17, 17)");
}

TEST_CASE("RandomizedStrideMaxPooling says which extent of inputs gives an extent of outputs") {
  Double device;
  CHECK(RandomizedStrideMaxPooling<2, Double>(device, {3, 2}, {2, 3}).input_size({10, 4}) == Point<2>{21, 11});
}

}  // namespace

// Tests of what all convolutions share, in single precision: exactness, bits, initial weights, refused settings.
#include "scn/layers/kernel.hpp"

#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::Cpu;
using scn::Point;

const layer_cases::InputSettings integers{.count = 80, .integers = true};

TEST_CASE("SubmanifoldConvolution is exact in float on integers") {
  Cpu device;
  const scn::SubmanifoldConvolution<3> layer(device, 4, 6, 3, {.groups = 2});
  layer_cases::randomize<Cpu>(layer, 1, true);
  const auto input = layer_cases::batch(2, 3, 4, integers);
  const auto sites = oracle::sites_of(input);
  const auto pairs = oracle::pairs_between(sites, sites, oracle::submanifold_window({3, 3, 3}));
  CHECK(layer_cases::convolution_difference(layer, layer_cases::tensor<3>(device, input, 4), sites, pairs, {}) == "");
}

TEST_CASE("Convolution is exact in float on integers") {
  Cpu device;
  const scn::Convolution<3> layer(device, 4, 6, 3, 2, {.groups = 2});
  layer_cases::randomize<Cpu>(layer, 1, true);
  const auto input = layer_cases::batch(2, 3, 4, integers);
  const auto window = oracle::strided_window({3, 3, 3}, {2, 2, 2});
  const auto sites = oracle::sites_of(input), outputs = oracle::reached(sites, window);
  CHECK(layer_cases::convolution_difference(layer, layer_cases::tensor<3>(device, input, 4), outputs,
                                            oracle::pairs_between(sites, outputs, window), {}) == "");
}

TEST_CASE("Deconvolution is exact in float on integers") {
  Cpu device;
  const scn::Convolution<3> down(device, 4, 4, 3, 2);
  const scn::Deconvolution<3> layer(device, 4, 6, 3, 2, {.groups = 2});
  layer_cases::randomize<Cpu>(down, 1, true);
  layer_cases::randomize<Cpu>(layer, 2, true);
  const auto input = layer_cases::batch(2, 3, 4, integers);
  const auto window = oracle::strided_window({3, 3, 3}, {2, 2, 2});
  const auto fine = oracle::sites_of(input), coarse = oracle::reached(fine, window);
  const auto x = down(layer_cases::tensor<3>(device, input, 4));
  x.features.set_needs_gradient(true);
  CHECK(layer_cases::convolution_difference(layer, x, fine,
                                            oracle::transposed(oracle::pairs_between(fine, coarse, window)), {}) == "");
}

/// Outputs and gradients of the three convolutions one after the other.
std::vector<double> training_bits(int threads, const oracle::Features& input) {
  Cpu device{.threads = threads};
  scn::AnySequential<3> net;
  net.add(scn::SubmanifoldConvolution<3>(device, 8, 5, 3))
      .add(scn::Convolution<3>(device, 5, 7, 2, 2))
      .add(scn::Deconvolution<3>(device, 7, 3, 2, 2));
  const auto x = layer_cases::tensor<3>(device, input, 8);
  const auto y = layer_cases::pass(net, x);
  auto bits = layer_cases::numbers(y.features.value());
  const auto append = [&](const std::vector<double>& more) { bits.insert(bits.end(), more.begin(), more.end()); };
  append(layer_cases::numbers(x.features.gradient()));
  for (const auto& parameter : net.parameters()) append(layer_cases::numbers(parameter.variable.gradient()));
  return bits;
}

TEST_CASE("Convolutions have the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 3, 8, {.count = 3000, .low = -12, .high = 12});
  const auto one = training_bits(1, input);
  CHECK(one == training_bits(2, input));
  CHECK(one == training_bits(7, input));
}

TEST_CASE("Convolutions of groups are those of block-diagonal weights") {
  Cpu device;
  const scn::SubmanifoldConvolution<3> grouped(device, 4, 6, 3, {.groups = 2}), whole(device, 4, 6, 3);
  layer_cases::randomize<Cpu>(grouped, 8, true);
  const auto parts = layer_cases::oracle_of<Cpu>(grouped);
  std::vector<double> weight(27 * 4 * 6, 0.0);
  for (std::size_t tap = 0; tap < 27; ++tap)
    for (std::size_t group = 0; group < 2; ++group)
      for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t o = 0; o < 3; ++o)
          weight[(tap * 4 + group * 2 + i) * 6 + group * 3 + o] = parts.weight[parts.place(tap, group, i, o)];
  const auto all = layer_cases::parameters<Cpu>(whole);
  layer_cases::set(all.find("weight")->variable, weight);
  layer_cases::set(all.find("bias")->variable, parts.bias);
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 4, integers), 4);
  CHECK(layer_cases::features(whole(x)) == layer_cases::features(grouped(x)));
}

TEST_CASE("Weights start with the deviation sqrt(2 groups / (in taps)) about 0, biases at 0") {
  Cpu device{.seed = 5};
  const scn::SubmanifoldConvolution<3> layer(device, 32, 64, 3, {.groups = 2});
  const auto all = layer_cases::parameters<Cpu>(layer);
  const auto weights = layer_cases::numbers(all.find("weight")->variable.value());
  double sum = 0, squares = 0;
  for (const double weight : weights) sum += weight, squares += weight * weight;
  const double count = static_cast<double>(weights.size()), expected = 2.0 * 2 / (32 * 27);
  CHECK(std::abs(sum / count) < 4 * std::sqrt(expected / count));
  CHECK(squares / count == Approx(expected).epsilon(4 * std::sqrt(2 / count)));
  CHECK(layer_cases::numbers(all.find("bias")->variable.value()) == std::vector<double>(64, 0.0));
}

TEST_CASE("Weights are the same for a seed, and differ from layer to layer") {
  const auto weights = [](Cpu& device) {
    return layer_cases::oracle_of<Cpu>(scn::SubmanifoldConvolution<3>(device, 2, 3, 3)).weight;
  };
  Cpu first{.seed = 5}, second{.seed = 5}, other{.seed = 6};
  const auto expected = weights(first);
  CHECK(weights(second) == expected);
  CHECK(weights(second) != expected);
  CHECK(weights(other) != expected);
}

TEST_CASE("Convolutions list a weight of (taps, groups, in / groups, out / groups) and a bias") {
  Cpu device;
  const scn::SubmanifoldConvolution<3> layer(device, 4, 6, 3, {.groups = 2});
  std::vector<scn::Parameter<Cpu>> all;
  layer.parameters("7.", all);
  REQUIRE(all.size() == 2);
  CHECK((all[0].name == "7.weight" && all[0].shape == std::vector<std::int64_t>{27, 2, 2, 3}));
  CHECK((all[1].name == "7.bias" && all[1].shape == std::vector<std::int64_t>{6}));
}

TEST_CASE("Convolutions add their gradients to those of an earlier pass") {
  Cpu device;
  const scn::SubmanifoldConvolution<3> layer(device, 2, 2, 3);
  layer_cases::randomize<Cpu>(layer, 3, true);
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 2, integers), 2);
  const auto all = layer_cases::parameters<Cpu>(layer);
  layer_cases::pass(layer, x);
  const auto gradients = [&] {
    return std::vector{layer_cases::numbers(x.features.gradient()),
                       layer_cases::numbers(all.find("weight")->variable.gradient()),
                       layer_cases::numbers(all.find("bias")->variable.gradient())};
  };
  auto twice = gradients();
  for (auto& gradient : twice)
    for (double& value : gradient) value *= 2;
  layer_cases::pass(layer, x);
  CHECK(gradients() == twice);
}

TEST_CASE("A log counts pairs, a multiplication for each pair and weight of a group, and the elements of the result") {
  Cpu device;
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 4, {.count = 40}), 4);
  const auto counts = [](const auto& layer, const auto& input) {
    scn::LayerLog log;
    scn::Tape tape({.record = false}, &log);
    layer(input, &tape);
    return log.total().counts;
  };
  const scn::Convolution<3> down(device, 4, 4, 3, 2);
  const auto y = down(x);
  const auto sites = [](const auto& tensor) { return oracle::sites_of(layer_cases::features(tensor)); };
  const auto same = oracle::pairs_between(sites(x), sites(x), oracle::submanifold_window({3, 3, 3})).size();
  const auto strided = oracle::pairs_between(sites(x), sites(y), oracle::strided_window({3, 3, 3}, {2, 2, 2})).size();
  const auto n = static_cast<std::int64_t>(same), m = static_cast<std::int64_t>(strided);
  CHECK(counts(scn::SubmanifoldConvolution<3>(device, 4, 6, 3), x) == scn::Counts{n, n * 4 * 6, 40 * 6});
  CHECK(counts(scn::SubmanifoldConvolution<3>(device, 4, 6, 3, {.groups = 2}), x) ==
        scn::Counts{n, n * 2 * 3 * 2, 40 * 6});
  CHECK(counts(down, x) == scn::Counts{m, m * 4 * 4, y.rows().bound * 4});
  CHECK(counts(scn::Deconvolution<3>(device, 4, 5, 3, 2), y) == scn::Counts{m, m * 4 * 5, 40 * 5});
  CHECK(counts(down, layer_cases::tensor<3>(device, {}, 4)) == scn::Counts{});
}

TEST_CASE("Convolutions take no rows of any number of channels") {
  Cpu device;
  const scn::SubmanifoldConvolution<3> layer(device, 2, 5, 3);
  const auto y = layer(layer_cases::tensor<3>(device, {}, 0));
  CHECK((y.rows().bound == 0 && y.channels() == 5));
}

TEST_CASE("Convolutions refuse channels below 1") {
  Cpu device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::SubmanifoldConvolution<3>(device, 0, 4, 3); }) ==
        "SubmanifoldConvolution<3>: channels must be at least 1, got 0 and 4");
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::Convolution<3>(device, 4, -1, 3, 1); }) ==
        "Convolution<3>: channels must be at least 1, got 4 and -1");
}

TEST_CASE("Convolutions refuse groups that do not divide both channel counts") {
  Cpu device;
  for (const int groups : {4, 3, 0, -2})
    CHECK(thrown_message<scn::InvalidArgument>([&] {
            scn::Deconvolution<3>(device, 4, 6, 3, 1, {.groups = groups});
          }) == "Deconvolution<3>: " + std::to_string(groups) + " groups do not divide the channels 4 and 6");
}

TEST_CASE("Convolutions refuse weights that cannot be addressed") {
  Cpu device;
  CHECK(thrown_message<scn::LimitExceeded>(
            [&] { scn::SubmanifoldConvolution<3>(device, std::int64_t{1} << 31, std::int64_t{1} << 31, 3); }) ==
        "SubmanifoldConvolution<3>: a matrix of 27 x 4611686018427387904 elements of 4 bytes cannot be addressed");
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          scn::SubmanifoldConvolution<3>(device, std::int64_t{1} << 32, std::int64_t{1} << 32, 3);
        }) == "SubmanifoldConvolution<3>: a matrix of 4294967296 x 4294967296 elements of 1 bytes cannot be addressed");
}

}  // namespace

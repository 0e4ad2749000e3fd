// Tests of MeanOnlyBNLeakyReLU against the oracle.
#include "scn/layers/mean_only_batch_normalization.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_layers.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Layer = scn::MeanOnlyBNLeakyReLU<Double>;
using scn::MeanOnlySettings;

std::vector<double> get(const Layer& layer, const char* name) {
  return layer_cases::numbers(layer_cases::parameters<Double>(layer).find(name)->variable.value());
}

/// A layer of three channels with a bias and a mean that are not those of the beginning.
Layer layer_of(Double& device, const MeanOnlySettings& settings = {}) {
  Layer layer(device, 3, settings);
  layer_cases::randomize<Double>(layer, 2);
  layer_cases::set(layer_cases::parameters<Double>(layer).find("running_mean")->variable, {0.5, -0.25, 2});
  return layer;
}

/// leaky(x - mean + bias) and dx for dy, the mean being a constant; dbias.
struct Expected {
  oracle::Features y, dx;
  std::vector<double> dbias = std::vector<double>(3, 0.0);
};

Expected expected(const oracle::Features& x, const std::vector<double>& mean, const std::vector<double>& bias,
                  double leakiness, const oracle::Features& dy) {
  Expected result{x, dy};
  for (auto& [site, row] : result.y)
    for (std::size_t c = 0; c < 3; ++c) {
      const double z = row[c] - mean[c] + bias[c], slope = z > 0 ? 1 : leakiness;
      row[c] = slope * z;
      if (dy.empty()) continue;
      result.dx.at(site)[c] = slope * dy.at(site)[c];
      result.dbias[c] += slope * dy.at(site)[c];
    }
  return result;
}

TEST_CASE("Defect 21, mended: MeanOnlyBNLeakyReLU with a bias takes off the mean in 1 to 4 dimensions", "[quirk 21]") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const Layer layer = layer_of(device, {.leakiness = 0.2, .momentum = 0.75});
      const auto before = get(layer, "running_mean"), bias = get(layer, "bias");
      const auto x = layer_cases::tensor<D>(device, input, 3);
      const auto y = layer_cases::pass(layer, x);
      const auto mean = oracle::moments(input, 3, false).mean;
      const auto should = expected(input, mean, bias, 0.2, layer_cases::gradient(y));
      CHECK(oracle::difference(should.y, layer_cases::features(y), layer_cases::tight) == "");
      CHECK(oracle::difference(should.dx, layer_cases::gradient(x), layer_cases::tight) == "");
      if (input.empty()) continue;
      const auto dbias = layer_cases::parameters<Double>(layer).find("bias")->variable;
      CHECK(oracle::difference(should.dbias, layer_cases::numbers(dbias.gradient()), layer_cases::tight) == "");
      std::vector<double> moved;
      for (std::size_t c = 0; c < 3; ++c) moved.push_back(0.75 * before[c] + 0.25 * mean[c]);
      CHECK(oracle::difference(moved, get(layer, "running_mean"), layer_cases::tight) == "");
    }
  });
}

TEST_CASE("MeanOnlyBNLeakyReLU of a mean that float rounds keeps the input's digits") {
  scn::Cpu device;
  const scn::MeanOnlyBNLeakyReLU<scn::Cpu> layer(device, 1);
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1e6}}, {{0, {1}}, {1e6}}, {{0, {2}}, {1e6 + 0.125}}}, 1);
  const auto y = layer_cases::numbers(layer_cases::pass(layer, x).features.value());
  CHECK(oracle::difference({-0.125 / 3, -0.125 / 3, 0.25 / 3}, y, {.relative = 1e-6}) == "");
}

TEST_CASE("MeanOnlyBNLeakyReLU in inference takes off the running mean and leaves it") {
  Double device;
  const Layer layer = layer_of(device, {.leakiness = 0.2});
  const auto before = get(layer, "running_mean");
  const auto input = layer_cases::batch(1, 2, 3);
  const auto y = layer(layer_cases::tensor<2>(device, input, 3));
  CHECK(oracle::difference(expected(input, before, get(layer, "bias"), 0.2, {}).y, layer_cases::features(y),
                           layer_cases::tight) == "");
  CHECK(get(layer, "running_mean") == before);
}

TEST_CASE("MeanOnlyBNLeakyReLU in evaluation has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  const Layer layer = layer_of(device, {.leakiness = 0.2});
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(D, D, 3), 3);
    CHECK(layer_cases::gradient_difference(layer, x, {.training = false}) == "");
  });
}

TEST_CASE("MeanOnlyBNLeakyReLU keeps bias and mean of its pass for the gradient") {
  Double device;
  const Layer layer = layer_of(device, {.leakiness = 0}), moved = layer_of(device, {.leakiness = 0});
  const auto gradient = [&](const Layer& of, bool move) {
    const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
    scn::Tape tape({.training = false});
    const auto y = of(x, &tape);
    if (move)
      for (const auto& parameter : layer_cases::parameters<Double>(of)) layer_cases::set(parameter.variable, {9, 9, 9});
    tape.backward(y.features, layer_cases::output_gradient(y.features));
    return layer_cases::gradient(x);
  };
  CHECK(gradient(layer, false) == gradient(moved, true));
}

TEST_CASE("MeanOnlyBNLeakyReLU without a bias lists its mean alone, by default it is a shift") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {-1, 2, 8}}, {{0, {1}}, {3, 2, 4}}}, 3);
  const Layer plain(device, 3, {.affine = false});
  CHECK(layer_cases::parameters<Double>(plain).size() == 1);
  CHECK(layer_cases::numbers(layer_cases::pass(plain, x).features.value()) == std::vector<double>{-2, 0, 2, 2, 0, -2});
  CHECK(oracle::difference({0.01, 0.02, 0.06}, get(plain, "running_mean"), layer_cases::tight) == "");
}

TEST_CASE("MeanOnlyBNLeakyReLU lists its bias and, not trained, its mean under the reference's names") {
  Double device;
  std::vector<scn::Parameter<Double>> all;
  Layer(device, 3).parameters("1.", all);
  REQUIRE(all.size() == 2);
  CHECK((all[0].name == "1.bias" && all[0].trained && all[0].shape == std::vector<std::int64_t>{3}));
  CHECK((all[1].name == "1.running_mean" && !all[1].trained && all[1].shape == std::vector<std::int64_t>{3}));
}

TEST_CASE("MeanOnlyBNLeakyReLU leaves the mean when the pass says so, and for no rows") {
  Double device;
  const Layer layer = layer_of(device);
  const auto before = get(layer, "running_mean");
  layer_cases::pass(layer, layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3),
                    {.update_statistics = false});
  CHECK(layer_cases::pass(layer, layer_cases::tensor<2>(device, {}, 7)).rows().bound == 0);
  CHECK(get(layer, "running_mean") == before);
}

TEST_CASE("MeanOnlyBNLeakyReLU gives what needs no gradient none") {
  Double device;
  const Layer layer = layer_of(device);
  const auto bias = layer_cases::parameters<Double>(layer).find("bias")->variable;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  x.features.set_needs_gradient(false);
  layer_cases::pass(layer, x);
  CHECK((!x.features.has_gradient() && bias.has_gradient()));
  bias.clear_gradient();
  bias.set_needs_gradient(false);
  x.features.set_needs_gradient(true);
  layer_cases::pass(layer, x);
  CHECK((x.features.has_gradient() && !bias.has_gradient()));
}

TEST_CASE("MeanOnlyBNLeakyReLU has the same bits with 1, 2 and 7 threads") {
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2, 7}) {
    Double device{.threads = threads};
    const Layer layer = layer_of(device);
    const auto x =
        layer_cases::tensor<2>(device, layer_cases::batch(2, 2, 3, {.count = 3000, .low = -40, .high = 40}), 3);
    results.push_back(layer_cases::numbers(layer_cases::pass(layer, x).features.value()));
    const auto mean = get(layer, "running_mean");
    results.back().insert(results.back().end(), mean.begin(), mean.end());
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("MeanOnlyBNLeakyReLU refuses other channels and settings that are none") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Layer(device, 3)(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2));
        }) == "MeanOnlyBNLeakyReLU: input has 2 channels, expected 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 0); }) ==
        "MeanOnlyBNLeakyReLU: channels must be at least 1, got 0");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 1, {.momentum = 1.5}); }) ==
        "MeanOnlyBNLeakyReLU: momentum must lie in [0, 1], got 1.500000");
}

}  // namespace

// Tests of DenseNetBlock: the oracle's function, names and gradients.
#include "scn/networks/dense_net_block.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_layers.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using state_dict::norm;
using state_dict::weight;
using Block = scn::DenseNetBlock<2, Double>;

/// The piece of a scale, a shift and a linear layer.
std::vector<state_dict::Entry> affine(const std::string& layer, std::int64_t in, std::int64_t out) {
  return {{layer + ".affineWeight", {in}}, {layer + ".affineBias", {in}}, {layer + ".convWeight", {in, out}}};
}

/// The block in training, with maps found by the oracle: layer by layer, every channel copied.
oracle::Features naive(const scn::Parameters<Double>& all, oracle::Features x) {
  const auto get = [&](int position, const char* name) {
    return layer_cases::numbers(all.find(std::to_string(position) + "." + name)->variable.value());
  };
  const auto normalized = [&](int position, const oracle::Features& z) {
    const oracle::BatchNormalization layer{get(position, "weight"), get(position, "bias"),
                                           get(position, "running_mean"), get(position, "running_var")};
    return oracle::normalize_training(layer, z).y;
  };
  const oracle::SiteSet sites = oracle::sites_of(x);
  const auto pairs = oracle::pairs_between(sites, sites, oracle::submanifold_window({3, 3}));
  oracle::Features y = normalized(0, x);
  for (int position = 1; all.find(std::to_string(position) + ".convWeight") != nullptr; position += 4) {
    const auto scale = get(position, "affineWeight"), shift = get(position, "affineBias");
    oracle::Features z = y;
    for (auto& [site, row] : z)
      for (std::size_t c = 0; c < row.size(); ++c) row[c] = std::max(0.0, scale[c] * row[c] + shift[c]);
    const auto product = get(position, "convWeight"), weights = get(position + 2, "weight");
    const std::size_t width = product.size() / scale.size(), growth = weights.size() / width / 9;
    z = normalized(position + 1, oracle::linear({scale.size(), width, product}, z));
    z = normalized(position + 3, oracle::convolve({9, 1, width, growth, weights}, z, sites, pairs));
    for (auto& [site, row] : y) row.insert(row.end(), z.at(site).begin(), z.at(site).end());
  }
  return y;
}

TEST_CASE("DenseNetBlock in training is the oracle's, for one and for three layers") {
  Double device;
  for (const int layers : {1, 3})
    for (const auto& input : layer_cases::inputs(1, 2, 5)) {
      const Block block(device, 5, {.layers = layers, .growth = 2});
      layer_cases::randomize<Double>(block, 7);
      const auto expected = naive(layer_cases::parameters<Double>(block), input);
      const auto y = layer_cases::pass(block, layer_cases::tensor<2>(device, input, 5));
      CHECK(y.channels() == 5 + 2 * layers);
      CHECK(oracle::difference(expected, layer_cases::features(y), {.of_largest = 1e-11}) == "");
    }
}

TEST_CASE("DenseNetBlock numbers the parameters of its layers one after the other, as the reference's did") {
  Double device;
  const Block block(device, 5, {.layers = 2, .growth = 3});
  const auto all = layer_cases::parameters<Double>(block);
  CHECK(
      state_dict::difference({norm("0", 5), affine("1", 5, 12), norm("2", 12), weight("3", {9, 1, 12, 3}), norm("4", 3),
                              affine("5", 8, 12), norm("6", 12), weight("7", {9, 1, 12, 3}), norm("8", 3)},
                             all) == "");
  CHECK(block.out_channels() == 11);
}

TEST_CASE("DenseNetBlock has the gradients of finite differences") {
  Double device{.seed = 2};
  const Block block(device, 3, {.layers = 2, .growth = 2});
  layer_cases::randomize<Double>(block, 7);
  const auto input = layer_cases::batch(1, 2, 3, {.count = 30});
  CHECK(layer_cases::gradient_difference(block, layer_cases::tensor<2>(device, input, 3), {}, 10) == "");
}

TEST_CASE("A log finds the layers of DenseNetBlock under the names of their parameters") {
  Double device;
  scn::LayerLog log;
  scn::Tape tape({.record = false}, &log);
  scn::AnySequential<2, Double> net;
  net.add("block", Block(device, 5, {.layers = 1, .growth = 3}));
  net(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 5), 5), &tape);
  std::vector<std::string> paths;
  for (const auto& row : log.rows()) paths.push_back(row.path);
  CHECK(paths == std::vector<std::string>{"block.0", "block.1", "block.2", "block.3", "block.4"});
  CHECK(log.total().parameters == 2 * 5 + 2 * 5 + 5 * 12 + 2 * 12 + 9 * 12 * 3 + 2 * 3);
}

TEST_CASE("DenseNetBlock takes no rows of no channels") {
  Double device;
  const auto y = layer_cases::pass(Block(device, 5), layer_cases::tensor<2>(device, {}, 0));
  CHECK(y.rows().bound == 0);
}

TEST_CASE("DenseNetBlock refuses no layers and no growth, and other channels") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Block(device, 5, {.layers = 0}); }) ==
        "DenseNetBlock<2>: layers and growth must be at least 1, got 0 and 16");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Block(device, 5, {.growth = -1}); }) ==
        "DenseNetBlock<2>: layers and growth must be at least 1, got 2 and -1");
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { Block(device, 5)(x); }) ==
        "BatchNormalization: input has 2 channels, expected 5");
}

}  // namespace

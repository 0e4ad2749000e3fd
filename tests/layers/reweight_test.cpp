// Tests of data-dependent initialisation against a computation by hand.
#include "scn/layers/reweight.hpp"

#include <cmath>

#include "catch.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/checkpointed_sequential.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;
using scn::AnySequential;
using scn::NetworkInNetwork;
using Numbers = std::vector<double>;

Numbers value(const scn::Parameters<Double>& all, const std::string& name) {
  return layer_cases::numbers(all.find(name)->variable.value());
}

struct Moments {
  Numbers mean, deviation;
};

/// Of each channel over all rows; the deviation unbiased.
Moments moments(const oracle::Features& y, std::size_t channels) {
  Moments result{Numbers(channels), Numbers(channels)};
  const double rows = static_cast<double>(y.size());
  for (std::size_t c = 0; c < channels; ++c) {
    for (const auto& [site, row] : y) result.mean[c] += row[c] / rows;
    for (const auto& [site, row] : y) result.deviation[c] += std::pow(row[c] - result.mean[c], 2) / (rows - 1);
    result.deviation[c] = std::sqrt(result.deviation[c]);
  }
  return result;
}

/// What both functions make of a layer: weights by output channel (the last axis), then biases.
oracle::Linear expected(oracle::Linear layer, const oracle::Features& x, bool divide) {
  const Moments of = moments(oracle::linear(layer, x), layer.out);
  for (std::size_t o = 0; o < layer.out; ++o) {
    const double s = divide ? of.deviation[o] : 1;
    for (std::size_t i = 0; i < layer.in; ++i) layer.weight[i * layer.out + o] /= s;
    layer.bias[o] = -(of.mean[o] - layer.bias[o]) / s;
  }
  return layer;
}

oracle::Features rectified(oracle::Features x) {
  for (auto& [site, row] : x)
    for (double& number : row) number = std::max(number, 0.0);
  return x;
}

oracle::Linear stored(const scn::Parameters<Double>& all, const std::string& name, std::size_t in, std::size_t out) {
  return {in, out, value(all, name + ".weight"), value(all, name + ".bias")};
}

/// "" if one of the functions did to `net`, two linear layers named first and second with ReLU between them, what it
/// has to, and returned what the net gives now.
template <int D, class Net, class Function>
std::string difference(Double& device, const Net& net, const std::string& first, const std::string& second, bool divide,
                       const Function& function) {
  layer_cases::randomize<Double>(net, 3);
  const auto all = net.parameters();
  const auto input = layer_cases::batch(D, D, 3);
  const auto one = expected(stored(all, first, 3, 4), input, divide);
  const auto two = expected(stored(all, second, 4, 2), rectified(oracle::linear(one, input)), divide);
  const auto x = layer_cases::tensor<D>(device, input, 3);
  const auto y = function(net, x);
  const auto got = std::vector{value(all, first + ".weight"), value(all, first + ".bias"),
                               value(all, second + ".weight"), value(all, second + ".bias")};
  std::string found;
  std::size_t i = 0;
  for (const auto& numbers : {one.weight, one.bias, two.weight, two.bias})
    found += oracle::difference(numbers, got[i++], layer_cases::tight);
  const auto result = oracle::linear(two, rectified(oracle::linear(one, input)));
  return found + oracle::difference(result, layer_cases::features(y), layer_cases::tight) +
         oracle::difference(layer_cases::features(net(x)), layer_cases::features(y), {});
}

const auto reweight = [](const auto& net, const auto& x) { return scn::reweight(net, x); };
const auto rebias = [](const auto& net, const auto& x) { return scn::rebias(net, x); };

TEST_CASE(
    "Reweighting makes each layer's result of mean 0 and deviation 1, one after the other, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    AnySequential<D, Double> net;
    net.add(NetworkInNetwork<Double>(device, 3, 4)).add(scn::ReLU{}).add(NetworkInNetwork<Double>(device, 4, 2));
    CHECK(difference<D>(device, net, "0", "2", true, reweight) == "");
    CHECK(difference<D>(device, net, "0", "2", false, rebias) == "");
    const auto y = scn::reweight(net, layer_cases::tensor<D>(device, layer_cases::batch(D, D, 3), 3));
    for (const double mean : moments(layer_cases::features(y), 2).mean) CHECK(std::abs(mean) < 1e-12);
    for (const double deviation : moments(layer_cases::features(y), 2).deviation) CHECK(deviation == Approx(1));
  });
}

TEST_CASE("Defect 21, mended: reweighting goes into all kinds of sequences; rebias does there what it does outside",
          "[quirk 21]") {
  Double device;
  AnySequential<2, Double> inner, outer;
  inner.add(scn::ReLU{}).add("last", NetworkInNetwork<Double>(device, 4, 2));
  outer.add(NetworkInNetwork<Double>(device, 3, 4)).add("inner", inner);
  CHECK(difference<2>(device, outer, "0", "inner.last", true, reweight) == "");
  CHECK(difference<2>(device, outer, "0", "inner.last", false, rebias) == "");

  scn::CheckpointedSequential<2, Double> section, whole;
  section.add(NetworkInNetwork<Double>(device, 3, 4));
  whole.add(section).add(inner);
  CHECK(difference<2>(device, whole, "0.0", "1.last", true, reweight) == "");
  CHECK(difference<2>(device, whole, "0.0", "1.last", false, rebias) == "");

  const scn::Sequential fixed{scn::Sequential{NetworkInNetwork{device, 3, 4}, scn::Identity{}}, inner};
  CHECK(difference<2>(device, fixed, "0.0", "1.last", true, reweight) == "");
  CHECK(difference<2>(device, fixed, "0.0", "1.last", false, rebias) == "");
}

TEST_CASE("Reweighting a single layer changes it") {
  Double device;
  const NetworkInNetwork layer{device, 3, 4};
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  for (const double deviation : moments(layer_cases::features(scn::reweight(layer, x)), 4).deviation)
    CHECK(deviation == Approx(1));
}

TEST_CASE(
    "Reweighting divides the weights of every group by its own channels' deviations (SparseConvNet takes others)") {
  Double device;
  AnySequential<2, Double> net;
  net.add(scn::SubmanifoldConvolution<2, Double>(device, 4, 6, 3, {.groups = 2}));
  layer_cases::randomize<Double>(net, 3);
  const auto input = layer_cases::batch(1, 2, 4, {.count = 40, .low = 0, .high = 8});
  const auto sites = oracle::sites_of(input);
  const auto pairs = oracle::pairs_between(sites, sites, oracle::submanifold_window({3, 3}));
  const auto all = net.parameters();
  oracle::Convolution layer{9, 2, 4, 6, value(all, "0.weight"), value(all, "0.bias")};
  const Moments of = moments(oracle::convolve(layer, input, sites, pairs), 6);
  for (std::size_t tap = 0; tap < 9; ++tap)
    for (std::size_t group = 0; group < 2; ++group)
      for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t o = 0; o < 3; ++o) layer.weight[layer.place(tap, group, i, o)] /= of.deviation[group * 3 + o];
  for (std::size_t c = 0; c < 6; ++c) layer.bias[c] = (layer.bias[c] - of.mean[c]) / of.deviation[c];
  const auto y = scn::reweight(net, layer_cases::tensor<2>(device, input, 4));
  CHECK(oracle::difference(layer.weight, value(all, "0.weight"), layer_cases::tight) == "");
  CHECK(oracle::difference(layer.bias, value(all, "0.bias"), layer_cases::tight) == "");
  CHECK(oracle::difference(oracle::convolve(layer, input, sites, pairs), layer_cases::features(y),
                           layer_cases::tight) == "");
}

TEST_CASE("Reweighting leaves branches of tables and layers without a bias as they are") {
  Double device;
  scn::ConcatTable<2, Double> table;
  table.add(scn::Identity{}).add(NetworkInNetwork<Double>(device, 3, 3));
  AnySequential<2, Double> net;
  net.add(table).add(scn::AddTable<2, Double>{}).add(NetworkInNetwork<Double>(device, 3, 2, false));
  const auto all = net.parameters();
  const auto before = std::vector{value(all, "0.1.weight"), value(all, "0.1.bias"), value(all, "2.weight")};
  scn::reweight(net, layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3));
  CHECK(std::vector{value(all, "0.1.weight"), value(all, "0.1.bias"), value(all, "2.weight")} == before);
}

TEST_CASE("Reweighting keeps the weights of channels that do not vary, and of one row; no rows change nothing") {
  Double device;
  AnySequential<2, Double> net;
  net.add(NetworkInNetwork<Double>(device, 2, 2));
  const auto all = net.parameters();
  const Numbers weight{1, 0, 2, 0.7}, bias{5, 7};
  const auto after = [&](const oracle::Features& input) {
    layer_cases::set(all.find("0.weight")->variable, weight);
    layer_cases::set(all.find("0.bias")->variable, bias);
    scn::reweight(net, layer_cases::tensor<2>(device, input, 2));
    return std::pair{value(all, "0.weight"), value(all, "0.bias")};
  };
  const oracle::Site a{0, {0, 0}}, b{0, {1, 0}}, c{2, {0, 0}};
  CHECK(after({}) == std::pair{weight, bias});
  const auto [same_weights, one_bias] = after({{a, {3, 4}}});
  CHECK(same_weights == weight);
  CHECK(oracle::difference({-11, -2.8}, one_bias, layer_cases::tight) == "");
  const auto [weights, biases] = after({{a, {0, 0.1}}, {b, {2, 0.1}}, {c, {4, 0.1}}});
  CHECK(oracle::difference({0.5, 0, 1, 0.7}, weights, layer_cases::tight) == "");
  CHECK(oracle::difference({-2.2 / 2, -0.07}, biases, layer_cases::tight) == "");
}

TEST_CASE("Reweighting calls layers as the pass says: in training by default") {
  Double device;
  const scn::Sequential net{scn::BatchNormalization<Double>{device, 3, {.affine = false}}};
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  const auto before = value(net.parameters(), "0.running_mean");
  scn::reweight(net, x, {.training = false});
  scn::reweight(net, x, {.update_statistics = false});
  CHECK(value(net.parameters(), "0.running_mean") == before);
  scn::reweight(net, x);
  CHECK(value(net.parameters(), "0.running_mean") != before);
  x.features.set_needs_gradient(true);
  CHECK_FALSE(scn::reweight(NetworkInNetwork{device, 3, 4}, x).features.needs_gradient());
}

}  // namespace

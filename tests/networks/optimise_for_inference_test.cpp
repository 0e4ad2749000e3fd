// Tests of networks made for inference: what they give, what is left of their layers, and what they refuse.
#include "scn/networks/optimise_for_inference.hpp"

#include "catch.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "scn/layers/summary.hpp"
#include "scn/layers/tanh.hpp"
#include "scn/networks/full_convolutional_net_integrated_linear.hpp"
#include "scn/networks/handwriting_networks.hpp"
#include "scn/networks/sparse_res_net.hpp"
#include "scn/networks/sparse_vgg_net.hpp"
#include "scn/networks/unet.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::AnySequential;
using scn::BatchNormalization;
using scn::BatchNormLeakyReLU;
using scn::BatchNormReLU;
using scn::optimise_for_inference;
using scn::SubmanifoldConvolution;
template <class T>
using Precision = scn::CpuDevice<T>;

/// Random numbers for everything: weights of norms of both signs, means away from 0, variances from 1/9 to 4.
template <class Dev, class Net>
void make_trained(const Net& net, std::uint64_t seed) {
  oracle::Random random(seed);
  for (const auto& parameter : layer_cases::parameters<Dev>(net)) {
    const auto count = static_cast<std::size_t>(parameter.variable.rows().bound * parameter.variable.channels());
    auto values = oracle::random_reals(random, count);
    if (parameter.name.ends_with("running_var"))
      for (double& value : values) value = std::pow(2.5 + value, 2) / 3;
    else if (parameter.shape.size() > 1)  // a convolution's: keep the size of what flows
      for (double& value : values)
        value *= 2 / std::sqrt(static_cast<double>(parameter.shape[parameter.shape.size() - 2]));
    layer_cases::set(parameter.variable, values);
  }
}

template <class Net>
std::vector<std::string> names(const Net& net) {
  std::vector<std::string> result;
  for (const auto& parameter : net.parameters()) result.push_back(parameter.name);
  return result;
}

template <class Net>
std::vector<std::string> layers(const Net& net) {
  std::vector<std::string> result;
  for (const auto& [name, layer] : net.sequence()) result.push_back(layer.name());
  return result;
}

/// "" if both give the same on a random batch, as far as sums in another order may differ.
template <int D, class Dev, class Net, class Made>
std::string difference(Dev& device, const Net& net, const Made& made, std::int64_t channels) {
  const double digits = std::is_same_v<Dev, Double> ? 1e-13 : 1e-5;
  for (const auto& input : layer_cases::inputs(1, D, static_cast<std::size_t>(channels), {.count = 60, .high = 9})) {
    const auto x = layer_cases::tensor<D>(device, input, channels);
    const auto expected = net(x), got = made(x);
    if (got.sites != expected.sites) return "other sites";
    const std::string found = oracle::difference(layer_cases::numbers(expected.features.value()),
                                                 layer_cases::numbers(got.features.value()), {.of_largest = digits});
    if (!found.empty()) return found;
  }
  return "";
}

template <int D, class Dev, class Net>
std::string difference(Dev& device, const Net& net, std::int64_t channels) {
  make_trained<Dev>(net, 3);
  return difference<D>(device, net, optimise_for_inference(net), channels);
}

TEMPLATE_TEST_CASE("A network for inference gives what the network gave, in both precisions", "", float, double) {
  using Dev = Precision<TestType>;
  Dev device{.seed = 2};
  for (const bool residual : {false, true})
    for (const double leakiness : {0.0, 0.2}) {
      INFO("residual " << residual << ", leakiness " << leakiness);
      CHECK(difference<2>(device,
                          scn::UNet<2, Dev>(device, {.channels = {4, 5, 6},
                                                     .repetitions = 2,
                                                     .residual = residual,
                                                     .leakiness = leakiness,
                                                     .in_channels = 3}),
                          3) == "");
    }
  CHECK(difference<2>(device, scn::SparseResNet<2, Dev>(device, 3, {{4, 2, 1}, {6, 2, 2}}), 3) == "");
  CHECK(difference<2>(device, scn::SparseVggNet<2, Dev>(device, 3, {{"C", 4}, {"MP"}, {"C", 4, 3}, {"C3/2", 6}}), 3) ==
        "");
  CHECK(difference<2>(device,
                      scn::FullConvolutionalNetIntegratedLinear<2, Dev>(
                          device, {.channels = {3, 4}, .classes = 2, .residual = true, .nested = true}),
                      3) == "");
}

TEST_CASE("A network for inference keeps no norm that a convolution can take, and the names of what stays") {
  Double device;
  AnySequential<2, Double> net;
  net.add("stem", SubmanifoldConvolution<2, Double>(device, 2, 3, 3, {.bias = false}))
      .add(BatchNormalization<Double>(device, 3))
      .add(scn::ReLU{})
      .add(scn::UNet<2, Double>(device, {.channels = {3, 4}, .residual = true}));
  const auto made = optimise_for_inference(net);
  CHECK(layers(made) == std::vector<std::string>{"SubmanifoldConvolution<2>", "FoldedSum<2>", "ConcatTable<2>",
                                                 "JoinTable<2>", "FoldedSum<2>"});
  CHECK(names(made) ==
        std::vector<std::string>{"stem.weight", "stem.bias",
                                 // a block: its first norm is of a tensor that the shortcut needs as it is
                                 "3.0.1.0.weight", "3.0.1.0.bias", "3.0.1.0.running_mean", "3.0.1.0.running_var",
                                 "3.0.1.1.weight", "3.0.1.1.bias", "3.0.1.3.weight",
                                 // the way down, a block, and up
                                 "3.2.1.0.weight", "3.2.1.0.bias", "3.2.1.0.running_mean", "3.2.1.0.running_var",
                                 "3.2.1.1.weight", "3.2.1.2.0.1.0.weight", "3.2.1.2.0.1.0.bias",
                                 "3.2.1.2.0.1.0.running_mean", "3.2.1.2.0.1.0.running_var", "3.2.1.2.0.1.1.weight",
                                 "3.2.1.2.0.1.1.bias", "3.2.1.2.0.1.3.weight", "3.2.1.3.weight", "3.2.1.3.bias",
                                 "3.2.1.3.running_mean", "3.2.1.3.running_var", "3.2.1.4.weight",
                                 // the block behind the join, whose shortcut is a linear layer
                                 "3.4.0.weight", "3.4.1.0.weight", "3.4.1.0.bias", "3.4.1.0.running_mean",
                                 "3.4.1.0.running_var", "3.4.1.1.weight", "3.4.1.1.bias", "3.4.1.3.weight"});
  CHECK(made.input_size({8, 4}) == scn::Point<2>{8, 4});
}

TEST_CASE("A network for inference folds what follows every kind of convolution, groups included") {
  Double device;
  AnySequential<2, Double> net;
  net.add(scn::Convolution<2, Double>(device, 4, 6, 3, 2, {.groups = 2}))
      .add(BatchNormLeakyReLU<Double>(device, 6))
      .add(scn::Deconvolution<2, Double>(device, 6, 4, 3, 2, {.bias = false}))
      .add(BatchNormReLU<Double>(device, 4))
      .add(scn::PermutohedralSubmanifoldConvolution<2, Double>(device, 4, 4, {.groups = 4}))
      .add(scn::LeakyReLU{})
      .add(scn::RandomizedStrideConvolution<2, Double>(device, 4, 5, 2, 2))
      .add(BatchNormReLU<Double>(device, 5))
      .add(scn::FullConvolution<2, Double>(device, 5, 4, 2, 2))
      .add(BatchNormalization<Double>(device, 4))
      .add(scn::NetworkInNetwork<Double>(device, 4, 3))
      .add(BatchNormReLU<Double>(device, 3))
      .add(SubmanifoldConvolution<2, Double>(device, 3, 3, 2))
      .add(scn::Identity{})
      .add(scn::ReLU{});
  make_trained<Double>(net, 5);
  const auto made = optimise_for_inference(net);
  CHECK(made.size() == 7);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 4), 4);
  const auto expected = net(x), got = made(x);
  CHECK(got.sites == expected.sites);
  CHECK(oracle::difference(layer_cases::numbers(expected.features.value()), layer_cases::numbers(got.features.value()),
                           {.of_largest = 1e-13}) == "");
}

TEST_CASE("A network for inference leaves norms of sums and joined tensors, and layers it does not know") {
  Double device;
  AnySequential<2, Double> net;
  scn::ConcatTable<2, Double> joined, added;
  joined.add(scn::Identity{}).add(scn::NetworkInNetwork<Double>(device, 2, 3));
  added.add(scn::NetworkInNetwork<Double>(device, 5, 5)).add(scn::Identity{});
  net.add(std::move(joined))
      .add(scn::JoinTable<2, Double>{})
      .add(BatchNormReLU<Double>(device, 5))
      .add(std::move(added))
      .add(scn::AddTable<2, Double>{})
      .add(BatchNormalization<Double>(device, 5))
      .add(scn::Tanh{});
  CHECK(difference<2>(device, net, 2) == "");
  CHECK(layers(optimise_for_inference(net)) == std::vector<std::string>{"ConcatTable<2>", "JoinTable<2>",
                                                                        "BatchNormReLU", "FoldedSum<2>",
                                                                        "BatchNormalization", "Tanh"});
}

TEST_CASE("A network for inference rectifies a sum in the pass of its convolution") {
  Double device;
  AnySequential<2, Double> net;
  scn::ConcatTable<2, Double> branches;
  branches
      .add(AnySequential<2, Double>()
               .add(SubmanifoldConvolution<2, Double>(device, 3, 3, 3))
               .add(BatchNormalization<Double>(device, 3)))
      .add(scn::Identity{});
  net.add(std::move(branches)).add(scn::AddTable<2, Double>{}).add(scn::LeakyReLU{});
  CHECK(difference<2>(device, net, 3) == "");
  CHECK(layers(optimise_for_inference(net)) == std::vector<std::string>{"FoldedSum<2>"});
}

TEST_CASE("A network for inference adds up two branches that both compute, and no three") {
  Double device;
  const auto table = [&](int branches) {
    scn::ConcatTable<2, Double> result;
    for (int i = 0; i < branches; ++i) result.add(SubmanifoldConvolution<2, Double>(device, 2, 3, 3));
    return AnySequential<2, Double>().add(std::move(result)).add(scn::AddTable<2, Double>{});
  };
  CHECK(difference<2>(device, table(2), 2) == "");
  CHECK(difference<2>(device, table(3), 2) == "");
  CHECK(optimise_for_inference(table(2)).size() == 1);
  CHECK(optimise_for_inference(table(3)).size() == 2);
}

TEST_CASE("A network for inference is made of a Sequential up to the layer that leaves the sites") {
  Double device;
  const scn::Sequential net{SubmanifoldConvolution<2, Double>{device, 3, 4, 3},
                            scn::Sequential{BatchNormReLU{device, 4}, scn::Identity{}},
                            scn::UNet<2, Double>{device, {.channels = {4, 5}}}, scn::BatchNormReLU{device, 4},
                            scn::SparseToDense<2, Double>{device}};
  make_trained<Double>(net, 3);
  const auto made = optimise_for_inference<2>(net);
  STATIC_REQUIRE(
      std::is_same_v<decltype(made),
                     const scn::Sequential<scn::InferenceNetwork<2, Double>, scn::SparseToDense<2, Double>>>);
  const auto bounded =
      layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.low = 0, .high = 7}), 3, scn::Point<2>(8), 3);
  CHECK(oracle::difference(layer_cases::numbers(net(bounded).values.value()),
                           layer_cases::numbers(made(bounded).values.value()), {.of_largest = 1e-13}) == "");
  const scn::Sequential on_sites{SubmanifoldConvolution<2, Double>{device, 3, 4, 3}, BatchNormReLU{device, 4}};
  STATIC_REQUIRE(std::is_same_v<decltype(optimise_for_inference<2>(on_sites)), scn::InferenceNetwork<2, Double>>);
  CHECK(optimise_for_inference<2>(on_sites).size() == 1);
}

TEST_CASE("A network for inference is made of a classifier's part on sites") {
  Double device;
  const auto net = scn::assamese_res_net<2>(device, 5);
  make_trained<Double>(net, 7);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.count = 200, .low = 0, .high = 94}), 3,
                                        scn::Point<2>(95), 3);
  CHECK(oracle::difference(layer_cases::numbers(net(x).value()),
                           layer_cases::numbers(optimise_for_inference(net)(x).value()), {.of_largest = 1e-12}) == "");
}

TEST_CASE("A network for inference changes nothing of the one it was made from, and no draw") {
  Double device;
  const scn::UNet<2, Double> net(device, {.channels = {3, 4}, .residual = true});
  make_trained<Double>(net, 3);
  const auto numbers = [&] {
    std::vector<std::vector<double>> all;
    for (const auto& parameter : net.parameters()) all.push_back(layer_cases::numbers(parameter.variable.value()));
    return all;
  };
  const auto before = numbers();
  const auto draws = device.draws;
  const auto made = optimise_for_inference(net);
  made(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3));
  CHECK(numbers() == before);
  CHECK(device.draws == draws);
  CHECK(made.parameters().variables().size() == 10);  // of the five norms that stay
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  layer_cases::pass(net, x);
  for (const auto& variable : net.parameters().variables()) CHECK(variable.has_gradient());
}

TEST_CASE("A network for inference made twice stays the same network") {
  Double device;
  const scn::UNet<2, Double> net(device, {.channels = {3, 4}, .residual = true});
  make_trained<Double>(net, 3);
  const auto once = optimise_for_inference(net);
  const auto twice = optimise_for_inference(once);
  CHECK(layers(twice) == layers(once));
  CHECK(names(twice) == names(once));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  CHECK(layer_cases::numbers(once(x).features.value()) == layer_cases::numbers(twice(x).features.value()));
}

TEST_CASE("A network for inference refuses tapes that record or train, and lets others watch") {
  Double device;
  const auto made = optimise_for_inference(scn::UNet<2, Double>(device, {.channels = {3, 4}}));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  for (const scn::Pass pass : {scn::Pass{}, scn::Pass{.training = false}, scn::Pass{.record = false}}) {
    scn::Tape tape(pass);
    CHECK(thrown_message<scn::InvalidArgument>([&] { made(x, &tape); }) ==
          "InferenceNetwork<2>: has no training form, train the network that it was made from");
  }
  CHECK(scn::count(made, x) == scn::count(scn::UNet<2, Double>(device, {.channels = {3, 4}}), x));
}

}  // namespace

// Tests of the classifiers of points and of samples.
#include "scn/networks/classifier.hpp"

#include <limits>

#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/first_not_finite.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Samples = scn::SampleClassifier<2, Double>;
using Points = scn::PointClassifier<2, Double>;

/// A convolution of 2 channels to 3 that takes 5 x 5 sites to one.
scn::AnySequential<2, Double> to_one_site(Double& device) {
  scn::AnySequential<2, Double> net;
  return net.add("conv", scn::Convolution<2, Double>(device, 2, 3, 5, 1, {.bias = false}));
}

Samples samples(Double& device) {
  Samples net(to_one_site(device), {}, scn::NetworkInNetwork<Double>(device, 3, 4));
  layer_cases::randomize<Double>(net, 3);
  return net;
}

Points points(Double& device) {
  scn::AnySequential<2, Double> net;
  net.add(scn::NetworkInNetwork<Double>(device, 2, 3));
  return {net, scn::OutputLayer<2, Double>(device), scn::NetworkInNetwork<Double>(device, 3, 4)};
}

oracle::Features grid(std::uint64_t seed) { return layer_cases::batch(seed, 2, 2, {.count = 12, .low = 0, .high = 4}); }

std::vector<double> value_of(const Samples& net, const char* name) {
  return layer_cases::numbers(net.parameters().find(name)->variable.value());
}

TEST_CASE("A classifier names its parameters as the reference's examples do") {
  Double device;
  const std::vector<state_dict::Entry> linear{{"linear.weight", {3, 4}}, {"linear.bias", {4}}};
  CHECK(state_dict::difference({state_dict::weight("sparseModel.conv", {25, 1, 2, 3}), linear},
                               samples(device).parameters()) == "");
  const Points without(to_one_site(device), scn::OutputLayer<2, Double>(device));
  CHECK(state_dict::difference({state_dict::weight("sparseModel.conv", {25, 1, 2, 3})}, without.parameters()) == "");
}

TEST_CASE("A classifier of samples is a linear function of each sample's only site") {
  Double device;
  const auto net = samples(device);
  const auto input = grid(1);
  const auto y = layer_cases::numbers(net(layer_cases::tensor<2>(device, input, 2, scn::Point<2>(5), 4)).value());
  const auto convolution = value_of(net, "sparseModel.conv.weight"), linear = value_of(net, "linear.weight"),
             bias = value_of(net, "linear.bias");
  std::vector<double> expected;
  for (std::int32_t sample = 0; sample < 4; ++sample) {
    std::vector<double> features(3, 0.0);
    for (const auto& [site, row] : input)
      for (std::size_t c = 0; c < 6 && site.sample == sample; ++c)
        features[c % 3] +=
            row[c / 3] * convolution[static_cast<std::size_t>(site.at[0] * 5 + site.at[1]) * 6 + c / 3 * 3 + c % 3];
    for (std::size_t k = 0; k < 4; ++k) {
      double score = bias[k];
      for (std::size_t c = 0; c < 3; ++c) score += features[c] * linear[c * 4 + k];
      expected.push_back(score);
    }
  }
  CHECK(oracle::difference(expected, y, layer_cases::tight) == "");
}

TEST_CASE("A classifier gives a sample without sites the bias, in a batch and alone") {
  Double device;
  const auto net = samples(device);
  const auto bias = value_of(net, "linear.bias");
  const auto y = layer_cases::numbers(net(layer_cases::tensor<2>(device, grid(1), 2, scn::Point<2>(5))).value());
  REQUIRE(y.size() == 12);
  CHECK(std::vector<double>(y.begin() + 4, y.begin() + 8) == bias);
  CHECK(std::vector<double>(y.begin(), y.begin() + 4) != bias);
  const auto x = layer_cases::tensor<2>(device, {}, 2, scn::Point<2>(5), 1);
  CHECK(layer_cases::numbers(layer_cases::pass(net, x).value()) == bias);
  CHECK(net(layer_cases::tensor<2>(device, {}, 2, scn::Point<2>(5))).rows().bound == 0);
}

TEST_CASE("A classifier of points gives the classes of every point, in the caller's order, and of no points none") {
  Double device;
  const auto net = points(device);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  const auto y = layer_cases::pass(net, x);
  CHECK((y.rows().bound == x.rows().bound && y.channels() == 4));
  CHECK(layer_cases::pass(net, layer_cases::tensor<2>(device, {}, 2)).rows().bound == 0);
}

TEST_CASE("Classifiers have the gradients of finite differences") {
  Double device;
  CHECK(layer_cases::gradient_difference(samples(device),
                                         layer_cases::tensor<2>(device, grid(1), 2, scn::Point<2>(5), 4)) == "");
  CHECK(layer_cases::gradient_difference(points(device),
                                         layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2)) == "");
}

TEST_CASE("A log finds the two parts of a classifier by name") {
  Double device;
  scn::LayerLog log;
  scn::Tape tape({.record = false}, &log);
  samples(device)(layer_cases::tensor<2>(device, grid(1), 2, scn::Point<2>(5)), &tape);
  std::vector<std::string> paths;
  for (const auto& row : log.rows()) paths.push_back(row.path);
  CHECK(paths == std::vector<std::string>{"sparseModel.conv", "linear"});
}

TEST_CASE("A number that is not finite is traced into the parts of a classifier") {
  Double device;
  const auto net = samples(device);
  const auto x = layer_cases::tensor<2>(device, grid(1), 2, scn::Point<2>(5), 4);
  CHECK(scn::first_not_finite(net, x) == "");
  for (const auto& [name, layer] : {std::pair{"linear.bias", "linear (NetworkInNetwork)"},
                                    std::pair{"sparseModel.conv.weight", "sparseModel.conv (Convolution<2>)"}}) {
    const auto& variable = net.parameters().find(name)->variable;
    auto numbers = layer_cases::numbers(variable.value());
    numbers[0] = std::numeric_limits<double>::infinity();
    layer_cases::set(variable, numbers);
    CHECK(scn::first_not_finite(net, x) == layer);
  }
}

TEST_CASE("A classifier shows its part on sites, and the extent of inputs that this part wants") {
  Double device;
  const auto net = samples(device);
  CHECK(net.sparse_model().size() == 1);
  CHECK(net.input_size(scn::Point<2>(1)) == scn::Point<2>(5));
}

TEST_CASE("A classifier with another part on sites shares rows and linear layer") {
  Double device;
  const auto net = samples(device);
  const auto other = net.with(to_one_site(device));
  CHECK(other.parameters().find("linear.weight")->variable.same(net.parameters().find("linear.weight")->variable));
  CHECK(!other.parameters()
             .find("sparseModel.conv.weight")
             ->variable.same(net.parameters().find("sparseModel.conv.weight")->variable));
  CHECK(other(layer_cases::tensor<2>(device, grid(1), 2, scn::Point<2>(5), 4)).channels() == 4);
}

TEST_CASE("A classifier of samples refuses sites that do not end in an extent of 1, and works afterwards") {
  Double device;
  const auto net = samples(device);
  const auto message_of = [&](const std::optional<scn::Point<2>>& extent) {
    const auto x = layer_cases::tensor<2>(device, grid(1), 2, extent);
    return thrown_message<scn::InvalidArgument>([&] { net(x); });
  };
  CHECK(message_of(scn::Point<2>{5, 6}) == "SampleRows<2>: the sites have the extent (1, 2), expected (1, 1)");
  CHECK(message_of({}) == "SampleRows<2>: the sites have no extent, expected (1, 1)");
  CHECK(net(layer_cases::tensor<2>(device, grid(1), 2, scn::Point<2>(5))).rows().bound == 3);
}

}  // namespace

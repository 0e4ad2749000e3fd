// Tests of UNet in three dimensions and single precision: the bits of training and of inference.
#include "catch.hpp"
#include "scn/networks/unet.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"

namespace {

using scn::Cpu;
using state_dict::norm;
using state_dict::weight;
using Net = scn::UNet<3>;

const scn::UNetSettings settings{.channels = {3, 4}, .repetitions = 2, .residual = true, .leakiness = 0.1};

oracle::Features scan() { return layer_cases::batch(2, 3, 3, {.count = 2500, .low = -15, .high = 15}); }

/// Everything that a step of gradient descent leaves: outputs, input gradient, weights and statistics.
std::vector<double> training_step(int threads, const oracle::Features& input) {
  Cpu device{.threads = threads, .seed = 9};
  const Net net(device, settings);
  const auto x = layer_cases::tensor<3>(device, input, 3);
  const auto y = layer_cases::pass(net, x);
  auto bits = layer_cases::numbers(y.features.value());
  const auto append = [&](const std::vector<double>& more) { bits.insert(bits.end(), more.begin(), more.end()); };
  append(layer_cases::numbers(x.features.gradient()));
  for (const auto& parameter : net.parameters()) {
    auto values = layer_cases::numbers(parameter.variable.value());
    if (parameter.trained) {
      const auto slopes = layer_cases::numbers(parameter.variable.gradient());
      for (std::size_t i = 0; i < values.size(); ++i) values[i] -= 1e-4 * slopes[i];
      layer_cases::set(parameter.variable, values);
    }
    append(values);
  }
  append(layer_cases::numbers(net(x).features.value()));
  return bits;
}

TEST_CASE("A training step of a UNet has the same bits with 1, 2 and 7 threads and from run to run") {
  const auto input = scan();
  const auto one = training_step(1, input);
  CHECK(training_step(1, input) == one);
  CHECK(training_step(2, input) == one);
  CHECK(training_step(7, input) == one);
}

TEST_CASE("UNet gives a sample the same bits alone as in a batch") {
  Cpu device{.seed = 9};
  const Net net(device, settings);
  const auto input = scan();
  layer_cases::pass(net, layer_cases::tensor<3>(device, input, 3));  // moves the statistics
  const auto together = layer_cases::features(net(layer_cases::tensor<3>(device, input, 3)));
  for (const std::int32_t sample : {0, 2}) {
    oracle::Features alone, expected;
    for (const auto& [site, row] : input)
      if (site.sample == sample) alone[site] = row;
    for (const auto& [site, row] : together)
      if (site.sample == sample) expected[site] = row;
    REQUIRE(alone.size() > 100);
    CHECK(layer_cases::features(net(layer_cases::tensor<3>(device, alone, 3))) == expected);
  }
}

TEST_CASE("UNet of residual blocks in three dimensions has the reference's parameters") {
  Cpu device;
  const auto all = Net(device, settings).parameters();
  CHECK(state_dict::difference({norm("0.1.0", 3),
                                weight("0.1.1", {27, 1, 3, 3}),
                                norm("0.1.2", 3),
                                weight("0.1.3", {27, 1, 3, 3}),
                                norm("2.1.0", 3),
                                weight("2.1.1", {27, 1, 3, 3}),
                                norm("2.1.2", 3),
                                weight("2.1.3", {27, 1, 3, 3}),
                                norm("4.1.0", 3),
                                weight("4.1.1", {8, 1, 3, 4}),
                                norm("4.1.2.0.1.0", 4),
                                weight("4.1.2.0.1.1", {27, 1, 4, 4}),
                                norm("4.1.2.0.1.2", 4),
                                weight("4.1.2.0.1.3", {27, 1, 4, 4}),
                                norm("4.1.2.2.1.0", 4),
                                weight("4.1.2.2.1.1", {27, 1, 4, 4}),
                                norm("4.1.2.2.1.2", 4),
                                weight("4.1.2.2.1.3", {27, 1, 4, 4}),
                                norm("4.1.3", 4),
                                weight("4.1.4", {8, 1, 4, 3}),
                                weight("6.0", {6, 3}),
                                norm("6.1.0", 6),
                                weight("6.1.1", {27, 1, 6, 3}),
                                norm("6.1.2", 3),
                                weight("6.1.3", {27, 1, 3, 3}),
                                norm("8.1.0", 3),
                                weight("8.1.1", {27, 1, 3, 3}),
                                norm("8.1.2", 3),
                                weight("8.1.3", {27, 1, 3, 3})},
                               all) == "");
  CHECK(all.elements() == 4225);
}

}  // namespace

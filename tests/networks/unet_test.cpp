// Tests of UNet in two dimensions and double precision: names, sizes, and the gradients of the whole network.
#include "scn/networks/unet.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using state_dict::norm;
using state_dict::weight;
using Net = scn::UNet<2, Double>;

TEST_CASE("UNet has the reference's parameters") {
  Double device;
  const auto all = Net(device, {.channels = {3, 4, 5}}).parameters();
  CHECK(state_dict::difference(
            {norm("0.0", 3), weight("0.1", {9, 1, 3, 3}), norm("1.1.0", 3), weight("1.1.1", {4, 1, 3, 4}),
             norm("1.1.2.0.0", 4), weight("1.1.2.0.1", {9, 1, 4, 4}), norm("1.1.2.1.1.0", 4),
             weight("1.1.2.1.1.1", {4, 1, 4, 5}), norm("1.1.2.1.1.2.0.0", 5), weight("1.1.2.1.1.2.0.1", {9, 1, 5, 5}),
             norm("1.1.2.1.1.3", 5), weight("1.1.2.1.1.4", {4, 1, 5, 4}), norm("1.1.2.3.0", 8),
             weight("1.1.2.3.1", {9, 1, 8, 4}), norm("1.1.3", 4), weight("1.1.4", {4, 1, 4, 3}), norm("3.0", 6),
             weight("3.1", {9, 1, 6, 3})},
            all) == "");
  CHECK(all.elements() == 1240);
}

TEST_CASE("UNet of residual blocks and its own number of input channels has the reference's parameters") {
  Double device;
  const auto all = Net(device, {.channels = {4, 5}, .residual = true, .in_channels = 2}).parameters();
  CHECK(state_dict::difference(
            {weight("0.0", {2, 4}), norm("0.1.0", 2), weight("0.1.1", {9, 1, 2, 4}), norm("0.1.2", 4),
             weight("0.1.3", {9, 1, 4, 4}), norm("2.1.0", 4), weight("2.1.1", {4, 1, 4, 5}), norm("2.1.2.0.1.0", 5),
             weight("2.1.2.0.1.1", {9, 1, 5, 5}), norm("2.1.2.0.1.2", 5), weight("2.1.2.0.1.3", {9, 1, 5, 5}),
             norm("2.1.3", 5), weight("2.1.4", {4, 1, 5, 4}), weight("4.0", {8, 4}), norm("4.1.0", 8),
             weight("4.1.1", {9, 1, 8, 4}), norm("4.1.2", 4), weight("4.1.3", {9, 1, 4, 4})},
            all) == "");
  CHECK(all.elements() == 1372);
}

TEST_CASE("UNet has the gradients of finite differences for 50 random weights and the input") {
  Double device{.threads = 1, .seed = 4};
  for (const bool residual : {false, true}) {
    INFO("residual " << residual);
    const Net net(device, {.channels = {3, 4, 5}, .repetitions = 1, .residual = residual, .leakiness = 0.1});
    const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.count = 60, .low = -9, .high = 9}), 3);
    const scn::Pass kind{.update_statistics = false};
    layer_cases::pass(net, x, kind);
    const auto sum = [&] { return layer_cases::weighted_sum(net, x, kind); };
    CHECK(layer_cases::gradient_difference<Double>({{"features", x.features}}, sum, 20) == "");
    const auto variables = net.parameters().variables();
    oracle::Random random(6);
    for (int i = 0; i < 50; ++i) {
      const auto& variable =
          variables[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(variables.size()) - 1))];
      const auto values = layer_cases::numbers(variable.value());
      const auto element = static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(values.size()) - 1));
      std::vector<double> direction(values.size(), 0.0);
      direction[element] = 1;
      const oracle::Function at = [&](const std::vector<double>& moved) {
        layer_cases::set(variable, moved);
        return sum();
      };
      const auto slopes = layer_cases::numbers(variable.gradient());
      CHECK(oracle::direction_difference(at, values, slopes, direction) == "");
      layer_cases::set(variable, values);
    }
  }
}

TEST_CASE("UNet takes no rows, one site and an empty sample, and ends on the sites of its input") {
  Double device;
  const Net net(device, {.channels = {3, 4, 5}, .repetitions = 2, .residual = true});
  for (const auto& input : layer_cases::inputs(1, 2, 3)) {
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(net, x);
    CHECK((y.sites == x.sites && y.channels() == 3));
    for (const double value : layer_cases::numbers(y.features.value())) REQUIRE(std::isfinite(value));
  }
}

TEST_CASE("UNet of residual blocks takes no rows of no channels") {
  Double device;
  const Net net(device, {.channels = {3, 4}, .residual = true});
  CHECK(net(layer_cases::tensor<2>(device, {}, 0)).rows().bound == 0);
}

TEST_CASE("UNet builds one submanifold and one strided map a level") {
  Double device;
  const Net net(device, {.channels = {3, 4, 5}, .repetitions = 2});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  layer_cases::pass(net, x);
  CHECK(x.rulebook->size() == 5);
}

TEST_CASE("UNet refuses other channels at its first layer") {
  Double device;
  const Net net(device, {.channels = {3, 4}});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { net(x); }) ==
        "BatchNormalization: input has 2 channels, expected 3");
}

TEST_CASE(
    "Defect 7, mended: the input size of UNet is the output's where all levels divide it, and there is none elsewhere",
    "[quirk 7]") {
  Double device;
  const Net net(device, {.channels = {3, 4, 5}});
  CHECK(net.input_size({8, 12}) == scn::Point<2>{8, 12});
  CHECK(net.fitting_size({9, 12}) == scn::Point<2>{12, 12});
  CHECK(
      thrown_message<scn::InvalidArgument>([&] {
        net.input_size({10, 12});
      }) ==
      "UNet<2>: 3 levels with steps of size 2 and stride 2 do not divide the extent (10, 12) without a remainder, the "
      "next larger one that fits is (12, 12)");
  const Net overlapping(device, {.channels = {3, 4, 5, 6, 7}, .downsample_size = 3});
  CHECK(overlapping.input_size({207, 31}) == scn::Point<2>{207, 31});
  CHECK(overlapping.fitting_size({192, 1}) == scn::Point<2>{207, 31});
}

TEST_CASE("UNet says its input size inside a sequence too") {
  Double device;
  const auto input_size = [&](int size, const scn::Point<2>& out) {
    scn::AnySequential<2, Double> net;
    net.add(Net(device, {.channels = {3, 4}})).add(scn::Convolution<2, Double>(device, 3, 4, size, 2));
    return net.input_size(out);
  };
  CHECK(input_size(2, {8, 3}) == scn::Point<2>{16, 6});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          input_size(3, {8, 3});
        }) ==
        "UNet<2>: 2 levels with steps of size 2 and stride 2 do not divide the extent (17, 7) without a remainder, the "
        "next larger one that fits is (18, 8)");
}

TEST_CASE("UNet refuses to have no level, or levels without blocks") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Net(device, {}); }) ==
        "UNet<2>: there has to be at least one level");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Net(device, {.channels = {3, 4}, .repetitions = 0});
        }) == "UNet<2>: there has to be at least one block a level, got 0");
}

}  // namespace

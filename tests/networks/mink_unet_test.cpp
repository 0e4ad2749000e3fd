// Tests of MinkUNet: the parameters and the work of MinkUNet42, its levels, and the gradients of a small one.
#include "scn/networks/mink_unet.hpp"

#include "catch.hpp"
#include "scn/layers/summary.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using state_dict::norm;
using state_dict::weight;

const scn::MinkUNetSettings small{.in_channels = 2, .stem = 3, .encoder = {3, 4}, .decoder = {5, 4}, .repetitions = 1};

TEST_CASE("MinkUNet has a stem, blocks behind each step down, and blocks on what the way back and the encoder give") {
  Double device;
  const auto all = scn::MinkUNet<2, Double>(device, small).parameters();
  const auto block = [](const std::string& at, int in, int out) {
    std::vector<std::vector<state_dict::Entry>> entries{
        weight(at + ".0.0.0", {9, 1, in, out}), norm(at + ".0.0.1", out), weight(at + ".0.0.2", {9, 1, out, out}),
        norm(at + ".0.0.3", out)};
    if (in == out) return entries;
    entries.push_back(weight(at + ".0.1.0", {in, out}));
    entries.push_back(norm(at + ".0.1.1", out));
    return entries;
  };
  std::vector<std::vector<state_dict::Entry>> expected{weight("0", {9, 1, 2, 3}),     norm("1", 3),
                                                       weight("2", {9, 1, 3, 3}),     norm("3", 3),
                                                       weight("4.0.0", {4, 1, 3, 3}), norm("4.0.1", 3)};
  const auto add = [&](const auto& entries) { expected.insert(expected.end(), entries.begin(), entries.end()); };
  using Entries = std::vector<std::vector<state_dict::Entry>>;
  add(block("4.0.2", 3, 3));
  add(Entries{weight("4.0.3.0.0", {4, 1, 3, 3}), norm("4.0.3.0.1", 3)});
  add(block("4.0.3.0.2", 3, 4));
  add(Entries{weight("4.0.3.0.3", {4, 1, 4, 5}), norm("4.0.3.0.4", 5)});
  add(block("4.0.5", 8, 5));
  add(Entries{weight("4.0.6", {4, 1, 5, 4}), norm("4.0.7", 4)});
  add(block("6", 7, 4));
  CHECK(state_dict::difference(expected, all) == "");
}

TEST_CASE("MinkUNet42 has 42 convolutions and the number of parameters of its closed form") {
  Double device;
  const scn::MinkUNet<3, Double> net(device);
  std::int64_t convolutions = 0, weights = 0, norms = 0;
  for (const auto& parameter : net.parameters()) {
    if (parameter.shape.size() == 4) ++convolutions;
    (parameter.shape.size() == 1 ? norms : weights) +=
        parameter.trained ? parameter.variable.value().to_host().size() : 0;
  }
  CHECK(convolutions == 42);
  const auto block = [](std::int64_t in, std::int64_t out) {
    return 27 * (in + out) * out + (in == out ? 0 : in * out) + 2 * 27 * out * out;
  };
  const std::int64_t stem = 27 * 32 * (4 + 32);
  const std::int64_t down =
      8 * (32 * 32 + 32 * 32 + 64 * 64 + 128 * 128) + block(32, 32) + block(32, 64) + block(64, 128) + block(128, 256);
  const std::int64_t up = 8 * (256 * 256 + 256 * 128 + 128 * 96 + 96 * 96) + block(256 + 128, 256) +
                          block(128 + 64, 128) + block(96 + 32, 96) + block(96 + 32, 96);
  CHECK(weights == stem + down + up);
  CHECK(net.parameters().elements() == weights + norms);
}

TEST_CASE("MinkUNet counts the work of its convolutions and builds one map a level and one a step") {
  Double device;
  const scn::MinkUNet<2, Double> net(device, small);
  const auto x = layer_cases::tensor<2>(device, {{{0, {4, 4}}, {1, 2}}}, 2);
  // One site at each level: every convolution has one pair.
  const std::int64_t products = 2 * 3 + 3 * 3 + 3 * 3 + 2 * 9 + 3 * 3 + (3 * 4 + 4 * 4 + 3 * 4) + 4 * 5 +
                                (8 * 5 + 5 * 5 + 8 * 5) + 5 * 4 + (7 * 4 + 4 * 4 + 7 * 4);
  CHECK(scn::count(net, x).multiply_adds == products);
  CHECK(x.rulebook->size() == 5);
}

TEST_CASE("MinkUNet ends on the sites of its input, whatever these are") {
  Double device;
  const scn::MinkUNet<3, Double> net(device, small);
  for (const auto& input : layer_cases::inputs(1, 3, 2)) {
    const auto x = layer_cases::tensor<3>(device, input, 2);
    const auto y = layer_cases::pass(net, x);
    CHECK((y.sites == x.sites && y.channels() == (input.empty() ? y.channels() : 4)));
  }
}

TEST_CASE("MinkUNet has the gradients of finite differences") {
  Double device{.seed = 5};
  const scn::MinkUNet<2, Double> net(device, small);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2, {.count = 60, .low = -9, .high = 9}), 2);
  CHECK(layer_cases::gradient_difference(net, x, {}, 20) == "");
}

TEST_CASE("MinkUNet refuses ways of different depth, and tells which extents its steps divide") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::MinkUNet<2, Double>(device, {.encoder = {3, 4}, .decoder = {5}});
        }) == "MinkUNet<2>: 2 levels on the way down, 1 on the way back");
  CHECK(scn::MinkUNet<2, Double>(device, small).fitting_size({9, 12}) == Point<2>{12, 12});
}

}  // namespace

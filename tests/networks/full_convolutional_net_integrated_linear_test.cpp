// Tests of FullConvolutionalNetIntegratedLinear: names, gradients, and the sum of the scores of its levels.
#include "scn/networks/full_convolutional_net_integrated_linear.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using state_dict::norm;
using state_dict::weight;
using Net = scn::FullConvolutionalNetIntegratedLinear<2, Double>;

std::vector<state_dict::Entry> bias(const std::string& layer, std::int64_t channels) {
  return {{layer + ".bias", {channels}}};
}

TEST_CASE("Defect 21, mended: FullConvolutionalNetIntegratedLinear of one and of several levels can be built and run",
          "[quirk 21]") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  for (const std::vector<int>& channels : {std::vector<int>{3}, {3, 4}, {3, 4, 5}}) {
    const auto y = layer_cases::pass(Net(device, {.channels = channels, .classes = 7}), x);
    CHECK((y.sites == x.sites && y.channels() == 7));
  }
  CHECK(Net(device, {.channels = {3, 4}})(x).channels() == 3);
}

TEST_CASE("FullConvolutionalNetIntegratedLinear has the reference's parameters, one bias for all levels") {
  Double device;
  const auto all = Net(device, {.channels = {3, 4, 5}, .classes = 7}).parameters();
  CHECK(state_dict::difference(
            {norm("0", 3), weight("1", {9, 1, 3, 3}), norm("2.0.0", 3), weight("2.0.1", {3, 7}), norm("2.1.0", 3),
             weight("2.1.1", {4, 1, 3, 4}), norm("2.1.2.0", 4), weight("2.1.2.1", {9, 1, 4, 4}), norm("2.1.2.2.0.0", 4),
             weight("2.1.2.2.0.1", {4, 7}), norm("2.1.2.2.1.0", 4), weight("2.1.2.2.1.1", {4, 1, 4, 5}),
             norm("2.1.2.2.1.2.0", 5), weight("2.1.2.2.1.2.1", {9, 1, 5, 5}), norm("2.1.2.2.1.2.2", 5),
             weight("2.1.2.2.1.2.3", {5, 7}), bias("2.1.2.2.1.2.3", 7)},
            all) == "");
  // Norms, submanifold convolutions, strided ones, scores.
  CHECK(all.elements() == 2 * (3 * 3 + 3 * 4 + 2 * 5) + 9 * (9 + 16 + 25) + 4 * (12 + 20) + (3 + 4 + 5 + 1) * 7);
}

TEST_CASE("FullConvolutionalNetIntegratedLinear of residual blocks has the reference's names") {
  Double device;
  const auto all = Net(device, {.channels = {3, 4}, .classes = 2, .residual = true, .downsample_size = 3}).parameters();
  CHECK(state_dict::difference(
            {norm("0.1.0", 3), weight("0.1.1", {9, 1, 3, 3}), norm("0.1.2", 3), weight("0.1.3", {9, 1, 3, 3}),
             norm("2.0.0", 3), weight("2.0.1", {3, 2}), norm("2.1.0", 3), weight("2.1.1", {9, 1, 3, 4}),
             norm("2.1.2.0.1.0", 4), weight("2.1.2.0.1.1", {9, 1, 4, 4}), norm("2.1.2.0.1.2", 4),
             weight("2.1.2.0.1.3", {9, 1, 4, 4}), norm("2.1.2.2", 4), weight("2.1.2.3", {4, 2}), bias("2.1.2.3", 2)},
            all) == "");
}

TEST_CASE("FullConvolutionalNetIntegratedLinear has the names of the reference's NYU network on request") {
  Double device;
  const auto all = Net(device, {.channels = {3, 4}, .classes = 2, .nested = true}).parameters();
  CHECK(state_dict::difference(
            {norm("0.0", 3), weight("0.1", {9, 1, 3, 3}), norm("1.0.0", 3), weight("1.0.1", {3, 2}), norm("1.1.0", 3),
             weight("1.1.1", {4, 1, 3, 4}), norm("1.1.2.0.0", 4), weight("1.1.2.0.1", {9, 1, 4, 4}),
             norm("1.1.2.1.0", 4), weight("1.1.2.1.1", {4, 2}), bias("1.1.2.1.1", 2)},
            all) == "");
}

TEST_CASE("FullConvolutionalNetIntegratedLinear is the same function under either names") {
  const auto input = layer_cases::batch(1, 2, 3);
  std::vector<oracle::Features> results;
  for (const bool nested : {false, true}) {
    Double device{.seed = 3};
    const Net net(device, {.channels = {3, 4, 5}, .repetitions = 2, .nested = nested});
    results.push_back(layer_cases::features(layer_cases::pass(net, layer_cases::tensor<2>(device, input, 3))));
  }
  CHECK(results[0] == results[1]);
}

/// Sets the linear layers of all levels but one to 0, and all of them if `level` is -1.
void keep_scores_of(const Net& net, std::int64_t level) {
  std::int64_t at = 0;
  for (const auto& parameter : net.parameters()) {
    if (parameter.shape.size() != 2) continue;
    if (at++ != level)
      layer_cases::set(parameter.variable,
                       std::vector<double>(static_cast<std::size_t>(parameter.shape[0] * parameter.shape[1]), 0.0));
  }
  REQUIRE(at == 3);
}

TEST_CASE("FullConvolutionalNetIntegratedLinear adds the scores of all levels, and the bias once") {
  const auto input = layer_cases::batch(1, 2, 3);
  const std::vector<double> bias{10, 20, 30, 40};
  const auto scores = [&](std::optional<std::int64_t> level) {
    Double device{.seed = 3};
    const Net net(device, {.channels = {3, 4, 5}, .classes = 4});
    layer_cases::set(net.parameters().find("2.1.2.2.1.2.3.bias")->variable, bias);
    if (level) keep_scores_of(net, *level);
    return layer_cases::features(net(layer_cases::tensor<2>(device, input, 3)));
  };
  for (const auto& [site, row] : scores(-1)) CHECK(row == bias);
  const auto all = scores({});
  oracle::Features sum;
  for (const std::int64_t level : {0, 1, 2}) {
    double size = 0;
    for (const auto& [site, row] : scores(level)) {
      auto& total = sum.try_emplace(site, bias).first->second;
      for (std::size_t c = 0; c < row.size(); ++c) {
        total[c] += row[c] - bias[c];
        size += std::abs(row[c] - bias[c]);
      }
    }
    INFO("level " << level);
    CHECK(size > 1);
  }
  CHECK(oracle::difference(all, sum, layer_cases::tight) == "");
}

TEST_CASE("FullConvolutionalNetIntegratedLinear has the gradients of finite differences") {
  Double device{.seed = 2};
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2, {.count = 30, .low = -9, .high = 9}), 2);
  for (const bool residual : {false, true}) {
    const Net net(device, {.channels = {2, 3, 2}, .classes = 2, .residual = residual, .leakiness = 0.1});
    CHECK(layer_cases::gradient_difference(net, x, {}, 10) == "");
  }
}

TEST_CASE("FullConvolutionalNetIntegratedLinear takes no rows, one site and an empty sample") {
  Double device;
  const Net net(device, {.channels = {3, 4, 5}, .classes = 2, .repetitions = 2, .residual = true});
  for (const auto& input : layer_cases::inputs(1, 2, 3)) {
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(net, x);
    CHECK((y.sites == x.sites && y.channels() == 2));
  }
}

TEST_CASE("FullConvolutionalNetIntegratedLinear refuses to have no level, and extents that its steps do not divide") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Net(device, {}); }) ==
        "FullConvolutionalNetIntegratedLinear<2>: there has to be at least one level");
  const Net net(device, {.channels = {2, 2}});
  CHECK(net.input_size({4, 6}) == scn::Point<2>{4, 6});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          net.input_size({4, 5});
        }) ==
        "FullConvolutionalNetIntegratedLinear<2>: 2 levels with steps of size 2 and stride 2 do not divide the extent "
        "(4, 5) without a remainder, the next larger one that fits is (4, 6)");
}

TEST_CASE("FullConvolutionalNetIntegratedLinear refuses other channels and no classes") {
  Double device;
  const Net net(device, {.channels = {3, 4}});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { net(x); }) ==
        "BatchNormalization: input has 2 channels, expected 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Net(device, {.channels = {3, 4}, .classes = -1});
        }) == "NetworkInNetwork: channels must be at least 1, got 3 and -1");
}

}  // namespace

// Tests of SparseGroupNorm against a naive normalisation of each group, and finite differences.
#include "scn/layers/sparse_group_normalization.hpp"

#include <cmath>
#include <cstddef>
#include <initializer_list>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_layers.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Layer = scn::SparseGroupNorm<Double>;

std::vector<double> get(const Layer& layer, const char* name) {
  return layer_cases::numbers(layer_cases::parameters<Double>(layer).find(name)->variable.value());
}

/// A group of a row is batch normalisation of `width` rows of one channel.
oracle::Features expected(const oracle::Features& x, std::size_t groups, const std::vector<double>& weight,
                          const std::vector<double>& bias, double eps = 1e-5) {
  oracle::Features y = x;
  for (auto& [site, row] : y)
    for (std::size_t group = 0; group < groups; ++group) {
      const std::size_t width = row.size() / groups;
      oracle::Features members;
      for (std::size_t i = 0; i < width; ++i) members[{0, {static_cast<std::int32_t>(i)}}] = {row[group * width + i]};
      const auto normal = oracle::normalize({.eps = eps}, members, oracle::moments(members, 1, false));
      for (const auto& [member, value] : normal) {
        const std::size_t c = group * width + static_cast<std::size_t>(member.at[0]);
        row[c] = weight.at(c) * value[0] + bias.at(c);
      }
    }
  return y;
}

TEST_CASE("Defect 21, mended: SparseGroupNorm normalises each group of each row in 1 to 4 dimensions", "[quirk 21]") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const std::size_t groups : std::initializer_list<std::size_t>{1, 2, 3, 6}) {
      INFO("D = " << D << ", " << groups << " groups");
      const Layer layer(device, static_cast<std::int64_t>(groups), 6);
      layer_cases::randomize<Double>(layer, 3);
      for (const auto& input : layer_cases::inputs(D, D, 6)) {
        const auto y = layer(layer_cases::tensor<D>(device, input, 6));
        CHECK(oracle::difference(expected(input, groups, get(layer, "weight"), get(layer, "bias")),
                                 layer_cases::features(y), {.absolute = 1e-11}) == "");
      }
    }
  });
}

TEST_CASE("SparseGroupNorm has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const Layer layer(device, 2, 6, {.eps = 0.01});
    layer_cases::randomize<Double>(layer, 3);
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(D, D, 6), 6);
    CHECK(layer_cases::gradient_difference(layer, x) == "");
  });
}

TEST_CASE("SparseGroupNorm gives a row the same whatever else is in the batch, and in training") {
  Double device;
  const Layer layer(device, 2, 6);
  const auto all = layer_cases::batch(1, 2, 6);
  const auto together = layer_cases::features(layer_cases::pass(layer, layer_cases::tensor<2>(device, all, 6)));
  for (const auto& [site, row] : all) {
    const auto alone = layer_cases::features(layer(layer_cases::tensor<2>(device, {{site, row}}, 6)));
    REQUIRE(alone.at(site) == together.at(site));
  }
}

TEST_CASE("SparseGroupNorm of a mean far from 0 keeps its digits in float") {
  scn::Cpu device;
  const scn::SparseGroupNorm<scn::Cpu> layer(device, 1, 4, {.eps = 1e-12});
  const oracle::Features input{{{0, {0}}, {1e6 + 0.0625, 1e6, 1e6 + 0.0625, 1e6 + 0.125}}};
  const auto y = layer_cases::features(layer(layer_cases::tensor<1>(device, input, 4)));
  CHECK(oracle::difference({{{0, {0}}, {0, -std::sqrt(2.0), 0, std::sqrt(2.0)}}}, y, {.absolute = 1e-5}) == "");
}

TEST_CASE("SparseGroupNorm of equal channels gives the bias") {
  Double device;
  const Layer layer(device, 3, 3);
  layer_cases::randomize<Double>(layer, 3);
  const auto y = layer(layer_cases::tensor<1>(device, {{{0, {0}}, {3, 4, 5}}}, 3));
  CHECK(layer_cases::numbers(y.features.value()) == get(layer, "bias"));
}

TEST_CASE("SparseGroupNorm lists weight and bias of ones and zeros, and nothing when not affine") {
  Double device;
  std::vector<scn::Parameter<Double>> all;
  Layer(device, 2, 4).parameters("3.", all);
  REQUIRE(all.size() == 2);
  CHECK((all[0].name == "3.weight" && all[0].shape == std::vector<std::int64_t>{4} && all[0].trained));
  CHECK((all[1].name == "3.bias" && all[1].shape == std::vector<std::int64_t>{4} && all[1].trained));
  CHECK(layer_cases::numbers(all[0].variable.value()) == std::vector<double>(4, 1.0));
  CHECK(layer_cases::numbers(all[1].variable.value()) == std::vector<double>(4, 0.0));
  const Layer plain(device, 2, 4, {.affine = false});
  CHECK(layer_cases::parameters<Double>(plain).size() == 0);
  CHECK(layer_cases::gradient_difference(plain, layer_cases::tensor<1>(device, layer_cases::batch(1, 1, 4), 4)) == "");
}

TEST_CASE("SparseGroupNorm gives what needs no gradient none") {
  Double device;
  const Layer layer(device, 2, 4);
  const auto all = layer_cases::parameters<Double>(layer);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 4), 4);
  x.features.set_needs_gradient(false);
  all.find("weight")->variable.set_needs_gradient(false);
  layer_cases::pass(layer, x);
  CHECK_FALSE(x.features.has_gradient());
  CHECK_FALSE(all.find("weight")->variable.has_gradient());
  CHECK(all.find("bias")->variable.has_gradient());
}

TEST_CASE("SparseGroupNorm has the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 2, 4, {.count = 3000, .low = -40, .high = 40});
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2, 7}) {
    Double device{.threads = threads};
    const Layer layer(device, 2, 4);
    const auto x = layer_cases::tensor<2>(device, input, 4);
    results.push_back(layer_cases::numbers(layer_cases::pass(layer, x).features.value()));
    const auto dweight = layer_cases::parameters<Double>(layer).find("weight")->variable;
    for (const auto& more : {layer_cases::numbers(x.features.gradient()), layer_cases::numbers(dweight.gradient())})
      results.back().insert(results.back().end(), more.begin(), more.end());
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("SparseGroupNorm refuses groups that do not divide the channels, other channels and no eps") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 4, 6); }) ==
        "SparseGroupNorm: 4 groups do not divide 6 channels");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 0, 6); }) ==
        "SparseGroupNorm: 0 groups do not divide 6 channels");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 2, 0); }) ==
        "SparseGroupNorm: 2 groups do not divide 0 channels");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 2, 4, {.eps = 0}); }) ==
        "SparseGroupNorm: eps must be positive, got 0.000000");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Layer(device, 2, 4)(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2));
        }) == "SparseGroupNorm: input has 2 channels, expected 4");
}

}  // namespace

// Tests of PermutohedralSubmanifoldConvolution against the oracle.
#include "scn/layers/permutohedral_submanifold_convolution.hpp"

#include <cmath>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::PermutohedralSubmanifoldConvolution;
using scn::Point;

/// The offsets as the reference's results show them, in two dimensions with (0, -1) in place of the second centre.
oracle::Window lattice(int dimension) {
  if (dimension == 1) return oracle::offsets_window({{0}, {-1}, {1}});
  if (dimension == 2) return oracle::offsets_window({{0, -1}, {1, -1}, {-1, 0}, {0, 0}, {1, 0}, {-1, 1}, {0, 1}});
  if (dimension == 3)
    return oracle::offsets_window({{0, 0, 0},
                                   {0, 0, -1},
                                   {1, 0, -1},
                                   {0, 1, -1},
                                   {0, -1, 0},
                                   {1, -1, 0},
                                   {-1, 0, 0},
                                   {1, 0, 0},
                                   {-1, 1, 0},
                                   {0, 1, 0},
                                   {0, -1, 1},
                                   {-1, 0, 1},
                                   {0, 0, 1}});
  return oracle::offsets_window(
      {{0, 0, 0, 0},  {0, 0, 0, -1}, {1, 0, 0, -1}, {0, 1, 0, -1}, {0, 0, 1, -1}, {0, 0, -1, 0}, {1, 0, -1, 0},
       {0, 1, -1, 0}, {0, -1, 0, 0}, {1, -1, 0, 0}, {-1, 0, 0, 0}, {1, 0, 0, 0},  {-1, 1, 0, 0}, {0, 1, 0, 0},
       {0, -1, 1, 0}, {-1, 0, 1, 0}, {0, 0, 1, 0},  {0, 0, -1, 1}, {0, -1, 0, 1}, {-1, 0, 0, 1}, {0, 0, 0, 1}});
}

/// "" if the layer agrees with the oracle on the input.
template <int D>
std::string difference(Double& device, const oracle::Features& input, const scn::ConvolutionSettings& settings) {
  const PermutohedralSubmanifoldConvolution<D, Double> layer(device, 2, 4, settings);
  layer_cases::randomize<Double>(layer, 3);
  const auto sites = oracle::sites_of(input);
  return layer_cases::convolution_difference(layer, layer_cases::tensor<D>(device, input, 2), sites,
                                             oracle::pairs_between(sites, sites, lattice(D)));
}

TEST_CASE("PermutohedralSubmanifoldConvolution and its gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 2)) {
      INFO(input.size() << " sites");
      CHECK(difference<D>(device, input, {}) == "");
      CHECK(difference<D>(device, input, {.bias = false, .groups = 2}) == "");
    }
  });
}

TEST_CASE(
    "Defect 13, mended: PermutohedralSubmanifoldConvolution sees (0, -1) through its first tap and the centre once",
    "[quirk 13]") {
  Double device;
  const PermutohedralSubmanifoldConvolution<2, Double> layer(device, 1, 1, {.bias = false});
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {1, 2, 4, 8, 16, 32, 64});
  const auto x = layer_cases::tensor<2>(device, {{{0, {3, 3}}, {1}}, {{0, {3, 4}}, {10}}}, 1);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {3, 3}}, {8 + 640}}, {{0, {3, 4}}, {80 + 1}}});
}

TEST_CASE("PermutohedralSubmanifoldConvolution has D^2 + D + 1 weights, also in ten dimensions") {
  Double device;
  const PermutohedralSubmanifoldConvolution<10, Double> layer(device, 2, 4, {.groups = 2});
  CHECK(layer_cases::parameters<Double>(layer).find("weight")->shape == std::vector<std::int64_t>{111, 2, 1, 2});
  CHECK(layer_cases::parameters<Double>(layer).find("bias")->shape == std::vector<std::int64_t>{4});
  const auto x = layer_cases::tensor<10>(device, layer_cases::batch(3, 10, 2), 2);
  CHECK(layer(x).sites == x.sites);
}

TEST_CASE("Defect 31, mended: PermutohedralSubmanifoldConvolution draws larger weights for more groups", "[quirk 31]") {
  for (const int groups : {1, 4}) {
    Double device;
    const PermutohedralSubmanifoldConvolution<3, Double> layer(device, 32, 32, {.groups = groups});
    double squares = 0;
    const auto weights = layer_cases::numbers(layer_cases::parameters<Double>(layer).find("weight")->variable.value());
    for (const double weight : weights) squares += weight * weight;
    const double expected = 2.0 * groups / (32 * 13), count = static_cast<double>(weights.size());
    CHECK(std::abs(squares / count - expected) < 5 * expected * std::sqrt(2 / count));
  }
}

TEST_CASE("PermutohedralSubmanifoldConvolution has the gradients of finite differences") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const PermutohedralSubmanifoldConvolution<D, Double> layer(device, 2, 2);
    layer_cases::randomize<Double>(layer, 6);
    CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<D>(device, layer_cases::batch(5, D, 2), 2)) ==
          "");
  });
}

TEST_CASE("PermutohedralSubmanifoldConvolutions on the same sites share a map, which no box shares") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, layer_cases::batch(4, 1, 1), 1);
  const PermutohedralSubmanifoldConvolution<1, Double> first(device, 1, 1), second(device, 1, 1);
  second(first(x));
  CHECK(x.rulebook->size() == 1);
  x.rulebook->submanifold(x.sites, scn::submanifold_window(Point<1>(3)));
  CHECK(x.rulebook->size() == 2);
}

TEST_CASE("PermutohedralSubmanifoldConvolution refuses other channels and groups that do not divide them") {
  Double device;
  const PermutohedralSubmanifoldConvolution<3, Double> layer(device, 2, 1);
  const auto x = layer_cases::tensor<3>(device, layer_cases::batch(4, 3, 3), 3);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "PermutohedralSubmanifoldConvolution<3>: input has 3 channels, expected 2");
  CHECK(x.rulebook->size() == 0);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          PermutohedralSubmanifoldConvolution<3, Double>(device, 3, 2, {.groups = 2});
        }) == "PermutohedralSubmanifoldConvolution<3>: 2 groups do not divide the channels 3 and 2");
}

}  // namespace

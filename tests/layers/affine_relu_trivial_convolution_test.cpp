// Tests of AffineReluTrivialConvolution against the oracle.
#include "scn/layers/affine_relu_trivial_convolution.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_layers.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Layer = scn::AffineReluTrivialConvolution<Double>;

/// Column sums of dz and of dz x, for the gradients of shift and scale.
struct AffineGradients {
  oracle::Features dx;
  std::vector<double> dscale, dshift, dweight;
};

/// max(0, scale x + shift) w, channel by channel.
struct Oracle {
  std::vector<double> scale, shift;
  oracle::Linear linear;

  explicit Oracle(const Layer& layer) {
    const auto all = layer_cases::parameters<Double>(layer);
    const auto get = [&](const char* name) { return layer_cases::numbers(all.find(name)->variable.value()); };
    scale = get("affineWeight");
    shift = get("affineBias");
    linear = {scale.size(), static_cast<std::size_t>(all.find("convWeight")->shape[1]), get("convWeight")};
  }
  oracle::Features affine(oracle::Features x) const {
    for (auto& [site, row] : x)
      for (std::size_t c = 0; c < row.size(); ++c) row[c] = scale[c] * row[c] + shift[c];
    return x;
  }
  oracle::Features operator()(const oracle::Features& x) const {
    return oracle::linear(linear, oracle::activate(oracle::relu(), affine(x)));
  }
  AffineGradients backward(const oracle::Features& x, const oracle::Features& dy) const {
    const auto z = affine(x);
    const auto product = oracle::linear_backward(linear, oracle::activate(oracle::relu(), z), dy);
    AffineGradients result{oracle::activate_backward(oracle::relu(), z, product.dx),
                           std::vector<double>(scale.size(), 0.0), std::vector<double>(scale.size(), 0.0),
                           product.dweight};
    for (auto& [site, row] : result.dx)
      for (std::size_t c = 0; c < row.size(); ++c) {
        result.dshift[c] += row[c];
        result.dscale[c] += row[c] * x.at(site)[c];
        row[c] *= scale[c];
      }
    return result;
  }
};

TEST_CASE("AffineReluTrivialConvolution and its gradients are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const Layer layer(device, 3, 5);
      layer_cases::randomize<Double>(layer, 4);
      const auto x = layer_cases::tensor<D>(device, input, 3);
      const auto y = layer_cases::pass(layer, x);
      const Oracle naive(layer);
      CHECK(oracle::difference(naive(input), layer_cases::features(y), layer_cases::tight) == "");
      if (input.empty()) continue;
      const auto expected = naive.backward(input, layer_cases::gradient(y));
      const auto all = layer_cases::parameters<Double>(layer);
      const auto difference = [&](const char* name, const std::vector<double>& wanted) {
        return oracle::difference(wanted, layer_cases::numbers(all.find(name)->variable.gradient()),
                                  layer_cases::tight);
      };
      CHECK(oracle::difference(expected.dx, layer_cases::gradient(x), layer_cases::tight) == "");
      CHECK(difference("affineWeight", expected.dscale) == "");
      CHECK(difference("affineBias", expected.dshift) == "");
      CHECK(difference("convWeight", expected.dweight) == "");
    }
  });
}

TEST_CASE("Defect 24, mended: AffineReluTrivialConvolution has the gradients of finite differences", "[quirk 24]") {
  Double device;
  const Layer layer(device, 3, 5);
  layer_cases::randomize<Double>(layer, 4);
  CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3)) == "");
}

TEST_CASE("AffineReluTrivialConvolution starts as ReLU and a linear layer") {
  Double device;
  const Layer layer(device, 3, 5);
  const auto input = layer_cases::batch(1, 2, 3);
  const auto y = layer_cases::features(layer(layer_cases::tensor<2>(device, input, 3)));
  CHECK(oracle::difference(oracle::linear(Oracle(layer).linear, oracle::activate(oracle::relu(), input)), y,
                           layer_cases::tight) == "");
}

TEST_CASE("AffineReluTrivialConvolution lists a scale, a shift and a weight of (in, out)") {
  Double device;
  std::vector<scn::Parameter<Double>> all;
  Layer(device, 3, 5).parameters("2.", all);
  REQUIRE(all.size() == 3);
  CHECK((all[0].name == "2.affineWeight" && all[0].shape == std::vector<std::int64_t>{3}));
  CHECK((all[1].name == "2.affineBias" && all[1].shape == std::vector<std::int64_t>{3}));
  CHECK((all[2].name == "2.convWeight" && all[2].shape == std::vector<std::int64_t>{3, 5}));
}

TEST_CASE("AffineReluTrivialConvolution gives what needs no gradient none") {
  Double device;
  const Layer layer(device, 3, 5);
  const auto all = layer_cases::parameters<Double>(layer);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  all.find("affineWeight")->variable.set_needs_gradient(false);
  x.features.set_needs_gradient(false);
  layer_cases::pass(layer, x);
  CHECK_FALSE(x.features.has_gradient());
  CHECK_FALSE(all.find("affineWeight")->variable.has_gradient());
  CHECK(all.find("affineBias")->variable.has_gradient());
}

TEST_CASE("AffineReluTrivialConvolution takes no rows of any number of channels") {
  Double device;
  const auto y = layer_cases::pass(Layer(device, 3, 5), layer_cases::tensor<2>(device, {}, 0));
  CHECK((y.rows().bound == 0 && y.channels() == 5));
}

TEST_CASE("AffineReluTrivialConvolution refuses other channels, and none") {
  Double device;
  const Layer layer(device, 3, 5);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 4), 4);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "AffineReluTrivialConvolution: input has 4 channels, expected 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 0, 5); }) ==
        "AffineReluTrivialConvolution: NetworkInNetwork: channels must be at least 1, got 0 and 5");
}

}  // namespace

// Tests of Sparsify and SparsifyFCS against plain loops.
#include "scn/layers/sparsify.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_subsets.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::SparseTensor;
using scn::Sparsify;
using scn::SparsifyActivation;
using scn::SparsifyFCS;
using scn::Tape;

constexpr SparsifyActivation activations[] = {SparsifyActivation::none, SparsifyActivation::sigmoid,
                                              SparsifyActivation::fakeGradHardSigmoid};

template <int D>
Sparsify<D, Double> layer_of(Double& device, SparsifyActivation activation) {
  const Sparsify<D, Double> layer(device, 3, activation);
  layer_cases::randomize<Double>(layer, 8);
  return layer;
}

/// The mask of a row, and the slope of the mask with respect to the score before its activation.
struct Score {
  double mask, slope;
};

Score score_of(SparsifyActivation activation, const oracle::Channels& row, const std::vector<double>& weight,
               double bias) {
  double score = bias;
  for (std::size_t channel = 0; channel < row.size(); ++channel) score += row[channel] * weight[channel];
  if (activation == SparsifyActivation::none) return {score, 1};
  if (activation == SparsifyActivation::fakeGradHardSigmoid) return {score > 0 ? 1.0 : 0.0, 1};
  const double mask = 1 / (1 + std::exp(-score));
  return {mask, mask * (1 - mask)};
}

/// The mask alone, with the parameters behind it.
template <int D>
struct MaskOf {
  Sparsify<D, Double> layer;
  scn::Variable<Double> operator()(const SparseTensor<D, Double>& x, Tape* tape = nullptr) const {
    return layer(x, tape).mask;
  }
  void parameters(const std::string& prefix, std::vector<scn::Parameter<Double>>& into) const {
    layer.parameters(prefix, into);
  }
};

/// The kept features alone, without parameters.
template <class Layer>
struct KeptOf {
  Layer layer;
  template <int D>
  SparseTensor<D, Double> operator()(const SparseTensor<D, Double>& x, Tape* tape = nullptr) const {
    return layer(x, tape);
  }
};

TEST_CASE("Sparsify, its mask, and the gradients of both are those of plain loops in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto activation : activations) {
      const auto layer = layer_of<D>(device, activation);
      const auto parameters = layer_cases::parameters<Double>(layer);
      const auto weight = layer_cases::numbers(parameters.begin()[0].variable.value());
      const double bias = layer_cases::numbers(parameters.begin()[1].variable.value())[0];
      const double threshold = activation == SparsifyActivation::none ? 0 : 0.5;
      for (const auto& input : layer_cases::inputs(10 + D, D, 3)) {
        INFO(input.size() << " sites");
        for (const auto& parameter : parameters) parameter.variable.clear_gradient();
        const auto x = layer_cases::tensor<D>(device, input, 3, {}, 5);
        Tape tape;
        const auto y = layer(x, &tape);
        oracle::Features mask;
        for (const auto& [site, row] : input) mask[site] = {score_of(activation, row, weight, bias).mask};
        const auto expected =
            oracle::kept(input, [&](const auto& site, const auto&) { return mask[site][0] > threshold; });
        CHECK(layer_cases::features(y) == expected);
        CHECK(oracle::difference(mask, layer_cases::features(x.with(y.mask)), layer_cases::tight) == "");
        CHECK((y.samples() == 5 && y.rulebook->derives(y.sites, x.sites)));

        const auto dmask = layer_cases::output_gradient(y.mask);
        give_gradient(y.mask, layer_cases::numbers(dmask));
        tape.backward(y.features, layer_cases::output_gradient(y.features));
        auto dx = oracle::on_sites(layer_cases::gradient(y), oracle::sites_of(input), 3);
        std::vector<double> dweight(3, 0.0);
        double dbias = 0;
        for (const auto& [site, gradient] : layer_cases::gradient(x.with(y.mask))) {
          const oracle::Channels& row = input.at(site);
          const double dscore = gradient[0] * score_of(activation, row, weight, bias).slope;
          dbias += dscore;
          for (std::size_t channel = 0; channel < 3; ++channel) {
            dx[site][channel] += dscore * weight[channel];
            dweight[channel] += dscore * row[channel];
          }
        }
        CHECK(oracle::difference(dx, layer_cases::gradient(x), layer_cases::tight) == "");
        CHECK(oracle::difference(dweight, layer_cases::numbers(parameters.begin()[0].variable.gradient()),
                                 layer_cases::tight) == "");
        CHECK(oracle::difference({dbias}, layer_cases::numbers(parameters.begin()[1].variable.gradient()),
                                 layer_cases::tight) == "");
      }
    }
  });
}

TEST_CASE("Sparsify has the gradients of finite differences in its features, its mask and its parameters") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 3), 3);
  for (const auto activation : activations) {
    const auto layer = layer_of<2>(device, activation);
    REQUIRE(layer(x).rows().bound > 2);
    REQUIRE(layer(x).rows().bound < x.rows().bound - 2);
    CHECK(layer_cases::gradient_difference(KeptOf<Sparsify<2, Double>>{layer}, x) == "");
    if (activation != SparsifyActivation::fakeGradHardSigmoid)
      CHECK(layer_cases::gradient_difference(MaskOf<2>{layer}, x) == "");
  }
}

TEST_CASE("Sparsify names its parameters as SparseConvNet does") {
  Double device;
  const auto names = [&](SparsifyActivation activation) {
    std::string all;
    for (const auto& parameter : layer_cases::parameters<Double>(Sparsify<1, Double>(device, 3, activation)))
      all += parameter.name + " ";
    return all;
  };
  CHECK(names(SparsifyActivation::none) == "net.weight net.bias ");
  CHECK(names(SparsifyActivation::sigmoid) == "net.0.weight net.0.bias ");
  CHECK(names(SparsifyActivation::fakeGradHardSigmoid) == "net.0.weight net.0.bias ");
}

TEST_CASE("Sparsify drops sites whose mask is NaN or just at the threshold") {
  Double device;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto x =
      layer_cases::tensor<1>(device, {{{0, {0}}, {nan}}, {{0, {1}}, {0}}, {{0, {2}}, {1}}, {{0, {3}}, {-1}}}, 1);
  for (const auto activation : activations) {
    const Sparsify<1, Double> layer(device, 1, activation);
    layer_cases::set(layer_cases::parameters<Double>(layer).begin()[0].variable, {2.0});
    CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {2}}, {1}}});
  }
}

TEST_CASE("Sparsify may keep nothing, and its samples stay") {
  Double device;
  const Sparsify<1, Double> layer(device, 1);
  const auto parameters = layer_cases::parameters<Double>(layer);
  layer_cases::set(parameters.begin()[0].variable, {0.0});
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{1, {1}}, {2}}}, 1);
  const auto y = layer_cases::pass(layer, x);
  CHECK((y.rows().bound == 0 && y.samples() == 2 && y.channels() == 1 && y.mask.rows().bound == 2));
  CHECK(layer_cases::numbers(x.features.gradient()) == std::vector<double>{0, 0});
  CHECK(!parameters.begin()[0].variable.has_gradient());
}

TEST_CASE("Sparsify of no rows has an empty mask, whatever their channels") {
  Double device;
  const auto y = Sparsify<2, Double>(device, 3)(layer_cases::tensor<2>(device, {}, 0, {}, 4));
  CHECK((y.rows().bound == 0 && y.samples() == 4));
  CHECK((y.mask.rows().bound == 0 && y.mask.channels() == 1));
}

TEST_CASE("Sparsify is a layer of a sequence, which forgets the mask") {
  Double device;
  const auto layer = layer_of<2>(device, SparsifyActivation::sigmoid);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 3), 3);
  const auto net = scn::AnySequential<2, Double>().add(layer).add(SparsifyFCS<2, Double>(device));
  const auto expected =
      oracle::kept(layer_cases::features(layer(x)), [](const auto&, const auto& row) { return row[0] > 0; });
  CHECK(layer_cases::features(net(x)) == expected);
  CHECK(net.parameters().begin()[0].name == "0.net.0.weight");
}

TEST_CASE("SparsifyFCS keeps the sites whose first channel is above 0, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const SparsifyFCS<D, Double> layer(device);
    for (const auto& input : layer_cases::inputs(10 + D, D, 3)) {
      const auto x = layer_cases::tensor<D>(device, input, 3);
      const auto y = layer_cases::pass(layer, x);
      CHECK(layer_cases::features(y) == oracle::kept(input, [](const auto&, const auto& row) { return row[0] > 0; }));
      CHECK(layer_cases::gradient(x) == oracle::on_sites(layer_cases::gradient(y), oracle::sites_of(input), 3));
      CHECK(y.rulebook->derives(y.sites, x.sites));
    }
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(5, D, 3), 3);
    CHECK(layer_cases::gradient_difference(layer, x) == "");
  });
}

TEST_CASE("Sparsify and SparsifyFCS refuse channels they cannot work on, and work afterwards") {
  Double device;
  const Sparsify<2, Double> layer(device, 3);
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {5, 6}}}, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) == "Sparsify<2>: input has 2 channels, expected 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Sparsify<2, Double>(device, 0); }) ==
        "Sparsify<2>: NetworkInNetwork: channels must be at least 1, got 0 and 1");
  const auto none = x.with(variable_of(device, 1, 0, {}));
  CHECK(thrown_message<scn::InvalidArgument>([&] { SparsifyFCS<2, Double>{device}(none); }) ==
        "SparsifyFCS<2>: input has no channels, expected at least 1");
  CHECK(x.rulebook->size() == 0);
  CHECK(layer_cases::features(SparsifyFCS<2, Double>(device)(x)) == layer_cases::features(x));
}

}  // namespace

// Tests of the oracle's batch normalisation and activations: recorded numbers and finite differences.
#include "oracle_layers.hpp"

#include "catch.hpp"
#include "finite_differences.hpp"
#include "random_cases.hpp"

namespace {

using oracle::BatchNormalization;
using oracle::Features;

const oracle::Site first{0, {0}}, second{1, {5}};

TEST_CASE("The oracle normalises two rows to the recorded numbers", "[oracle]") {
  const BatchNormalization layer{
      .weight = {1}, .bias = {0}, .running_mean = {0}, .running_variance = {1}, .leakiness = 0.333};
  const auto result = oracle::normalize_training(layer, {{first, {1}}, {second, {3}}});
  CHECK(oracle::difference({{first, {-0.332983}}, {second, {0.99995}}}, result.y, {.absolute = 1e-6}) == "");
  CHECK(oracle::difference({0.02}, result.running_mean, {.relative = 1e-14}) == "");
  CHECK(oracle::difference({1.01}, result.running_variance, {.relative = 1e-14}) == "");
}

TEST_CASE("The oracle's inference uses the running statistics", "[oracle]") {
  const BatchNormalization layer{
      .weight = {3}, .bias = {1}, .running_mean = {2}, .running_variance = {3.75}, .eps = .25};
  CHECK(oracle::normalize_inference(layer, {{first, {6}}, {second, {-2}}}) == Features{{first, {7}}, {second, {-5}}});
}

TEST_CASE("The oracle's variance of one row is 0, normalised and kept", "[oracle][LIM-03]") {
  const BatchNormalization layer{
      .weight = {2}, .bias = {7}, .running_mean = {4}, .running_variance = {8}, .momentum = .5};
  const auto result = oracle::normalize_training(layer, {{first, {100}}});
  CHECK(result.y == Features{{first, {7}}});
  CHECK(result.running_mean == std::vector<double>{52});
  CHECK(result.running_variance == std::vector<double>{4});
}

TEST_CASE("The oracle's statistics of no rows stay as they were", "[oracle][LIM-03]") {
  const auto result = oracle::normalize_training({.running_mean = {4}, .running_variance = {8}}, {});
  CHECK(result.y.empty());
  CHECK(result.running_mean == std::vector<double>{4});
  CHECK(result.running_variance == std::vector<double>{8});
}

TEST_CASE("The oracle's variance survives a mean far from 0", "[oracle][NUM-06]") {
  const auto statistics = oracle::moments({{first, {1e8 - 1}}, {second, {1e8 + 1}}}, 1, false);
  CHECK(statistics.mean == std::vector<double>{1e8});
  CHECK(statistics.variance == std::vector<double>{1});
}

/// A random case whose loss is a fixed weighting of the outputs.
struct NormalizationCase {
  oracle::Random random{11};
  std::vector<oracle::Site> sites = oracle::random_sites(random, {.dimension = 2, .count = 9, .samples = 2});
  std::vector<double> x = oracle::random_reals(random, 27), weighting = oracle::random_reals(random, 27);
  BatchNormalization layer{.weight = {0.5, -1.5, 2},
                           .bias = {0.25, 0.125, -0.5},
                           .running_mean = {0.5, 0, -0.25},
                           .running_variance = {2, 0.5, 1},
                           .leakiness = 0.333};

  Features features(const std::vector<double>& values) const {
    return oracle::features_of(sites, oracle::rows_of(values, 3));
  }

  double loss(const BatchNormalization& changed, const Features& input, bool training) const {
    const auto y =
        training ? oracle::normalize_training(changed, input).y : oracle::normalize_inference(changed, input);
    const auto values = oracle::flat(oracle::rows_at(y, sites));
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * weighting[i];
    return sum;
  }

  void check(bool training) const {
    const auto gradients = training ? oracle::normalize_training_backward(layer, features(x), features(weighting))
                                    : oracle::normalize_inference_backward(layer, features(x), features(weighting));
    const auto with = [&](std::vector<double> BatchNormalization::*member) {
      return [this, member, training](const std::vector<double>& values) {
        BatchNormalization changed = layer;
        changed.*member = values;
        return loss(changed, features(x), training);
      };
    };
    const oracle::DifferenceSettings tight{.absolute = 1e-8, .relative = 1e-7};
    const auto by_features = [&](const std::vector<double>& values) { return loss(layer, features(values), training); };
    CHECK(oracle::gradient_difference(by_features, x, oracle::flat(oracle::rows_at(gradients.dx, sites)), tight) == "");
    CHECK(oracle::gradient_difference(with(&BatchNormalization::weight), layer.weight, gradients.dweight, tight) == "");
    CHECK(oracle::gradient_difference(with(&BatchNormalization::bias), layer.bias, gradients.dbias, tight) == "");
  }
};

TEST_CASE("The oracle's gradients of normalisation in training are those of finite differences", "[oracle]") {
  NormalizationCase().check(true);
}

TEST_CASE("The oracle's gradients of normalisation in inference are those of finite differences", "[oracle]") {
  NormalizationCase().check(false);
}

TEST_CASE("The oracle normalises without affine parameters like with 1 and 0", "[oracle]") {
  NormalizationCase c;
  c.layer.weight = {1, 1, 1};
  c.layer.bias = {0, 0, 0};
  const auto affine = oracle::normalize_training(c.layer, c.features(c.x)).y;
  c.layer.weight = c.layer.bias = {};
  CHECK(oracle::normalize_training(c.layer, c.features(c.x)).y == affine);
}

TEST_CASE("The oracle's activations have their values and lower derivatives at 0", "[oracle]") {
  const Features x{{first, {-3, 0, 2}}}, ones{{first, {1, 1, 1}}};
  CHECK(oracle::activate(oracle::relu(), x) == Features{{first, {0, 0, 2}}});
  CHECK(oracle::activate_backward(oracle::relu(), x, ones) == Features{{first, {0, 0, 1}}});
  CHECK(oracle::activate(oracle::leaky_relu(0.25), x) == Features{{first, {-0.75, 0, 2}}});
  CHECK(oracle::activate_backward(oracle::leaky_relu(0.25), x, ones) == Features{{first, {0.25, 0.25, 1}}});
  CHECK(oracle::difference({{first, {-0.99505475368673046, 0, 0.96402758007581688}}},
                           oracle::activate(oracle::hyperbolic_tangent(), x), {.absolute = 1e-15}) == "");
  CHECK(oracle::difference({{first, {0.047425873177566781, 0.5, 0.88079707797788243}}},
                           oracle::activate(oracle::sigmoid(), x), {.absolute = 1e-15}) == "");
}

TEST_CASE("The oracle's smooth activations have the derivatives of finite differences", "[oracle]") {
  for (const auto& activation : {oracle::hyperbolic_tangent(), oracle::sigmoid()}) {
    const std::vector<double> x{-3, -0.5, 0, 1.25, 4};
    const auto sum = [&](const std::vector<double>& values) {
      double total = 0;
      for (std::size_t i = 0; i < values.size(); ++i) total += static_cast<double>(i + 1) * activation.value(values[i]);
      return total;
    };
    const auto dx = oracle::activate_backward(activation, {{first, x}}, {{first, {1, 2, 3, 4, 5}}});
    CHECK(oracle::gradient_difference(sum, x, dx.at(first), {.absolute = 1e-8, .relative = 1e-7}) == "");
  }
}

}  // namespace

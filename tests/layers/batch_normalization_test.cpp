// Tests of BatchNormalization and its rectified forms against the oracle.
#include "scn/layers/batch_normalization.hpp"

#include <array>
#include <limits>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_layers.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Layer = scn::BatchNormalization<Double>;
using scn::NormalizationSettings;

const oracle::Tolerance close{.absolute = 1e-11, .of_largest = 1e-11};

/// A layer of three channels with parameters and statistics that are not those of the beginning.
struct Case {
  Double& device;
  NormalizationSettings settings;
  Layer layer;

  explicit Case(Double& of, const NormalizationSettings& with = {}) : device(of), settings(with), layer(of, 3, with) {
    layer_cases::randomize<Double>(layer, 2);
    set("running_mean", {0.5, -0.25, 2});
    set("running_var", {0.75, 2, 0.125});
  }

  void set(const char* name, const std::vector<double>& values) const {
    layer_cases::set(layer_cases::parameters<Double>(layer).find(name)->variable, values);
  }
  std::vector<double> get(const char* name) const {
    const auto all = layer_cases::parameters<Double>(layer);
    return all.find(name) ? layer_cases::numbers(all.find(name)->variable.value()) : std::vector<double>{};
  }
  std::vector<double> gradient(const char* name) const {
    return layer_cases::numbers(layer_cases::parameters<Double>(layer).find(name)->variable.gradient());
  }
  oracle::BatchNormalization oracle() const {
    return {get("weight"), get("bias"),       get("running_mean"), get("running_var"),
            settings.eps,  settings.momentum, settings.leakiness};
  }
};

template <int D>
void check_training(Double& device, const oracle::Features& input, const NormalizationSettings& settings) {
  const Case c(device, settings);
  const auto before = c.oracle();
  const auto x = layer_cases::tensor<D>(device, input, 3);
  const auto y = layer_cases::pass(c.layer, x);
  const auto expected = oracle::normalize_training(before, input);
  CHECK(oracle::difference(expected.y, layer_cases::features(y), close) == "");
  CHECK(oracle::difference(expected.running_mean, c.get("running_mean"), close) == "");
  CHECK(oracle::difference(expected.running_variance, c.get("running_var"), close) == "");
  if (input.empty()) return;
  const auto gradients = oracle::normalize_training_backward(before, input, layer_cases::gradient(y));
  CHECK(oracle::difference(gradients.dx, layer_cases::gradient(x), close) == "");
  if (!settings.affine) return;
  CHECK(oracle::difference(gradients.dweight, c.gradient("weight"), close) == "");
  CHECK(oracle::difference(gradients.dbias, c.gradient("bias"), close) == "");
}

TEST_CASE("BatchNormalization in training is the oracle's in 1 to 4 dimensions, with its gradients and statistics") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      INFO(input.size() << " rows");
      check_training<D>(device, input, {});
      check_training<D>(device, input, {.eps = 0.01, .momentum = 0.5, .leakiness = 0.333});
      check_training<D>(device, input, {.affine = false, .leakiness = 0});
    }
  });
}

TEST_CASE("BatchNormalization in inference is the oracle's and leaves the statistics") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const Case c(device, {.leakiness = 0.333});
      const auto before = c.oracle();
      const auto y = c.layer(layer_cases::tensor<D>(device, input, 3));
      CHECK(oracle::difference(oracle::normalize_inference(before, input), layer_cases::features(y), close) == "");
      CHECK((c.get("running_mean") == before.running_mean && c.get("running_var") == before.running_variance));
    }
  });
}

TEST_CASE("Defect 19, mended: BatchNormalization has gradients in evaluation, with the statistics as constants",
          "[quirk 19]") {
  Double device;
  const Case c(device, {.leakiness = 0.333});
  const auto before = c.oracle();
  const auto input = layer_cases::batch(1, 2, 3);
  const auto x = layer_cases::tensor<2>(device, input, 3);
  const auto y = layer_cases::pass(c.layer, x, {.training = false});
  const auto expected = oracle::normalize_inference_backward(before, input, layer_cases::gradient(y));
  CHECK(oracle::difference(oracle::normalize_inference(before, input), layer_cases::features(y), close) == "");
  CHECK(oracle::difference(expected.dx, layer_cases::gradient(x), close) == "");
  CHECK(oracle::difference(expected.dweight, c.gradient("weight"), close) == "");
  CHECK(oracle::difference(expected.dbias, c.gradient("bias"), close) == "");
  CHECK((c.get("running_mean") == before.running_mean && c.get("running_var") == before.running_variance));
}

TEST_CASE("BatchNormalization in evaluation keeps the statistics of its pass for the gradient") {
  Double device;
  const Case c(device), moved(device);
  const auto input = layer_cases::batch(1, 2, 3);
  const auto x = layer_cases::tensor<2>(device, input, 3), same = layer_cases::tensor<2>(device, input, 3);
  layer_cases::pass(c.layer, x, {.training = false});
  scn::Tape tape(scn::Pass{.training = false}), statistics(scn::Pass{.record = false});
  const auto y = moved.layer(same, &tape);
  moved.layer(layer_cases::tensor<2>(device, layer_cases::batch(8, 2, 3), 3), &statistics);
  REQUIRE(moved.get("running_mean") != c.get("running_mean"));
  tape.backward(y.features, layer_cases::output_gradient(y.features));
  CHECK(layer_cases::gradient(same) == layer_cases::gradient(x));
  CHECK(moved.gradient("weight") == c.gradient("weight"));
}

TEST_CASE("BatchNormalization has the gradients of finite differences, in training and in evaluation") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const Case c(device, {.leakiness = 0.333});
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(D, D, 3), 3);
    CHECK(layer_cases::gradient_difference(c.layer, x) == "");
    CHECK(layer_cases::gradient_difference(c.layer, x, {.training = false}) == "");
  });
}

TEST_CASE("Defect 17, mended: BatchNormalization of one row gives the bias and keeps a variance of 0", "[quirk 17]") {
  Double device;
  const Case c(device, {.momentum = 0.5});
  const auto y = layer_cases::pass(c.layer, layer_cases::tensor<1>(device, {{{0, {0}}, {3, 4, 5}}}, 3));
  CHECK(layer_cases::numbers(y.features.value()) == c.get("bias"));
  CHECK(c.get("running_mean") == std::vector<double>{1.75, 1.875, 3.5});
  CHECK(c.get("running_var") == std::vector<double>{0.375, 1, 0.0625});
}

TEST_CASE("Defect 18, mended: BatchNormalization keeps the input's digits when float rounds the mean by more",
          "[quirk 18]") {
  scn::Cpu device;
  const scn::BatchNormalization<scn::Cpu> layer(device, 1, {.eps = 1e-12});
  oracle::Features input;  // the numbers of float around 1e6 are 1 / 16 apart, their mean here is 1e6 + 3 / 80
  for (std::int32_t i = 0; i < 5000; ++i) {
    const std::array steps{0, 1, -1, 2, 1};
    input[{0, {i}}] = {1e6 + steps[static_cast<std::size_t>(i % 5)] / 16.0};
  }
  const auto x = layer_cases::tensor<1>(device, input, 1);
  const auto y = layer_cases::pass(layer, x);
  const oracle::BatchNormalization same{.running_mean = {0}, .running_variance = {1}, .eps = 1e-12};
  const oracle::Tolerance digits{.of_largest = 1e-5};
  CHECK(oracle::difference(oracle::normalize_training(same, input).y, layer_cases::features(y), digits) == "");
  const auto gradients = oracle::normalize_training_backward(same, input, layer_cases::gradient(y));
  const auto dweight = layer_cases::parameters<scn::Cpu>(layer).find("weight")->variable;
  CHECK(oracle::difference(gradients.dx, layer_cases::gradient(x), digits) == "");
  CHECK(oracle::difference(gradients.dweight, layer_cases::numbers(dweight.gradient()), digits) == "");
}

TEST_CASE("Defect 19, mended: BatchNormalization leaves the gradient that comes in as it was", "[quirk 19]") {
  Double device;
  const Case c(device, {.leakiness = 0.25});
  const auto y = layer_cases::pass(c.layer, layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3));
  CHECK(layer_cases::numbers(y.features.gradient()) == layer_cases::numbers(layer_cases::output_gradient(y.features)));
}

TEST_CASE("Defect 20, kept: momentum is the part that stays, and the variance kept is unbiased, that used is not",
          "[quirk 20]") {
  Double device;
  const Layer layer(device, 1, {.eps = 1e-12, .momentum = 0.75});
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {2}}, {{0, {1}}, {6}}}, 1);
  const auto y = layer_cases::numbers(layer_cases::pass(layer, x).features.value());
  const auto all = layer_cases::parameters<Double>(layer);
  CHECK(oracle::difference({-1, 1}, y, close) == "");
  CHECK(layer_cases::numbers(all.find("running_mean")->variable.value()) == std::vector<double>{0.25 * 4});
  CHECK(layer_cases::numbers(all.find("running_var")->variable.value()) == std::vector<double>{0.75 + 0.25 * 8});
}

TEST_CASE("BatchNormalization leaves the statistics when the pass says so") {
  Double device;
  const Case c(device), other(device);
  const auto before = c.oracle();
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  const auto y = layer_cases::pass(c.layer, x, {.update_statistics = false});
  CHECK((c.get("running_mean") == before.running_mean && c.get("running_var") == before.running_variance));
  CHECK(layer_cases::features(y) == layer_cases::features(layer_cases::pass(other.layer, x)));
  CHECK(other.get("running_mean") != before.running_mean);
}

TEST_CASE("BatchNormalization moves the statistics in a training pass that records nothing") {
  Double device;
  const Case c(device);
  const auto before = c.oracle();
  const auto input = layer_cases::batch(1, 2, 3);
  scn::Tape tape(scn::Pass{.record = false});
  c.layer(layer_cases::tensor<2>(device, input, 3), &tape);
  CHECK(tape.size() == 0);
  CHECK(oracle::difference(oracle::normalize_training(before, input).running_mean, c.get("running_mean"), close) == "");
}

TEST_CASE("BatchNormalization of no rows changes nothing, whatever the channels") {
  Double device;
  const Case c(device);
  const auto before = c.oracle();
  const auto y = layer_cases::pass(c.layer, layer_cases::tensor<2>(device, {}, 7));
  CHECK(y.rows().bound == 0);
  CHECK((c.get("running_mean") == before.running_mean && c.get("running_var") == before.running_variance));
}

TEST_CASE("BatchNormalization starts as the identity of a standard normal input") {
  Double device;
  const scn::BatchNormalization<Double> layer(device, 2, {.eps = 1e-9});
  const auto all = layer_cases::parameters<Double>(layer);
  const auto is = [&](const char* name, double value) {
    return layer_cases::numbers(all.find(name)->variable.value()) == std::vector<double>(2, value);
  };
  CHECK((is("weight", 1) && is("bias", 0) && is("running_mean", 0) && is("running_var", 1)));
}

TEST_CASE("BatchNormalization lists weight, bias and, not trained, its statistics") {
  Double device;
  std::vector<scn::Parameter<Double>> all;
  Layer(device, 3).parameters("1.", all);
  std::vector<std::string> names;
  for (const auto& parameter : all) {
    names.push_back(parameter.name);
    CHECK(parameter.shape == std::vector<std::int64_t>{3});
    CHECK(parameter.trained == (names.size() <= 2));
  }
  CHECK(names == std::vector<std::string>{"1.weight", "1.bias", "1.running_mean", "1.running_var"});
}

TEST_CASE("BatchNormalization without affine parameters lists its statistics alone") {
  Double device;
  const auto all = layer_cases::parameters<Double>(Layer(device, 3, {.affine = false}));
  CHECK((all.size() == 2 && all.elements() == 0 && all.find("running_mean") && all.find("running_var")));
}

TEST_CASE("BatchNormalization gives what needs no gradient none") {
  Double device;
  const Case c(device);
  const auto all = layer_cases::parameters<Double>(c.layer);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  x.features.set_needs_gradient(false);
  all.find("weight")->variable.set_needs_gradient(false);
  layer_cases::pass(c.layer, x);
  CHECK_FALSE(x.features.has_gradient());
  CHECK_FALSE(all.find("weight")->variable.has_gradient());
  CHECK(all.find("bias")->variable.has_gradient());
}

TEST_CASE("BatchNormReLU cuts below 0, BatchNormLeakyReLU takes a third, and both have the reference's defaults") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {-1}}, {{0, {1}}, {3}}}, 1);
  const double scale = 1 / std::sqrt(4 + 1e-4);
  const oracle::Tolerance tolerance{.relative = 1e-12};
  CHECK(oracle::difference({{{0, {0}}, {0}}, {{0, {1}}, {2 * scale}}},
                           layer_cases::features(layer_cases::pass(scn::BatchNormReLU<Double>(device, 1), x)),
                           tolerance) == "");
  const scn::BatchNormLeakyReLU<Double> leaky(device, 1);
  CHECK(oracle::difference({{{0, {0}}, {-0.333 * 2 * scale}}, {{0, {1}}, {2 * scale}}},
                           layer_cases::features(layer_cases::pass(leaky, x)), tolerance) == "");
  const auto mean = layer_cases::parameters<Double>(leaky).find("running_mean")->variable;
  CHECK(layer_cases::numbers(mean.value())[0] == Approx(0.01));
}

TEST_CASE("BatchNormalization has the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 2, 3, {.count = 3000, .low = -40, .high = 40});
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2, 7}) {
    Double device{.threads = threads};
    const Case c(device);
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(c.layer, x);
    results.push_back(layer_cases::numbers(y.features.value()));
    for (const auto& more : {layer_cases::numbers(x.features.gradient()), c.gradient("weight"), c.get("running_var")})
      results.back().insert(results.back().end(), more.begin(), more.end());
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("BatchNormalization refuses other channels, leaves the statistics, and works afterwards") {
  Double device;
  const Case c(device);
  const auto before = c.oracle();
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer_cases::pass(c.layer, x); }) ==
        "BatchNormalization: input has 2 channels, expected 3");
  CHECK((c.get("running_mean") == before.running_mean && layer_cases::features(x) == layer_cases::batch(1, 2, 2)));
  CHECK(c.layer(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3)).channels() == 3);
}

TEST_CASE("BatchNormalization refuses settings that are none") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 0); }) ==
        "BatchNormalization: channels must be at least 1, got 0");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 1, {.eps = 0}); }) ==
        "BatchNormalization: eps must be positive and momentum in [0, 1], got 0.000000 and 0.990000");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 1, {.momentum = 1.5}); }) ==
        "BatchNormalization: eps must be positive and momentum in [0, 1], got 0.000100 and 1.500000");
  CHECK_THROWS_AS(Layer(device, 1, {.momentum = std::numeric_limits<double>::quiet_NaN()}), scn::InvalidArgument);
}

TEST_CASE("BatchNormalization and its rectified forms say their names") {
  CHECK(Layer::name() == "BatchNormalization");
  CHECK(scn::BatchNormReLU<Double>::name() == "BatchNormReLU");
  CHECK(scn::BatchNormLeakyReLU<Double>::name() == "BatchNormLeakyReLU");
}

}  // namespace

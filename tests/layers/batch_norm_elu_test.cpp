// Tests of BatchNormELU: its two layers, names and defaults.
#include "scn/layers/batch_norm_elu.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_activations.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Layer = scn::BatchNormELU<Double>;

TEST_CASE("BatchNormELU is batch normalisation and then ELU in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const Layer layer(device, 3);
      layer_cases::randomize<Double>(layer, 2);
      const auto all = layer_cases::parameters<Double>(layer);
      const auto of = [&](const char* name) { return layer_cases::numbers(all.find(name)->variable.value()); };
      const oracle::BatchNormalization first{of("0.weight"), of("0.bias"), {0, 0, 0}, {1, 1, 1}, 1e-4, 0.9};
      const auto y = layer_cases::pass(layer, layer_cases::tensor<D>(device, input, 3));
      const auto between = oracle::normalize_training(first, input);
      CHECK(oracle::difference(oracle::activate(oracle::elu(), between.y), layer_cases::features(y),
                               {.absolute = 1e-11}) == "");
      CHECK(oracle::difference(between.running_mean, of("0.running_mean"), layer_cases::tight) == "");
      CHECK(oracle::difference(between.running_variance, of("0.running_var"), layer_cases::tight) == "");
    }
  });
}

TEST_CASE("BatchNormELU has the gradient of finite differences") {
  Double device;
  const Layer layer(device, 3);
  layer_cases::randomize<Double>(layer, 2);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  CHECK(layer_cases::gradient_difference(layer, x) == "");
}

TEST_CASE("BatchNormELU lists its parameters under the names of a sequence") {
  Double device;
  CHECK(Layer::name() == "BatchNormELU");
  std::vector<std::string> names;
  for (const auto& parameter : layer_cases::parameters<Double>(Layer(device, 3))) names.push_back(parameter.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "0.running_mean", "0.running_var"});
}

TEST_CASE("BatchNormELU keeps the given part of its statistics, 0.9 by default") {
  Double device;
  const auto mean = [&](const Layer& layer) {
    layer_cases::pass(layer, layer_cases::tensor<1>(device, {{{0, {0}}, {10}}}, 1));
    const auto all = layer_cases::parameters<Double>(layer);
    return layer_cases::numbers(all.find("0.running_mean")->variable.value())[0];
  };
  CHECK(mean(Layer(device, 1)) == Approx(1));
  CHECK(mean(Layer(device, 1, 1e-4, 0.5)) == Approx(5));
}

TEST_CASE("BatchNormELU takes the device's type from its constructor, and stands in lists of layers") {
  scn::Cpu device;
  scn::AnySequential<2> list;
  list.add(scn::BatchNormELU{device, 2});
  CHECK(list.parameters().find("0.0.weight") != nullptr);
  CHECK(list.parameters().elements() == 4);
}

TEST_CASE("BatchNormELU refuses other channels and settings that are none") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Layer(device, 3)(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2));
        }) == "BatchNormalization: input has 2 channels, expected 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Layer(device, 0); }) ==
        "BatchNormalization: channels must be at least 1, got 0");
}

}  // namespace

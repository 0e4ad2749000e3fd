// Tests of NetworkInNetwork against the oracle.
#include "scn/layers/network_in_network.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::NetworkInNetwork;

oracle::Linear oracle_of(const NetworkInNetwork<Double>& layer, std::size_t in, std::size_t out) {
  const auto all = layer_cases::parameters<Double>(layer);
  oracle::Linear result{in, out, layer_cases::numbers(all.find("weight")->variable.value())};
  if (const auto* bias = all.find("bias")) result.bias = layer_cases::numbers(bias->variable.value());
  return result;
}

TEST_CASE("NetworkInNetwork and its gradients are the oracle's in 1 to 4 dimensions, with and without bias") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3))
      for (const bool bias : {true, false}) {
        const NetworkInNetwork<Double> layer(device, 3, 5, bias);
        layer_cases::randomize<Double>(layer, 4);
        const auto x = layer_cases::tensor<D>(device, input, 3);
        const auto y = layer_cases::pass(layer, x);
        const auto linear = oracle_of(layer, 3, 5);
        const auto expected = oracle::linear_backward(linear, input, layer_cases::gradient(y));
        const auto all = layer_cases::parameters<Double>(layer);
        const auto got = [&](const char* name) { return layer_cases::numbers(all.find(name)->variable.gradient()); };
        const auto& tight = layer_cases::tight;
        CHECK(oracle::difference(oracle::linear(linear, input), layer_cases::features(y), tight) == "");
        CHECK(oracle::difference(expected.dx, layer_cases::gradient(x), tight) == "");
        CHECK(oracle::difference(expected.dweight, got("weight"), tight) == "");
        CHECK((all.find("bias") != nullptr) == bias);
        if (bias) CHECK(oracle::difference(expected.dbias, got("bias"), tight) == "");
      }
  });
}

TEST_CASE("NetworkInNetwork has the gradients of finite differences") {
  Double device;
  const NetworkInNetwork<Double> layer(device, 3, 5);
  layer_cases::randomize<Double>(layer, 4);
  CHECK(layer_cases::gradient_difference(layer, layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3)) == "");
}

TEST_CASE("NetworkInNetwork takes no rows of any number of channels") {
  Double device;
  const NetworkInNetwork<Double> layer(device, 3, 5);
  const auto y = layer_cases::pass(layer, layer_cases::tensor<2>(device, {}, 0));
  CHECK((y.rows().bound == 0 && y.channels() == 5));
  for (const auto& parameter : layer_cases::parameters<Double>(layer))
    for (const double value : layer_cases::numbers(parameter.variable.gradient())) CHECK(value == 0);
}

TEST_CASE(
    "A log counts one multiplication for each row and weight of NetworkInNetwork, and the elements of the result") {
  Double device;
  const NetworkInNetwork<Double> layer(device, 3, 5);
  scn::LayerLog log;
  scn::Tape tape({.record = false}, &log);
  layer(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3), &tape);
  CHECK(log.total().counts == scn::Counts{0, 20 * 3 * 5, 20 * 5});
}

TEST_CASE("NetworkInNetwork starts with a deviation of sqrt(2 / in) and no bias") {
  Double device;
  const NetworkInNetwork<Double> layer(device, 50, 400);
  double squares = 0;
  for (const double weight : oracle_of(layer, 50, 400).weight) squares += weight * weight;
  CHECK(squares / 20000 == Approx(2.0 / 50).epsilon(0.05));
  CHECK(oracle_of(layer, 50, 400).bias == std::vector<double>(400, 0.0));
}

TEST_CASE("NetworkInNetwork lists a weight of (in, out) and a bias of (out)") {
  Double device;
  std::vector<scn::Parameter<Double>> all;
  NetworkInNetwork<Double>(device, 3, 5).parameters("2.", all);
  REQUIRE(all.size() == 2);
  CHECK((all[0].name == "2.weight" && all[0].shape == std::vector<std::int64_t>{3, 5}));
  CHECK((all[1].name == "2.bias" && all[1].shape == std::vector<std::int64_t>{5}));
}

TEST_CASE("NetworkInNetwork gives what needs no gradient none") {
  Double device;
  const NetworkInNetwork<Double> layer(device, 3, 5);
  const auto all = layer_cases::parameters<Double>(layer);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  all.find("weight")->variable.set_needs_gradient(false);
  x.features.set_needs_gradient(false);
  layer_cases::pass(layer, x);
  CHECK_FALSE(x.features.has_gradient());
  CHECK_FALSE(all.find("weight")->variable.has_gradient());
  CHECK(all.find("bias")->variable.has_gradient());
}

TEST_CASE("NetworkInNetwork gives a row the same bits alone as among others") {
  Double device;
  const NetworkInNetwork<Double> layer(device, 3, 5);
  const auto input = layer_cases::batch(1, 2, 3, {.count = 37});
  const auto all = layer_cases::features(layer(layer_cases::tensor<2>(device, input, 3)));
  for (const auto& [site, row] : input)
    CHECK(layer_cases::features(layer(layer_cases::tensor<2>(device, {{site, row}}, 3))).at(site) == all.at(site));
}

TEST_CASE("NetworkInNetwork is exact in float on integers, with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(1, 2, 3, {.count = 60, .integers = true});
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads};
    const NetworkInNetwork<scn::Cpu> layer(device, 3, 5);
    layer_cases::randomize<scn::Cpu>(layer, 4, true);
    const auto all = layer_cases::parameters<scn::Cpu>(layer);
    const auto value = [&](const char* name) { return layer_cases::numbers(all.find(name)->variable.value()); };
    const oracle::Linear linear{3, 5, value("weight"), value("bias")};
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(layer, x);
    const auto expected = oracle::linear_backward(linear, input, layer_cases::gradient(y));
    CHECK(layer_cases::features(y) == oracle::linear(linear, input));
    CHECK(layer_cases::gradient(x) == expected.dx);
    CHECK(layer_cases::numbers(all.find("weight")->variable.gradient()) == expected.dweight);
    CHECK(layer_cases::numbers(all.find("bias")->variable.gradient()) == expected.dbias);
  }
}

TEST_CASE("NetworkInNetwork refuses other channels, and works afterwards") {
  Double device;
  const NetworkInNetwork<Double> layer(device, 3, 5);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 4), 4);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "NetworkInNetwork: input has 4 channels, expected 3");
  CHECK(layer_cases::features(x) == layer_cases::batch(1, 2, 4));
  CHECK(layer(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3)).channels() == 5);
}

TEST_CASE("NetworkInNetwork refuses channels below 1") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { NetworkInNetwork<Double>(device, 0, 5); }) ==
        "NetworkInNetwork: channels must be at least 1, got 0 and 5");
}

TEST_CASE("NetworkInNetwork refuses weights that cannot be addressed") {
  Double device;
  const std::int64_t many = std::int64_t{1} << 32;
  CHECK(thrown_message<scn::LimitExceeded>([&] { NetworkInNetwork<Double>(device, many, many); }) ==
        "NetworkInNetwork: a matrix of 4294967296 x 4294967296 elements of 8 bytes cannot be addressed");
}

}  // namespace

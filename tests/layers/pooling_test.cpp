// Tests of what the pooling layers share: windows, the gradient of dropped channels, and where it is added.
#include "scn/layers/pooling.hpp"

#include "catch.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/unpooling.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::Cpu;

/// The gradient of x after `layer` was run twice must be twice the one of running it once.
template <class Layer>
void check_accumulation(const Layer& layer, const scn::SparseTensor<2>& x) {
  x.features.clear_gradient();
  layer_cases::pass(layer, x);
  auto twice = layer_cases::numbers(x.features.gradient());
  for (double& value : twice) value *= 2;
  layer_cases::pass(layer, x);
  CHECK(layer_cases::numbers(x.features.gradient()) == twice);
}

TEST_CASE("Pooling layers add their gradients to what is there, dropped channels included") {
  Cpu device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.integers = true}), 3);
  for (const std::int64_t drop : {0, 1}) {
    check_accumulation(scn::MaxPooling<2>(device, 2, 2, {drop}), x);
    check_accumulation(scn::AveragePooling<2>(device, 2, 2, {drop}), x);
    check_accumulation(scn::AveragePooling<2>(device, 3, 2, {drop, scn::Over::active}), x);
    const auto coarse = scn::MaxPooling<2>(device, 2, 2)(x);
    coarse.features.set_needs_gradient(true);
    check_accumulation(scn::UnPooling<2>(device, 2, 2, {drop}), coarse);
  }
}

TEST_CASE("Pooling layers are exact in float on integers") {
  Cpu device;
  const auto x = layer_cases::tensor<2>(device, {{{0, {0, 0}}, {4, -2}}, {{0, {1, 1}}, {12, -6}}}, 2);
  const auto largest = scn::MaxPooling<2>(device, 2, 2)(x), mean = scn::AveragePooling<2>(device, 2, 2)(x);
  CHECK(layer_cases::features(largest) == oracle::Features{{{0, {0, 0}}, {12, 0}}});
  CHECK(layer_cases::features(mean) == oracle::Features{{{0, {0, 0}}, {4, -2}}});
  CHECK(layer_cases::features(scn::UnPooling<2>(device, 2, 2)(mean)) ==
        oracle::Features{{{0, {0, 0}}, {4, -2}}, {{0, {1, 1}}, {4, -2}}});
}

TEST_CASE("Pooling layers take windows of any taps, and say which") {
  Cpu device;
  const auto window = scn::strided_window<2>(scn::Cross<2>(3), 3);  // (0, 0) of the box is no tap
  const auto x = layer_cases::tensor<2>(device, {{{0, {0, 0}}, {9}}, {{0, {0, 1}}, {5}}, {{0, {1, 1}}, {10}}}, 1);
  const auto result = [](const auto& layer, const auto& of) {
    return layer_cases::numbers(layer(of).features.value());
  };
  const scn::MaxPooling<2> largest(device, window);
  const auto coarse = largest(x);
  CHECK(largest.window() == window);
  CHECK(result(largest, x) == std::vector<double>{10});
  CHECK(result(scn::AveragePooling<2>(device, window), x) == std::vector<double>{3});
  CHECK(result(scn::AveragePooling<2>(device, window, {.over = scn::Over::active}), x) == std::vector<double>{7.5});
  CHECK(result(scn::UnPooling<2>(device, window), coarse) == std::vector<double>{0, 10, 10});
}

TEST_CASE("Pooling layers refuse a window written out by hand that makes no sense") {
  Cpu device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::MaxPooling<1>(device, scn::Window<1>{.dilation = 0}); }) ==
        "MaxPooling<1>: a window needs sizes, strides and dilations of at least 1, got size (1), stride (1), dilation "
        "(0), pad (0)");
}

TEST_CASE("A sum over a map of one tap gathers rows, and leaves 0 where there is none") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}, {{0, {5}}, {3, 4}}}, 2);
  const auto sites = library::make_sites<1>(device, std::vector<oracle::Site>{{0, {5}}, {0, {6}}});
  const auto map = x.rulebook->onto(x.sites, sites, scn::Window<1>{});
  for (const bool mean : {false, true}) {
    const auto y = scn::pool_sum(x.features, map, 2, static_cast<scn::Tape*>(nullptr), {.mean = mean});
    CHECK(layer_cases::numbers(y.value()) == std::vector<double>{3, 4, 0, 0});
  }
}

TEST_CASE("Pooling layers have the same bits with 1, 2 and 7 threads") {
  const auto input = layer_cases::batch(2, 2, 5, {.count = 3000, .low = -40, .high = 40});
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2, 7}) {
    Cpu device{.threads = threads};
    const auto x = layer_cases::tensor<2>(device, input, 5);
    const auto y = layer_cases::pass(scn::AveragePooling<2>(device, 3, 2), x);
    layer_cases::pass(scn::MaxPooling<2>(device, 3, 2), x);
    layer_cases::pass(scn::AveragePooling<2>(device, 3, 2, {.over = scn::Over::active}), x);
    results.push_back(layer_cases::numbers(y.features.value()));
    for (const double value : layer_cases::numbers(x.features.gradient())) results.back().push_back(value);
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("Pooling layers give an input no gradient that needs none") {
  Cpu device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  x.features.set_needs_gradient(false);
  scn::Tape tape;
  scn::MaxPooling<2>(device, 2, 2)(x, &tape);
  scn::UnPooling<2>(device, 2, 2)(scn::AveragePooling<2>(device, 2, 2)(x, &tape), &tape);
  CHECK(tape.size() == 0);
}

}  // namespace

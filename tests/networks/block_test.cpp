// Tests of the block that U-Nets repeat.
#include "scn/networks/block.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"

namespace {

using layer_cases::Double;
using state_dict::norm;
using state_dict::weight;

template <int D>
scn::AnySequential<D, Double> block(Double& device, int in, int out, bool residual, double leakiness = 0.1) {
  scn::AnySequential<D, Double> net;
  scn::add_block(device, net, in, out, residual, leakiness);
  return net;
}

TEST_CASE("A plain block is a norm and a convolution") {
  Double device;
  CHECK(state_dict::difference({norm("0.0", 2), weight("0.1", {3, 1, 2, 3})},
                               block<1>(device, 2, 3, false).parameters()) == "");
}

TEST_CASE("A residual block has a shortcut with weights only where the channels change") {
  Double device;
  CHECK(state_dict::difference({weight("0.0", {2, 3}), norm("0.1.0", 2), weight("0.1.1", {3, 1, 2, 3}),
                                norm("0.1.2", 3), weight("0.1.3", {3, 1, 3, 3})},
                               block<1>(device, 2, 3, true).parameters()) == "");
  CHECK(state_dict::difference(
            {norm("0.1.0", 3), weight("0.1.1", {3, 1, 3, 3}), norm("0.1.2", 3), weight("0.1.3", {3, 1, 3, 3})},
            block<1>(device, 3, 3, true).parameters()) == "");
}

TEST_CASE("A plain block rectifies with the slope that it is given, then convolves") {
  Double device;
  const auto net = scn::plain_block<1>(device, 1, 1, 0.25);
  layer_cases::set(net.parameters().find("1.weight")->variable, {0, 1, 0});
  const auto y = net(layer_cases::tensor<1>(device, {{{0, {0}}, {-4}}, {{0, {5}}, {4}}}, 1));
  const double deviation = std::sqrt(1 + 1e-4);
  CHECK(oracle::difference({{{0, {0}}, {-1 / deviation}}, {{0, {5}}, {4 / deviation}}}, layer_cases::features(y),
                           layer_cases::tight) == "");
}

TEST_CASE("A residual block whose convolutions are 0 gives its raw input back") {
  Double device;
  const auto net = block<1>(device, 2, 2, true);
  for (const char* name : {"0.1.1.weight", "0.1.3.weight"})
    layer_cases::set(net.parameters().find(name)->variable, std::vector<double>(12, 0.0));
  const auto input = layer_cases::batch(1, 1, 2);
  CHECK(layer_cases::features(net(layer_cases::tensor<1>(device, input, 2))) == input);
}

TEST_CASE(
    "Blocks take no rows, one site and an empty sample, with the gradients of finite differences, in 1 to 4 "
    "dimensions") {
  Double device{.seed = 1};
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const bool residual : {false, true}) {
      const auto net = block<D>(device, 2, 3, residual);
      for (const auto& input : layer_cases::inputs(D, D, 2)) {
        const auto y = layer_cases::pass(net, layer_cases::tensor<D>(device, input, 2));
        CHECK((y.channels() == 3 && y.rows().bound == static_cast<std::int64_t>(input.size())));
      }
      const auto x = layer_cases::tensor<D>(device, layer_cases::batch(D, D, 2), 2);
      CHECK(layer_cases::gradient_difference(net, x, {}, 10) == "");
    }
  });
}

}  // namespace

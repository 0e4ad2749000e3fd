// Tests of basic_block: its parameters, what it computes, and the gradients of the whole block.
#include "scn/networks/basic_block.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"

namespace {

using layer_cases::Double;
using state_dict::norm;
using state_dict::weight;

TEST_CASE("A basic block has two convolutions with norms, and a third beside them where channels change") {
  Double device;
  CHECK(state_dict::difference(
            {weight("0.0.0", {9, 1, 3, 3}), norm("0.0.1", 3), weight("0.0.2", {9, 1, 3, 3}), norm("0.0.3", 3)},
            scn::basic_block<2>(device, 3, 3).parameters()) == "");
  CHECK(state_dict::difference({weight("0.0.0", {9, 1, 2, 5}), norm("0.0.1", 5), weight("0.0.2", {9, 1, 5, 5}),
                                norm("0.0.3", 5), weight("0.1.0", {2, 5}), norm("0.1.1", 5)},
                               scn::basic_block<2>(device, 2, 5).parameters()) == "");
}

TEST_CASE("A basic block rectifies between its convolutions and behind the sum, and nowhere else") {
  Double device;
  for (const double outer : {1.0, -1.0})
    for (const double inner : {1.0, -1.0})
      for (const double input : {3.0, -3.0}) {
        const auto block = scn::basic_block<1>(device, 1, 1, {.eps = 1e-12});
        const auto all = block.parameters();
        layer_cases::set(all.find("0.0.0.weight")->variable, {0, inner, 0});
        layer_cases::set(all.find("0.0.2.weight")->variable, {0, 2 * outer, 0});
        const auto x = layer_cases::tensor<1>(device, {{{0, {5}}, {input}}}, 1);
        const double branch = 2 * outer * std::max(0.0, inner * input);
        const auto y = layer_cases::numbers(block(x).features.value());
        REQUIRE(y.size() == 1);
        CHECK(y[0] == Approx(std::max(0.0, branch + input)).epsilon(1e-9));
      }
}

TEST_CASE("A basic block has the gradients of finite differences, with and without a change of channels") {
  Double device{.seed = 3};
  for (const int out : {3, 4}) {
    const auto block = scn::basic_block<2>(device, 3, out);
    const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.count = 40, .low = -9, .high = 9}), 3);
    CHECK(layer_cases::gradient_difference(block, x, {}, 20) == "");
  }
}

TEST_CASE("A basic block takes no rows, one site and an empty sample") {
  Double device;
  const auto block = scn::basic_block<2>(device, 3, 4);
  for (const auto& input : layer_cases::inputs(1, 2, 3)) {
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(block, x);
    CHECK((y.sites == x.sites && y.channels() == (input.empty() ? y.channels() : 4)));
  }
}

}  // namespace

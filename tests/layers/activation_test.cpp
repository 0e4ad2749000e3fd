// Tests of what all activations share: what is recorded, where gradients go, and layers of the caller's own.
#include "scn/layers/activation.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"

namespace {

using scn::Cpu;

struct Square {
  template <class T>
  constexpr T operator()(T x) const {
    return x * x;
  }
  template <class T>
  constexpr T slope(T x, T) const {
    return 2 * x;
  }
};

const scn::Activation<Square> square;

TEST_CASE("An activation of one's own function is a layer with a gradient") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {3}}, {-2, 5}}}, 2);
  const auto y = layer_cases::pass(square, x);
  CHECK(layer_cases::features(y) == oracle::Features{{{0, {3}}, {4, 25}}});
  const auto dy = layer_cases::numbers(y.features.gradient());
  CHECK(layer_cases::numbers(x.features.gradient()) == std::vector<double>{-4 * dy[0], 10 * dy[1]});
  CHECK(square.name() == "Activation");
}

TEST_CASE("An activation adds its gradient to what is there") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {3}}, {-2, 5}}}, 2);
  layer_cases::pass(square, x);
  auto expected = layer_cases::numbers(x.features.gradient());
  for (double& value : expected) value *= 2;
  layer_cases::pass(square, x);
  CHECK(layer_cases::numbers(x.features.gradient()) == expected);
}

TEST_CASE("An activation keeps sites and rulebook and leaves its input as it was") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {3}}, {-2, 5}}}, 2);
  const auto y = square(x);
  CHECK((y.sites == x.sites && y.rulebook == x.rulebook));
  CHECK(layer_cases::features(x) == oracle::Features{{{0, {3}}, {-2, 5}}});
}

TEST_CASE("An activation records a step only on a recording tape and for an input that needs a gradient") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {3}}, {-2, 5}}}, 2);
  scn::Tape recording, silent(scn::Pass{.record = false});
  CHECK_FALSE(square(x, &silent).features.needs_gradient());
  CHECK(silent.size() == 0);
  CHECK(square(x, &recording).features.needs_gradient());
  CHECK(recording.size() == 1);
  x.features.set_needs_gradient(false);
  CHECK_FALSE(square(x, &recording).features.needs_gradient());
  CHECK(recording.size() == 1);
}

TEST_CASE("An activation whose result nobody used gives no gradient") {
  Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {3}}, {-2, 5}}}, 2);
  scn::Tape tape;
  square(x, &tape);
  const auto used = square(layer_cases::tensor<1>(device, {{{0, {3}}, {1}}}, 1), &tape);
  tape.backward(used.features, layer_cases::output_gradient(used.features));
  CHECK_FALSE(x.features.has_gradient());
}

}  // namespace

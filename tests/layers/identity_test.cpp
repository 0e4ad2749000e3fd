// Tests of the layer that gives back what it got.
#include "scn/layers/identity.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;

TEST_CASE("Identity gives the same variable on the same sites and records nothing") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const auto& input : layer_cases::inputs(D, D, 2)) {
      const auto x = layer_cases::tensor<D>(device, input, 2);
      scn::Tape tape;
      const auto y = scn::Identity()(x, &tape);
      CHECK((y.features.same(x.features) && y.sites == x.sites && tape.size() == 0));
    }
  });
}

TEST_CASE("Identity hands a gradient through") {
  Double device;
  CHECK(layer_cases::gradient_difference(scn::Identity(),
                                         layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2)) == "");
}

TEST_CASE("Identity has a name") { CHECK(scn::Identity::name() == "Identity"); }

}  // namespace

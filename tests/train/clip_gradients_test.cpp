// Tests of gradient clipping.
#include "scn/train/clip_gradients.hpp"

#include <limits>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/comparison.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

struct Case {
  Double device;
  scn::Variable<Double> a = variable_of(device, 2, 1, {0, 0}), b = variable_of(device, 1, 1, {0}),
                        idle = variable_of(device, 1, 1, {0});
  scn::Parameters<Double> all{{{"a", a, {2}}, {"again", a, {2}}, {"b", b, {1}}, {"idle", idle, {1}}}};

  Case() {
    give_gradient(a, {3, -4});
    give_gradient(b, {12});
  }
};

TEST_CASE("Clipping scales all gradients to one length together, and tells the length that they had", "[train]") {
  Case given;
  CHECK(scn::clip_gradients(given.all, 6.5) == 13);
  CHECK(numbers_of(given.a.gradient()) == std::vector<double>{1.5, -2});
  CHECK(numbers_of(given.b.gradient()) == std::vector<double>{6});
  CHECK_FALSE(given.idle.has_gradient());
}

TEST_CASE("Clipping leaves short gradients, and those without a finite length", "[train]") {
  Case given;
  CHECK(scn::clip_gradients(given.all, 13) == 13);
  CHECK(numbers_of(given.a.gradient()) == std::vector<double>{3, -4});
  give_gradient(given.b, {std::numeric_limits<double>::infinity()});
  CHECK(std::isinf(scn::clip_gradients(given.all, 1)));
  CHECK(numbers_of(given.a.gradient()) == std::vector<double>{3, -4});
  CHECK(scn::clip_gradients(scn::Parameters<Double>(), 1) == 0);
}

TEST_CASE("Clipping refuses a length that is none", "[train]") {
  Case given;
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::clip_gradients(given.all, 0); }) ==
        "clip_gradients: the greatest length must be above 0, got 0.000000");
}

}  // namespace

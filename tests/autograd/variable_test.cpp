// Tests of the variable: shared handles, and contributions to a gradient.
#include "scn/autograd/variable.hpp"

#include <type_traits>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

TEST_CASE("Copies of a variable share value, gradient and the need for one", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 1, 2, {1, 2}, false);
  const auto handle = variable;
  handle.value().set_zero();
  handle.set_needs_gradient(true);
  give_gradient(handle, {3, 4});
  CHECK(numbers_of(variable.value()) == std::vector<double>{0, 0});
  CHECK(variable.needs_gradient());
  CHECK(numbers_of(variable.gradient()) == std::vector<double>{3, 4});
  variable.clear_gradient();
  CHECK_FALSE(handle.has_gradient());
}

TEST_CASE("Two variables of equal value are not the same", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 1, 1, {1});
  const auto handle = variable;
  CHECK(handle.same(variable));
  CHECK_FALSE(variable_of(device, 1, 1, {1}).same(variable));
}

TEST_CASE("A variable without a value says so", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  CHECK_FALSE(scn::Variable<Double>());
  CHECK(variable_of(device, 0, 0, {}));
}

TEST_CASE("A variable knows its device and shape, and needs no gradient unless told so", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const scn::Variable<Double> variable(scn::Matrix<Double>(device, 3, 2));
  CHECK(&variable.device() == &device);
  CHECK(variable.rows().bound == 3);
  CHECK(variable.channels() == 2);
  CHECK_FALSE(variable.needs_gradient());
  CHECK_FALSE(variable.has_gradient());
}

TEST_CASE("The first contribution to a gradient assigns, later ones add, until it is cleared", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 2, 3, std::vector<double>(6));
  CHECK(variable.contribute().write == scn::Write::assign);
  CHECK(variable.has_gradient());
  CHECK(variable.contribute().write == scn::Write::add);
  variable.clear_gradient();
  CHECK(variable.contribute().write == scn::Write::assign);
  CHECK(variable.gradient().rows().bound == 2);
  CHECK(variable.gradient().channels() == 3);
}

TEST_CASE("A cleared gradient keeps its memory for the next pass", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 2, 3, std::vector<double>(6));
  const double* const data = variable.contribute().to.view().data;
  variable.clear_gradient();
  const auto taken = scn::Matrix<Double>(device, 2, 3);  // would get the memory, had it been given back
  CHECK(variable.contribute().to.view().data == data);
  CHECK(taken.view().data != data);
}

TEST_CASE("The gradient of no rows has no rows", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 0, 3, {});
  CHECK(variable.contribute().to.rows().bound == 0);
  CHECK(variable.has_gradient());
}

TEST_CASE("The gradient of no rows and no channels is on the variable's device", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 0, 0, {});
  CHECK(&variable.contribute().to.device() == &device);
}

}  // namespace

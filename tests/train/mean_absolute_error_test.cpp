// Tests of the mean absolute error with a sharp and with a round corner.
#include "scn/train/mean_absolute_error.hpp"

#include <array>
#include <limits>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/finite_differences.hpp"
#include "support/oracle_sites.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

TEST_CASE("The mean absolute error is the mean distance, its gradient the side, and 0 where both are equal",
          "[train]") {
  Double device;
  const auto x = variable_of(device, 2, 2, {1, 5, -2, 3});
  scn::Tape tape;
  const auto loss = scn::mean_absolute_error(x, std::array{3, 4, -2, 8}, &tape);
  CHECK(number_of(loss) == (2 + 1 + 0 + 5) / 4.0);
  tape.backward(loss);
  CHECK(numbers_of(x.gradient()) == std::vector<double>{-0.25, 0.25, 0, -0.25});
}

TEST_CASE("The smooth absolute error is a parabola within its corner and a line beyond", "[train]") {
  Double device;
  const std::vector<double> differences{-3, -2, -0.5, 0, 1, 2, 4};
  for (const double corner : {1.0, 2.0, 0.25}) {
    double expected = 0;
    std::vector<double> slopes;
    for (const double d : differences) {
      expected += (std::abs(d) < corner ? d * d / (2 * corner) : std::abs(d) - corner / 2) / 7;
      slopes.push_back((std::abs(d) < corner ? d / corner : d / std::abs(d)) / 7);
    }
    const auto x = variable_of(device, 7, 1, differences);
    scn::Tape tape;
    const auto loss = scn::smooth_absolute_error(x, std::vector<double>(7, 0.0), &tape, corner);
    tape.backward(loss);
    CHECK(oracle::difference(expected, number_of(loss), {.relative = 1e-14}) == "");
    CHECK(oracle::difference(slopes, numbers_of(x.gradient()), {.relative = 1e-14}) == "");
  }
}

TEST_CASE("The gradient of the smooth absolute error is that of finite differences", "[train]") {
  Double device;
  oracle::Random random(4);
  const std::vector<double> values = oracle::random_reals(random, 12), target = oracle::random_reals(random, 12);
  const auto x = variable_of(device, 4, 3, values);
  scn::Tape tape;
  tape.backward(scn::smooth_absolute_error(x, target, &tape, 0.5));
  const auto at = [&](const std::vector<double>& moved) {
    return number_of(scn::smooth_absolute_error(variable_of(device, 4, 3, moved), target, nullptr, 0.5));
  };
  CHECK(oracle::gradient_difference(at, values, numbers_of(x.gradient()), {.absolute = 1e-9, .relative = 1e-6}) == "");
}

TEST_CASE("A NaN makes absolute errors and their gradients NaN", "[train]") {
  Double device;
  const auto x = variable_of(device, 1, 1, {std::numeric_limits<double>::quiet_NaN()});
  scn::Tape tape;
  const auto sharp = scn::mean_absolute_error(x, std::array{1}, &tape);
  CHECK(std::isnan(number_of(sharp)));
  tape.backward(sharp);
  CHECK(std::isnan(numbers_of(x.gradient())[0]));
  CHECK(std::isnan(number_of(scn::smooth_absolute_error(x, std::array{1}))));
}

TEST_CASE("The smooth absolute error refuses a corner that is none", "[train]") {
  Double device;
  const auto x = variable_of(device, 1, 1, {1});
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::smooth_absolute_error(x, std::array{1}, nullptr, 0); }) ==
        "smooth_absolute_error: the corner must be above 0, got 0.000000");
}

}  // namespace

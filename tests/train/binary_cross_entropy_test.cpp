// Tests of the binary cross-entropy.
#include "scn/train/binary_cross_entropy.hpp"

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

TEMPLATE_TEST_CASE("The binary cross-entropy and its gradient are those of the sigmoid", "[train]", double, float) {
  scn::CpuDevice<TestType> device{.threads = 2};
  oracle::Random random(3);
  std::vector<double> x = oracle::random_reals(random, 600 * 4), target = oracle::random_reals(random, 600 * 4);
  double expected = 0;
  std::vector<double> gradient;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] *= 6;
    target[i] = (target[i] + 1) / 2;
    const double p = 1 / (1 + std::exp(-x[i]));
    expected -= (target[i] * std::log(p) + (1 - target[i]) * std::log(1 - p)) / 2400;
    gradient.push_back((p - target[i]) / 2400);
  }
  const auto variable = variable_of(device, 600, 4, x);
  scn::Tape tape;
  const auto loss = scn::binary_cross_entropy(variable, target, &tape);
  tape.backward(loss);
  const double tolerance = sizeof(TestType) == 8 ? 1e-12 : 1e-5;
  CHECK(oracle::difference(expected, number_of(loss), {.relative = tolerance}) == "");
  CHECK(oracle::difference(gradient, numbers_of(variable.gradient()), {.of_largest = tolerance}) == "");
}

TEMPLATE_TEST_CASE("The binary cross-entropy of logits of 10000 is finite and exact", "[train]", double, float) {
  scn::CpuDevice<TestType> device;
  const auto x = variable_of(device, 1, 4, {1e4, -1e4, 1e4, -1e4});
  scn::Tape tape;
  const auto loss = scn::binary_cross_entropy(x, std::array{1, 0, 0, 1}, &tape);
  tape.backward(loss);
  CHECK(number_of(loss) == 5e3);
  CHECK(numbers_of(x.gradient()) == std::vector<double>{0, 0, 0.25, -0.25});
}

TEST_CASE("The binary cross-entropy takes truth values as bytes, and gives NaN for NaN", "[train]") {
  Double device;
  const auto x = variable_of(device, 1, 2, {0, 0});
  CHECK(number_of(scn::binary_cross_entropy(x, std::vector<std::uint8_t>{0, 1})) == Approx(std::log(2.0)));
  const auto nan = variable_of(device, 1, 1, {std::numeric_limits<double>::quiet_NaN()});
  CHECK(std::isnan(number_of(scn::binary_cross_entropy(nan, std::array{0}))));
}

TEST_CASE("The binary cross-entropy refuses targets outside [0, 1]", "[train]") {
  Double device;
  const auto x = variable_of(device, 1, 1, {0});
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::binary_cross_entropy(x, std::array{1.5}); }) ==
        "binary_cross_entropy: targets must lie in [0, 1], got 1.500000");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::binary_cross_entropy(x, std::array{std::numeric_limits<double>::quiet_NaN()});
        }) == "binary_cross_entropy: targets must lie in [0, 1], got nan");
}

}  // namespace

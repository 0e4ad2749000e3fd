// Tests of what losses against numbers share, on a cost of the test's own.
#include "scn/train/mean_cost.hpp"

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/finite_differences.hpp"
#include "support/oracle_sites.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

/// target x^3: no loss of the library.
struct Cubic {
  template <class T>
  constexpr T value(T x, T target) const {
    return target * x * x * x;
  }
  template <class T>
  constexpr T slope(T x, T target) const {
    return T{3} * target * x * x;
  }
};

TEMPLATE_TEST_CASE("A mean cost is the mean over all elements, and its gradient the slope's share", "[train]", double,
                   float) {
  scn::CpuDevice<TestType> device{.threads = 2};
  oracle::Random random(3);
  const std::vector<double> x = oracle::random_reals(random, 1500 * 3), target = oracle::random_reals(random, 1500 * 3);
  double expected = 0;
  std::vector<double> gradient;
  for (std::size_t i = 0; i < x.size(); ++i) {
    expected += target[i] * std::pow(x[i], 3) / 4500;
    gradient.push_back(2 * 3 * target[i] * x[i] * x[i] / 4500);
  }
  const auto variable = variable_of(device, 1500, 3, x);
  scn::Tape tape;
  const auto loss = scn::mean_cost("cubic", Cubic{}, variable, target, &tape);
  tape.backward(loss, 2);
  const double tolerance = sizeof(TestType) == 8 ? 1e-13 : 1e-5;
  CHECK(oracle::difference(expected, number_of(loss), {.absolute = tolerance}) == "");
  CHECK(oracle::difference(gradient, numbers_of(variable.gradient()), {.of_largest = tolerance}) == "");
}

TEST_CASE("A mean cost of no elements is 0, and one of other shape is refused in the caller's name", "[train]") {
  Double device;
  CHECK(number_of(scn::mean_cost("cubic", Cubic{}, variable_of(device, 0, 3, {}), std::vector<float>{}, nullptr)) == 0);
  const auto x = variable_of(device, 2, 3, {1, 2, 3, 4, 5, 6});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::mean_cost("cubic", Cubic{}, x, std::vector<int>{1}, nullptr);
        }) == "cubic: expected 2 x 3 target numbers, got 1");
}

}  // namespace

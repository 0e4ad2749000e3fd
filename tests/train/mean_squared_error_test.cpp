// Tests of the mean squared error: values, gradients, targets of every type, and refusals.
#include "scn/train/mean_squared_error.hpp"

#include <array>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/finite_differences.hpp"
#include "support/oracle_training.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

TEMPLATE_TEST_CASE("The mean squared error and its gradient are the oracle's", "[train]", double, float) {
  scn::CpuDevice<TestType> device{.threads = 2, .seed = 1};
  const double tolerance = sizeof(TestType) == 8 ? 1e-13 : 1e-6;
  oracle::Random random(3);
  const std::vector<double> values = oracle::random_reals(random, 1500 * 3);
  const std::vector<double> target = oracle::random_reals(random, 1500 * 3);
  const auto expected = oracle::mean_squared_error(oracle::rows_of(values, 3), oracle::rows_of(target, 3));
  const auto x = variable_of(device, 1500, 3, values);
  scn::Tape tape;
  const auto loss = scn::mean_squared_error(x, target, &tape);
  CHECK(loss.rows().bound == 1);
  CHECK(loss.channels() == 1);
  tape.backward(loss);
  CHECK(oracle::difference(expected.value, number_of(loss), {.relative = tolerance}) == "");
  CHECK(oracle::difference(oracle::flat(expected.gradient), numbers_of(x.gradient()), {.of_largest = tolerance}) == "");
}

TEST_CASE("The gradient of the mean squared error is that of finite differences", "[train]") {
  Double device{.threads = 2, .seed = 1};
  oracle::Random random(4);
  const std::vector<double> values = oracle::random_reals(random, 10), target = oracle::random_reals(random, 10);
  const auto loss_at = [&](const std::vector<double>& moved) {
    return number_of(scn::mean_squared_error(variable_of(device, 5, 2, moved), target));
  };
  const auto x = variable_of(device, 5, 2, values);
  scn::Tape tape;
  tape.backward(scn::mean_squared_error(x, target, &tape));
  CHECK(oracle::gradient_difference(loss_at, values, numbers_of(x.gradient()), {.absolute = 1e-9, .relative = 1e-7}) ==
        "");
}

TEST_CASE("Targets of a squared error may be of any arithmetic type", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 1, 2, {1, 5});
  CHECK(number_of(scn::mean_squared_error(x, std::array{3, 4})) == 2.5);
  CHECK(number_of(scn::mean_squared_error(x, std::vector<float>{3, 4})) == 2.5);
  CHECK(number_of(scn::mean_squared_error(x, std::vector<std::uint8_t>{3, 4})) == 2.5);
}

TEST_CASE("The mean squared error of no elements is 0", "[train]") {
  Double device{.threads = 2, .seed = 1};
  for (const auto& [rows, channels] : {std::pair{0, 3}, std::pair{3, 0}}) {
    const auto x = variable_of(device, rows, channels, {});
    scn::Tape tape;
    const auto loss = scn::mean_squared_error(x, std::vector<double>{}, &tape);
    tape.backward(loss);
    CHECK(number_of(loss) == 0);
    CHECK(numbers_of(x.gradient()).empty());
  }
}

TEST_CASE("The gradient of a squared error takes the factor of the backward pass and adds up", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 1, 2, {1, 5});
  scn::Tape tape;
  tape.backward(scn::mean_squared_error(x, std::array{3, 4}, &tape), 2);
  CHECK(numbers_of(x.gradient()) == std::vector<double>{-4, 2});
  tape.backward(scn::mean_squared_error(x, std::array{3, 4}, &tape));
  CHECK(numbers_of(x.gradient()) == std::vector<double>{-6, 3});
}

TEST_CASE("A squared error is recorded only for what needs a gradient", "[train]") {
  Double device{.threads = 1, .seed = 1};
  scn::Tape tape;
  CHECK_FALSE(scn::mean_squared_error(variable_of(device, 1, 1, {1}, false), std::array{2}, &tape).needs_gradient());
  CHECK(tape.size() == 0);
}

TEST_CASE("The mean squared error refuses another number of targets, and records nothing then", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 3, 2, std::vector<double>(6));
  scn::Tape tape;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::mean_squared_error(x, std::array{1, 2, 3, 4, 5}, &tape);
        }) == "mean_squared_error: expected 3 x 2 target numbers, got 5");
  CHECK(tape.size() == 0);
}

TEST_CASE("The bits of the mean squared error are the same with 1, 2 and 7 threads", "[train]") {
  oracle::Random random(6);
  const std::vector<double> values = oracle::random_reals(random, 12000), target = oracle::random_reals(random, 12000);
  std::vector<std::vector<float>> losses, gradients;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads, .seed = 1};
    const auto x = variable_of(device, 4000, 3, values);
    scn::Tape tape;
    const auto loss = scn::mean_squared_error(x, target, &tape);
    tape.backward(loss);
    losses.push_back(loss.value().to_host());
    gradients.push_back(x.gradient().to_host());
  }
  CHECK((losses[0] == losses[1] && losses[0] == losses[2]));
  CHECK((gradients[0] == gradients[1] && gradients[0] == gradients[2]));
}

}  // namespace

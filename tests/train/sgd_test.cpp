// Tests of stochastic gradient descent: its steps, what it leaves alone, and refusals.
#include "scn/train/sgd.hpp"

#include <limits>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/comparison.hpp"
#include "support/oracle_training.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

TEST_CASE("Twenty steps of gradient descent are the oracle's", "[train]") {
  const scn::SGDSettings cases[] = {{.rate = 0.3},
                                    {.rate = 0.2, .weight_decay = 0.1},
                                    {.rate = 0.1, .momentum = 0.9},
                                    {.rate = 0.1, .momentum = 0.8, .weight_decay = 0.05},
                                    {.rate = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true}};
  for (const scn::SGDSettings& settings : cases) {
    CAPTURE(settings.rate, settings.momentum, settings.weight_decay, settings.nesterov);
    Double device{.threads = 2, .seed = 1};
    oracle::Random random(2);
    std::vector<double> expected = oracle::random_reals(random, 15);
    const auto variable = variable_of(device, 3, 5, expected);
    scn::SGD optimizer{scn::Parameters<Double>({{"weight", variable, {3, 5}}}), settings};
    oracle::Sgd rule{settings.rate, settings.momentum, settings.weight_decay, settings.nesterov};
    for (int step = 0; step < 20; ++step) {
      const std::vector<double> gradient = oracle::random_reals(random, 15);
      give_gradient(variable, gradient);
      optimizer.step();
      rule.step(expected, gradient);
      REQUIRE(oracle::difference(expected, numbers_of(variable.value()), {.of_largest = 1e-13}) == "");
    }
  }
}

TEST_CASE("Gradient descent uses the gradients and clears them", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 1, 2, {1, 2});
  scn::SGD optimizer{scn::Parameters<Double>({{"weight", variable, {2}}}), {.rate = 0.5}};
  give_gradient(variable, {2, 4});
  optimizer.step();
  CHECK_FALSE(variable.has_gradient());
  optimizer.step();
  CHECK(numbers_of(variable.value()) == std::vector<double>{0, 0});
}

TEST_CASE("Gradient descent leaves a variable without a gradient alone, and its velocity", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto moved = variable_of(device, 1, 1, {1}), still = variable_of(device, 1, 1, {1});
  scn::SGD optimizer{scn::Parameters<Double>({{"moved", moved, {1}}, {"still", still, {1}}}),
                     {.rate = 0.5, .momentum = 0.5, .weight_decay = 1}};
  for (const auto& variable : {moved, still}) give_gradient(variable, {1});
  optimizer.step();  // slope 2, velocity 2
  give_gradient(moved, {1});
  optimizer.step();  // slope 1, velocity 2
  CHECK(number_of(moved) == -1);
  CHECK(number_of(still) == 0);
  give_gradient(still, {1});
  optimizer.step();
  CHECK(number_of(still) == -1);
}

TEST_CASE("Gradient descent steps a shared variable once and a buffer never", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto shared = variable_of(device, 1, 1, {1}), buffer = variable_of(device, 1, 1, {1});
  scn::SGD optimizer{
      scn::Parameters<Double>({{"a", shared, {1}}, {"b", shared, {1}}, {"running_mean", buffer, {1}, false}}),
      {.rate = 0.25, .momentum = 0.5}};
  give_gradient(shared, {1});
  give_gradient(buffer, {1});
  optimizer.step();
  CHECK(number_of(shared) == 0.75);
  CHECK(number_of(buffer) == 1);
}

TEST_CASE("A changed rate of gradient descent holds from the next step on", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 1, 1, {1});
  scn::SGD optimizer{scn::Parameters<Double>({{"weight", variable, {1}}})};
  CHECK(optimizer.rate() == 0.1);
  optimizer.set_rate(0.5);
  CHECK(optimizer.rate() == 0.5);
  give_gradient(variable, {1});
  optimizer.step();
  CHECK(number_of(variable) == 0.5);
}

TEST_CASE("Gradient descent takes networks without parameters and parameters without numbers", "[train]") {
  Double device{.threads = 2, .seed = 1};
  scn::SGD{scn::Parameters<Double>()}.step();
  const auto empty = variable_of(device, 0, 4, {});
  scn::SGD optimizer{scn::Parameters<Double>({{"weight", empty, {0, 4}}}), {.momentum = 0.5}};
  give_gradient(empty, {});
  optimizer.step();
  CHECK_FALSE(empty.has_gradient());
}

TEST_CASE("Gradient descent refuses settings that are negative or not finite, and Nesterov's step at rest", "[train]") {
  const auto refusal = [](const scn::SGDSettings& settings) {
    return thrown_message<scn::InvalidArgument>([&] { scn::SGD(scn::Parameters<Double>(), settings); });
  };
  const std::string bad = "SGD: rate, momentum and weight decay must be finite and not negative, got ";
  CHECK(refusal({.rate = -1}) == bad + "-1.000000, 0.000000 and 0.000000");
  CHECK(refusal({.rate = std::numeric_limits<double>::infinity()}) == bad + "inf, 0.000000 and 0.000000");
  CHECK(refusal({.momentum = -0.5}) == bad + "0.100000, -0.500000 and 0.000000");
  CHECK(refusal({.weight_decay = std::numeric_limits<double>::quiet_NaN()}) == bad + "0.100000, 0.000000 and nan");
  CHECK(refusal({.nesterov = true}) == "SGD: Nesterov's step needs a momentum above 0");
  CHECK(refusal({.momentum = 0.5, .nesterov = true}) == "no exception");
}

TEST_CASE("Gradient descent keeps its rate when a new one is refused", "[train]") {
  scn::SGD optimizer{scn::Parameters<Double>(), {.rate = 0.25}};
  CHECK(thrown_message<scn::InvalidArgument>([&] { optimizer.set_rate(-2); }) ==
        "SGD: rate, momentum and weight decay must be finite and not negative, got -2.000000, 0.000000 and 0.000000");
  CHECK(optimizer.rate() == 0.25);
}

TEST_CASE("The bits of gradient descent are the same with 1, 2 and 7 threads", "[train]") {
  std::vector<std::vector<float>> values;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads, .seed = 1};
    oracle::Random random(9);
    const auto variable = variable_of(device, 3000, 16, oracle::random_reals(random, 48000));
    scn::SGD optimizer{scn::Parameters<scn::Cpu>({{"weight", variable, {3000, 16}}}),
                       {.momentum = 0.9, .weight_decay = 0.01, .nesterov = true}};
    for (int step = 0; step < 3; ++step) {
      give_gradient(variable, oracle::random_reals(random, 48000));
      optimizer.step();
    }
    values.push_back(variable.value().to_host());
  }
  CHECK((values[0] == values[1] && values[0] == values[2]));
}

}  // namespace

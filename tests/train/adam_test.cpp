// Tests of Adam: its steps, what it leaves alone, and refusals.
#include "scn/train/adam.hpp"

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

TEMPLATE_TEST_CASE("Twenty steps of Adam are the oracle's", "[train]", double, float) {
  using Dev = scn::CpuDevice<TestType>;
  const double tolerance = sizeof(TestType) == 8 ? 1e-13 : 1e-5;
  const scn::AdamSettings cases[] = {
      {},
      {.rate = 0.05, .weight_decay = 0.1},
      {.rate = 0.1, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.125},
      {.rate = 0.1, .beta1 = 0, .beta2 = 0},
  };
  for (const scn::AdamSettings& settings : cases) {
    CAPTURE(settings.rate, settings.beta1, settings.beta2, settings.epsilon, settings.weight_decay);
    Dev device{.threads = 2, .seed = 1};
    oracle::Random random(2);
    std::vector<double> expected = oracle::random_reals(random, 15);
    const auto variable = variable_of(device, 3, 5, expected);
    scn::Adam optimizer{scn::Parameters<Dev>({{"weight", variable, {3, 5}}}), settings};
    oracle::Adam rule{settings.rate, settings.beta1, settings.beta2, settings.epsilon, settings.weight_decay};
    for (int step = 0; step < 20; ++step) {
      const std::vector<double> gradient = oracle::random_reals(random, 15);
      give_gradient(variable, gradient);
      optimizer.step();
      rule.step(expected, gradient);
      REQUIRE(oracle::difference(expected, numbers_of(variable.value()), {.of_largest = tolerance}) == "");
    }
  }
}

TEMPLATE_TEST_CASE("Steps of AdamW are those of the paper's algorithm 2", "[train]", double, float) {
  using Dev = scn::CpuDevice<TestType>;
  Dev device;
  const auto variable = variable_of(device, 1, 1, {1});
  scn::AdamW optimizer{scn::Parameters<Dev>({{"weight", variable, {1}}}),
                       {.rate = 0.1, .beta1 = 0.8, .beta2 = 0.9, .weight_decay = 0.5}};
  // By the formulas, in double: w -= rate decay w, then m, v, and w -= rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) +
  // e).
  const double gradients[] = {0.5, -1, 2, 0.25};
  const double expected[] = {0.8500000019999999, 0.849013324654809, 0.7611635946148508, 0.6804194088899022};
  for (std::size_t step = 0; step < 4; ++step) {
    give_gradient(variable, {gradients[step]});
    optimizer.step();
    CHECK(oracle::difference(expected[step], number_of(variable), {.relative = sizeof(TestType) == 8 ? 1e-14 : 1e-6}) ==
          "");
  }
}

TEST_CASE("AdamW without weight decay is Adam, its default decay is 0.01, and it refuses in its own name", "[train]") {
  Double device;
  const auto a = variable_of(device, 1, 1, {1}), b = variable_of(device, 1, 1, {1}), c = variable_of(device, 1, 1, {1});
  scn::Adam adam{scn::Parameters<Double>({{"a", a, {1}}})};
  scn::AdamW plain{scn::Parameters<Double>({{"b", b, {1}}}), {}};
  scn::AdamW decayed{scn::Parameters<Double>({{"c", c, {1}}})};
  give_gradient(a, {2});
  give_gradient(b, {2});
  give_gradient(c, {2});
  adam.step();
  plain.step();
  decayed.step();
  CHECK(number_of(a) == number_of(b));
  CHECK(number_of(c) == Approx(number_of(a) - 1e-3 * 0.01));
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::AdamW(scn::Parameters<Double>(), {.beta1 = 1}); }) ==
        "AdamW: beta1 and beta2 must lie in [0, 1), got 1.000000 and 0.999000");
}

TEST_CASE("Adam uses the gradients and clears them", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 1, 2, {1, 2});
  scn::Adam optimizer{scn::Parameters<Double>({{"weight", variable, {2}}}), {.rate = 0.5}};
  give_gradient(variable, {2, -4});
  optimizer.step();
  CHECK_FALSE(variable.has_gradient());
  optimizer.step();
  CHECK(oracle::difference({0.5, 2.5}, numbers_of(variable.value()), {.absolute = 1e-8}) == "");
}

TEST_CASE("Adam counts the steps of each variable by itself", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto early = variable_of(device, 1, 1, {1}), late = variable_of(device, 1, 1, {1});
  scn::Adam optimizer{scn::Parameters<Double>({{"early", early, {1}}, {"late", late, {1}}}),
                      {.rate = 0.5, .weight_decay = 1}};
  for (int step = 0; step < 3; ++step) {
    give_gradient(early, {1});
    optimizer.step();
  }
  CHECK(number_of(late) == 1);
  std::vector<double> expected{1};
  oracle::Adam{.rate = 0.5, .weight_decay = 1}.step(expected, {3});
  give_gradient(late, {3});
  optimizer.step();
  CHECK(oracle::difference(expected, numbers_of(late.value()), {.absolute = 1e-13}) == "");
}

TEST_CASE("Adam steps a shared variable once and a buffer never", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto shared = variable_of(device, 1, 1, {1}), buffer = variable_of(device, 1, 1, {1});
  scn::Adam optimizer{
      scn::Parameters<Double>({{"a", shared, {1}}, {"b", shared, {1}}, {"running_mean", buffer, {1}, false}}),
      {.rate = 0.25}};
  give_gradient(shared, {1});
  give_gradient(buffer, {1});
  optimizer.step();
  CHECK(number_of(shared) == Approx(0.75));
  CHECK(number_of(buffer) == 1);
}

TEST_CASE("A changed rate of Adam holds from the next step on", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 1, 1, {1});
  scn::Adam optimizer{scn::Parameters<Double>({{"weight", variable, {1}}})};
  CHECK(optimizer.rate() == 1e-3);
  optimizer.set_rate(0.5);
  CHECK(optimizer.rate() == 0.5);
  give_gradient(variable, {1});
  optimizer.step();
  CHECK(number_of(variable) == Approx(0.5));
}

TEST_CASE("A gradient of 0 leaves Adam's variable where it is", "[train]") {
  Double device{.threads = 1, .seed = 1};
  const auto variable = variable_of(device, 1, 1, {1});
  scn::Adam optimizer{scn::Parameters<Double>({{"weight", variable, {1}}})};
  give_gradient(variable, {0});
  optimizer.step();
  CHECK(number_of(variable) == 1);
}

TEST_CASE("Adam takes networks without parameters and parameters without numbers", "[train]") {
  Double device{.threads = 2, .seed = 1};
  scn::Adam{scn::Parameters<Double>()}.step();
  const auto empty = variable_of(device, 0, 4, {});
  scn::Adam optimizer{scn::Parameters<Double>({{"weight", empty, {0, 4}}})};
  give_gradient(empty, {});
  optimizer.step();
  CHECK_FALSE(empty.has_gradient());
}

TEST_CASE("Adam refuses settings that are negative or not finite, and betas outside [0, 1)", "[train]") {
  const auto refusal = [](const scn::AdamSettings& settings) {
    return thrown_message<scn::InvalidArgument>([&] { scn::Adam(scn::Parameters<Double>(), settings); });
  };
  const std::string amounts = "Adam: rate and weight decay must be finite and not negative, got ";
  CHECK(refusal({.rate = -1}) == amounts + "-1.000000 and 0.000000");
  CHECK(refusal({.rate = 1, .weight_decay = std::numeric_limits<double>::quiet_NaN()}) == amounts + "1.000000 and nan");
  CHECK(refusal({.epsilon = 0}) == "Adam: epsilon must be finite and above 0, got 0.000000");
  CHECK(refusal({.epsilon = std::numeric_limits<double>::infinity()}) ==
        "Adam: epsilon must be finite and above 0, got inf");
  const std::string betas = "Adam: beta1 and beta2 must lie in [0, 1), got ";
  CHECK(refusal({.beta1 = 1}) == betas + "1.000000 and 0.999000");
  CHECK(refusal({.beta2 = -0.5}) == betas + "0.900000 and -0.500000");
}

TEST_CASE("Adam keeps its rate when a new one is refused", "[train]") {
  scn::Adam optimizer{scn::Parameters<Double>(), {.rate = 0.25}};
  CHECK(thrown_message<scn::InvalidArgument>([&] { optimizer.set_rate(-2); }) ==
        "Adam: rate and weight decay must be finite and not negative, got -2.000000 and 0.000000");
  CHECK(optimizer.rate() == 0.25);
}

TEST_CASE("The bits of Adam are the same with 1, 2 and 7 threads", "[train]") {
  std::vector<std::vector<float>> values;
  for (const int threads : {1, 2, 7}) {
    scn::Cpu device{.threads = threads, .seed = 1};
    oracle::Random random(9);
    const auto variable = variable_of(device, 3000, 16, oracle::random_reals(random, 48000));
    scn::Adam optimizer{scn::Parameters<scn::Cpu>({{"weight", variable, {3000, 16}}}), {.weight_decay = 0.01}};
    for (int step = 0; step < 3; ++step) {
      give_gradient(variable, oracle::random_reals(random, 48000));
      optimizer.step();
    }
    values.push_back(variable.value().to_host());
  }
  CHECK((values[0] == values[1] && values[0] == values[2]));
}

}  // namespace

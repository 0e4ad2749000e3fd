// Tests of what optimizers share, on gradient descent and Adam: groups, rates, and a run that goes on where it stopped.
#include "scn/train/optimizer.hpp"

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/train/adam.hpp"
#include "scn/train/sgd.hpp"
#include "support/comparison.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

using Groups = std::vector<scn::ParameterGroup<Double, scn::SGDSettings>>;

scn::Parameters<Double> only(const std::string& name, const scn::Variable<Double>& variable) {
  return scn::Parameters<Double>({{name, variable, {variable.channels()}}});
}

TEST_CASE("Every group of parameters has its own settings and rate, and one factor scales all rates", "[train]") {
  Double device;
  const auto a = variable_of(device, 1, 1, {1}), b = variable_of(device, 1, 1, {1});
  scn::SGD optimizer{Groups{{only("a", a), {.rate = 0.5}}, {only("b", b), {.rate = 0.25, .weight_decay = 1}}}};
  const auto step = [&] {
    give_gradient(a, {1});
    give_gradient(b, {1});
    optimizer.step();
  };
  step();
  CHECK(number_of(a) == 0.5);
  CHECK(number_of(b) == 1 - 0.25 * 2);
  optimizer.set_rate(1, 1);
  optimizer.set_rate_factor(0.5);
  CHECK((optimizer.rate() == 0.5 && optimizer.rate(1) == 1 && optimizer.rate_factor() == 0.5));
  step();
  CHECK(number_of(a) == 0.25);
  CHECK(number_of(b) == 0.5 - 0.5 * 1.5);
}

TEST_CASE("An optimizer refuses a variable in two groups, no groups, and a group that it does not have", "[train]") {
  Double device;
  const auto a = variable_of(device, 1, 1, {1});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::SGD(Groups{{only("a", a), {}}, {only("b", a), {}}});
        }) == "SGD: b is in two groups");
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::SGD(Groups{}); }) == "SGD: there is no group of parameters");
  scn::SGD optimizer{only("a", a)};
  CHECK(thrown_message<scn::InvalidArgument>([&] { optimizer.rate(1); }) == "SGD: there are 1 groups, none at 1");
  CHECK(thrown_message<scn::InvalidArgument>([&] { optimizer.set_rate_factor(-1); }) ==
        "SGD: the factor of the rates must be finite and not negative, got -1.000000");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          optimizer.set_steps({1, 2});
        }) == "SGD: got counts of steps for 2 variables, expected 1");
  CHECK(thrown_message<scn::InvalidArgument>([&] { optimizer.set_steps({-1}); }) ==
        "SGD: a count of steps must not be negative, got -1");
}

TEST_CASE("An optimizer names its moments after the parameters, each variable once, and keeps only what it needs",
          "[train]") {
  Double device;
  const auto a = variable_of(device, 2, 3, std::vector<double>(6, 1)), b = variable_of(device, 1, 1, {1});
  const scn::Parameters<Double> all({{"a", a, {2, 3}}, {"again", a, {2, 3}}, {"mean", b, {1}, false}, {"b", b, {1}}});
  const auto names = [](const scn::Parameters<Double>& moments) {
    std::string joined;
    for (const auto& one : moments) joined += one.name + " ";
    return joined;
  };
  CHECK(names(scn::Adam(all).moments()) == "a.mean a.square b.mean b.square ");
  CHECK(scn::Adam(all).moments().find("a.square")->shape == std::vector<std::int64_t>{2, 3});
  CHECK(names(scn::SGD(all, {.momentum = 0.5}).moments()) == "a.velocity b.velocity ");
  CHECK(names(scn::SGD(all).moments()).empty());
}

TEMPLATE_TEST_CASE("An optimizer that is given moments and steps of another goes on with the same bits", "[train]",
                   scn::SGD<Double>, scn::Adam<Double>, scn::AdamW<Double>) {
  Double device;
  const auto made = [](const scn::Parameters<Double>& parameters) {
    if constexpr (std::is_same_v<TestType, scn::SGD<Double>>)
      return TestType(parameters, {.momentum = 0.9});
    else
      return TestType(parameters, {.rate = 0.1, .weight_decay = 0.1});
  };
  const auto whole = variable_of(device, 1, 3, {1, -2, 3}), resumed = variable_of(device, 1, 3, {1, -2, 3});
  TestType straight = made(only("w", whole)), first = made(only("w", resumed)), second = made(only("w", resumed));
  const auto step = [](TestType& optimizer, const scn::Variable<Double>& variable, double slope) {
    give_gradient(variable, {slope, 1, -slope});
    optimizer.step();
  };
  for (const double slope : {1.0, 0.5, -2.0, 3.0}) step(straight, whole, slope);
  for (const double slope : {1.0, 0.5}) step(first, resumed, slope);
  const auto from = first.moments(), to = second.moments();
  for (const auto& moment : to) moment.variable.value() = from.find(moment.name)->variable.value().copy();
  second.set_steps(first.steps());
  for (const double slope : {-2.0, 3.0}) step(second, resumed, slope);
  CHECK(numbers_of(whole.value()) == numbers_of(resumed.value()));
  CHECK(second.steps() == std::vector<std::int64_t>{4});
}

}  // namespace

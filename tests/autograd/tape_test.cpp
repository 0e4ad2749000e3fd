// Tests of the tape: order and life of its steps, where gradients go, what a pass does, draws, and refusals.
#include "scn/autograd/tape.hpp"

#include <memory>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

TEST_CASE("A tape runs its steps backwards", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  std::vector<int> ran;
  scn::Tape tape;
  for (const int step : {1, 2, 3}) tape.record([&ran, step] { ran.push_back(step); });
  CHECK(tape.size() == 3);
  tape.backward(variable_of(device, 1, 1, {0}));
  CHECK(ran == std::vector<int>{3, 2, 1});
  CHECK(tape.size() == 0);
}

TEST_CASE("What a step holds is released before the step before it runs", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = held;
  bool alive_at_first = true, alive_at_second = false;
  scn::Tape tape;
  tape.record([&] { alive_at_first = !watch.expired(); });
  tape.record([&alive_at_second, held] { alive_at_second = held != nullptr; });
  held.reset();
  CHECK_FALSE(watch.expired());
  tape.backward(variable_of(device, 1, 1, {0}));
  CHECK(alive_at_second);
  CHECK_FALSE(alive_at_first);
}

TEST_CASE("Steps that were never run are released with their tape", "[autograd]") {
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = held;
  {
    scn::Tape tape;
    tape.record([held = std::move(held)] { static_cast<void>(held); });
    CHECK_FALSE(watch.expired());
  }
  CHECK(watch.expired());
}

TEST_CASE("The steps of a tape that was given a device lie in the device's pool, others do not", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto loss = variable_of(device, 1, 1, {0});
  const std::size_t before = device.pool->used_bytes();
  scn::Tape tape(device), other;
  other.record([loss] { static_cast<void>(loss); });
  CHECK(device.pool->used_bytes() == before);
  tape.record([loss] { static_cast<void>(loss); });
  CHECK(device.pool->used_bytes() > before);
  CHECK((tape.pass().record && tape.size() == 1));
  CHECK_FALSE(scn::Tape(device, {.training = false}).pass().training);
}

TEST_CASE("A step may own what can only be moved", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  int seen = 0;
  scn::Tape tape;
  tape.record([&seen, owned = std::make_unique<int>(5)] { seen = *owned; });
  tape.backward(variable_of(device, 1, 1, {0}));
  CHECK(seen == 5);
}

TEST_CASE("The gradient of a loss is its factor, 1 by default, and adds up", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto loss = variable_of(device, 1, 1, {7});
  scn::Tape tape;
  tape.backward(loss);
  CHECK(numbers_of(loss.gradient()) == std::vector<double>{1});
  tape.backward(loss, 2.5);
  CHECK(numbers_of(loss.gradient()) == std::vector<double>{3.5});
}

TEST_CASE("A backward pass may start from several losses at once: the gradient of their sum", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 1, 1, {3}), alone = variable_of(device, 1, 1, {1});
  scn::Tape tape;
  const auto y = scn::ReLU()(x, &tape), z = scn::ReLU()(y, &tape);
  tape.backward({z, y, alone, z}, 2);
  CHECK(numbers_of(x.gradient()) == std::vector<double>{6});
  CHECK(numbers_of(alone.gradient()) == std::vector<double>{2});
  CHECK(tape.size() == 0);
}

TEST_CASE("A tape refuses several losses of which one is none, and gives no other a gradient", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto loss = variable_of(device, 1, 1, {3}), rows = variable_of(device, 2, 1, {1, 2});
  scn::Tape tape;
  CHECK_THROWS_AS(tape.backward({loss, rows}), scn::InvalidArgument);
  CHECK_FALSE(loss.has_gradient());
}

TEST_CASE("A backward pass may start from the gradient of any variable", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 2, 2, {1, -1, 2, -2});
  scn::Tape tape;
  const auto y = scn::ReLU()(x, &tape);
  tape.backward(y, variable_of(device, 2, 2, {1, 2, 3, 4}).value().copy());
  CHECK(numbers_of(x.gradient()) == std::vector<double>{1, 0, 3, 0});
}

TEST_CASE("A backward pass gives no gradient to a start that needs none", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto loss = variable_of(device, 1, 1, {7}, false);
  scn::Tape().backward(loss);
  CHECK_FALSE(loss.has_gradient());
}

TEST_CASE("A variable that two steps used gets the sum of both gradients", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 1, 1, {3});
  scn::Tape tape;
  const auto once = scn::ReLU()(x, &tape), twice = scn::ReLU()(once, &tape), other = scn::ReLU()(x, &tape);
  give_gradient(other, {10});
  tape.backward(twice);
  CHECK(numbers_of(x.gradient()) == std::vector<double>{11});
}

TEST_CASE("Gradients add up over tapes until they are cleared", "[autograd]") {
  Double device{.threads = 2, .seed = 1};
  oracle::Random random(1);
  const scn::NetworkInNetwork layer{device, 3, 2};
  std::vector<scn::Parameter<Double>> parameters;
  layer.parameters("", parameters);
  const auto& weight = parameters.at(0).variable;
  const auto x = variable_of(device, 4, 3, oracle::random_integers(random, 12));
  const auto pass = [&](const std::vector<double>& dy) {
    scn::Tape tape;
    tape.backward(layer(x, &tape), variable_of(device, 4, 2, dy).value().copy());
    return numbers_of(weight.gradient());
  };
  const std::vector<double> dy1 = oracle::random_integers(random, 8), dy2 = oracle::random_integers(random, 8);
  const std::vector<double> first = pass(dy1), both = pass(dy2);
  weight.clear_gradient();
  const std::vector<double> second = pass(dy2);
  for (std::size_t i = 0; i < both.size(); ++i) CHECK(both[i] == first[i] + second[i]);
  CHECK(oracle::nonzero_part(first) > 0.3);
  CHECK(oracle::nonzero_part(second) > 0.3);
}

TEST_CASE("No gradient is computed where none is needed", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const scn::NetworkInNetwork layer{device, 2, 2};
  std::vector<scn::Parameter<Double>> parameters;
  layer.parameters("", parameters);
  const auto &weight = parameters.at(0).variable, &bias = parameters.at(1).variable;
  bias.set_needs_gradient(false);
  const auto x = variable_of(device, 1, 2, {1, 2}, false);
  scn::Tape tape;
  tape.backward(layer(x, &tape), variable_of(device, 1, 2, {1, 1}).value().copy());
  CHECK(weight.has_gradient());
  CHECK_FALSE(bias.has_gradient());
  CHECK_FALSE(x.has_gradient());
}

TEST_CASE("Nothing is recorded for a layer of which nothing needs a gradient", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 1, 2, {1, 2}, false);
  scn::Tape tape;
  CHECK_FALSE(scn::ReLU()(x, &tape).needs_gradient());
  CHECK(tape.size() == 0);
}

TEST_CASE("A step whose result got no gradient leaves its input without one", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 1, 1, {3}), unrelated = variable_of(device, 1, 1, {3});
  scn::Tape tape;
  scn::ReLU()(x, &tape);
  CHECK(tape.size() == 1);
  tape.backward(unrelated);
  CHECK_FALSE(x.has_gradient());
}

TEST_CASE("A pass trains and records where it has a tape that says so", "[autograd]") {
  scn::Tape usual, evaluating(scn::Pass{.training = false}), first(scn::Pass{.record = false});
  CHECK(scn::is_training(&usual));
  CHECK_FALSE(scn::is_training(&evaluating));
  CHECK_FALSE(scn::is_training(nullptr));
  CHECK(scn::is_recording(&usual, true));
  CHECK_FALSE(scn::is_recording(&usual, false));
  CHECK(scn::is_recording(&evaluating, true));
  CHECK_FALSE(scn::is_recording(&first, true));
  CHECK_FALSE(scn::is_recording(nullptr, true));
  CHECK(usual.pass().update_statistics);
}

TEST_CASE("A tape takes the numbers of its draws from the device", "[autograd]") {
  Double device{.threads = 1, .seed = 1, .draws = 40};
  scn::Tape tape;
  CHECK(tape.draw(device) == 40);
  CHECK(tape.draw(device) == 41);
  CHECK(device.draws == 42);
}

TEST_CASE("A section draws through its tape, and a second pass repeats its draws alone", "[autograd]") {
  Double device{.threads = 1, .seed = 1, .draws = 40};
  scn::Tape tape;
  CHECK(tape.draw(device) == 40);
  scn::Tape first = tape.section();
  CHECK(first.draw(device) == 41);
  CHECK(first.draw(device) == 42);
  CHECK(tape.draw(device) == 43);
  CHECK(first.draws() == std::vector<std::uint64_t>{41, 42});
  CHECK(tape.draws().empty());
  scn::Tape second({}, first.draws());
  CHECK(second.draw(device) == 41);
  CHECK(second.draw(device) == 42);
  CHECK(device.draws == 44);
}

TEST_CASE("A section within a section repeats its draws when the outer one is repeated", "[autograd]") {
  Double device{.threads = 1, .seed = 1, .draws = 7};
  scn::Tape tape, outer = tape.section(), inner = outer.section();
  outer.draw(device);
  inner.draw(device);
  outer.draw(device);
  CHECK(outer.draws() == std::vector<std::uint64_t>{7, 8, 9});
  scn::Tape again({}, outer.draws());
  CHECK(again.draw(device) == 7);
  scn::Tape inner_again = again.section();
  CHECK(inner_again.draw(device) == 8);
  CHECK(again.draw(device) == 9);
  CHECK(inner_again.draws() == std::vector<std::uint64_t>{8});
  CHECK(device.draws == 10);
}

TEST_CASE("A section keeps no steps and is otherwise the pass it is part of", "[autograd]") {
  scn::Tape training, evaluating({.training = false, .update_statistics = false});
  const scn::Pass usual = training.section().pass(), other = evaluating.section().pass();
  CHECK_FALSE((usual.record || other.record));
  CHECK((usual.training && usual.update_statistics));
  CHECK_FALSE((other.training || other.update_statistics));
}

TEST_CASE("A second pass refuses to draw more than the first one did", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  scn::Tape tape, first = tape.section();
  first.draw(device);
  scn::Tape second({}, first.draws());
  second.draw(device);
  CHECK(thrown_message<scn::InvalidArgument>([&] { second.draw(device); }) ==
        "Tape: a section asks for more random numbers than in its first pass, which made 1 draws");
  CHECK(device.draws == 1);
}

TEST_CASE("A tape refuses a loss that is not one number, and runs nothing then", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 2, 3, std::vector<double>(6));
  scn::Tape tape;
  tape.record([] {});
  CHECK(thrown_message<scn::InvalidArgument>([&] { tape.backward(x); }) ==
        "Tape: a loss is 1 x 1, got 2 x 3; for other variables give the gradient too");
  CHECK(tape.size() == 1);
  CHECK_FALSE(x.has_gradient());
}

TEST_CASE("A tape refuses a gradient of another shape, and runs nothing then", "[autograd]") {
  Double device{.threads = 1, .seed = 1};
  const auto x = variable_of(device, 2, 3, std::vector<double>(6));
  scn::Tape tape;
  tape.record([] {});
  CHECK(thrown_message<scn::InvalidArgument>([&] { tape.backward(x, scn::Matrix<Double>(device, 3, 2)); }) ==
        "Tape: the gradient is 3 x 2, the variable 2 x 3");
  CHECK(tape.size() == 1);
  CHECK_FALSE(x.has_gradient());
}

TEST_CASE("Adding a matrix to another overwrites or adds as told", "[autograd]") {
  Double device{.threads = 2, .seed = 1};
  const auto to = variable_of(device, 2, 2, {1, 2, 3, 4}), from = variable_of(device, 2, 2, {10, 20, 30, 40});
  scn::Tape::add_to(to.value(), from.value(), scn::Write::add);
  CHECK(numbers_of(to.value()) == std::vector<double>{11, 22, 33, 44});
  scn::Tape::add_to(to.value(), from.value(), scn::Write::assign);
  CHECK(numbers_of(to.value()) == std::vector<double>{10, 20, 30, 40});
}

}  // namespace

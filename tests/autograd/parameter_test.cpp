// Tests of the parameters of a network: names, order, and variables that layers share.
#include "scn/autograd/parameter.hpp"

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;

/// A weight under two names, a bias, and a buffer.
struct Network {
  Double device{.threads = 1, .seed = 1};
  scn::Variable<Double> weight = variable_of(device, 2, 3, std::vector<double>(6));
  scn::Variable<Double> bias = variable_of(device, 1, 3, std::vector<double>(3));
  scn::Variable<Double> mean = variable_of(device, 1, 3, std::vector<double>(3), false);
  scn::Parameters<Double> parameters{std::vector<scn::Parameter<Double>>{{"0.weight", weight, {2, 3}},
                                                                         {"0.bias", bias, {3}},
                                                                         {"1.running_mean", mean, {3}, false},
                                                                         {"2.weight", weight, {2, 3}}}};
};

TEST_CASE("Parameters are listed under all their names, in the order of the layers", "[autograd]") {
  const Network network;
  std::vector<std::string> names;
  for (const auto& parameter : network.parameters) names.push_back(parameter.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.running_mean", "2.weight"});
  CHECK(network.parameters.size() == 4);
}

TEST_CASE("A parameter is found by its name", "[autograd]") {
  const Network network;
  const auto* const found = network.parameters.find("1.running_mean");
  REQUIRE(found != nullptr);
  CHECK(found->variable.same(network.mean));
  CHECK(found->shape == std::vector<std::int64_t>{3});
  CHECK_FALSE(found->trained);
  CHECK(network.parameters.find("1.running") == nullptr);
}

TEST_CASE("A variable that two layers share is trained once, and a buffer not at all", "[autograd]") {
  const Network network;
  const auto variables = network.parameters.variables();
  REQUIRE(variables.size() == 2);
  CHECK(variables[0].same(network.weight));
  CHECK(variables[1].same(network.bias));
}

TEST_CASE("Elements count the trained numbers, those of a shared variable once", "[autograd]") {
  CHECK(Network().parameters.elements() == 2 * 3 + 3);
}

TEST_CASE("Parameters share their variables with the network", "[autograd]") {
  const Network network;
  network.parameters.find("0.bias")->variable.value().set_zero();
  give_gradient(network.parameters.variables()[1], {1, 2, 3});
  CHECK(numbers_of(network.bias.gradient()) == std::vector<double>{1, 2, 3});
}

TEST_CASE("A network without parameters has none", "[autograd]") {
  const scn::Parameters<Double> none;
  CHECK(none.size() == 0);
  CHECK(none.begin() == none.end());
  CHECK(none.variables().empty());
  CHECK(none.elements() == 0);
  CHECK(none.find("0.weight") == nullptr);
}

}  // namespace

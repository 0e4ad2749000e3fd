// Tests of the oracle's activations: numbers known from tables, and finite differences.
#include "oracle_activations.hpp"

#include "catch.hpp"
#include "finite_differences.hpp"

namespace {

using oracle::Activation;

TEST_CASE("The oracle's activations have the values of the tables", "[oracle]") {
  const auto values = [](const Activation& activation) {
    return std::vector<double>{activation.value(-1), activation.value(0), activation.value(1)};
  };
  const oracle::Tolerance digits{.absolute = 1e-12};
  CHECK(oracle::difference({-0.632120558829, 0, 1}, values(oracle::elu()), digits) == "");
  CHECK(oracle::difference({-1.111330737813, 0, 1.050700987355}, values(oracle::selu()), digits) == "");
  CHECK(oracle::difference({-0.158655253931, 0, 0.841344746069}, values(oracle::gelu()), digits) == "");
  CHECK(oracle::difference({-0.268941421370, 0, 0.731058578630}, values(oracle::silu()), digits) == "");
  CHECK(oracle::difference({0.313261687518, 0.693147180560, 1.313261687518}, values(oracle::softplus()), digits) == "");
  CHECK(oracle::difference({1.0 / 3, 0.5, 2.0 / 3}, values(oracle::hard_sigmoid()), digits) == "");
}

TEST_CASE("The oracle's activations have the derivatives of finite differences", "[oracle]") {
  for (const Activation& activation : {oracle::elu(), oracle::elu(0.5), oracle::selu(), oracle::gelu(), oracle::silu(),
                                       oracle::softplus(), oracle::hard_sigmoid()})
    for (const double x : {-3.5, -1.25, -0.5, 0.5, 1.25, 3.5}) {
      const auto value = [&](const std::vector<double>& at) { return activation.value(at.at(0)); };
      CHECK(oracle::gradient_difference(value, {x}, {activation.derivative(x)}, {}) == "");
    }
}

TEST_CASE("The oracle's hard sigmoid is cut off at 0 and 1", "[oracle]") {
  CHECK((oracle::hard_sigmoid().value(-4) == 0 && oracle::hard_sigmoid().value(4) == 1));
}

}  // namespace

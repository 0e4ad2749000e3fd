// Tests of the finite differences: known derivatives pass, wrong ones are named.
#include "finite_differences.hpp"

#include "catch.hpp"

namespace {

double product_and_square(const std::vector<double>& x) { return x[0] * x[1] + x[1] * x[1]; }

double linear(const std::vector<double>& x) { return 3 * x[0] - 5 * x[1]; }

TEST_CASE("Finite differences accept the true gradient", "[oracle]") {
  CHECK(oracle::gradient_difference(product_and_square, {2, 3}, {3, 8}) == "");
}

TEST_CASE("Finite differences name the wrong element and how far it is off", "[oracle]") {
  const std::string answer = oracle::gradient_difference(product_and_square, {2, 3}, {3, 8.1});
  CHECK(answer.find("value 1: expected 8") == 0);
  CHECK(answer.find("got 8.0999") != std::string::npos);
  CHECK(answer.find("1 of 2 differ") != std::string::npos);
}

TEST_CASE("Finite differences are exact for linear functions of integers with a step of 1", "[oracle]") {
  const oracle::DifferenceSettings exact{.step = 1, .absolute = 0, .relative = 0};
  CHECK(oracle::numeric_gradient(linear, {7, -2}, 1) == std::vector<double>{3, -5});
  CHECK(oracle::gradient_difference(linear, {7, -2}, {3, -5}, exact) == "");
  CHECK(oracle::gradient_difference(linear, {7, -2}, {3, -5.0000001}, exact) != "");
}

TEST_CASE("Finite differences notice a gradient of another length or of NaN", "[oracle]") {
  CHECK(oracle::gradient_difference(linear, {1, 2}, {3}) == "expected 2 values, got 1");
  CHECK(oracle::direction_difference(linear, {1, 2}, {3}, {1, 1}) != "");
  CHECK(oracle::gradient_difference(linear, {1, 2}, {3, std::nan("")}) != "");
}

TEST_CASE("Finite differences along a direction accept the true gradient and no other", "[oracle]") {
  CHECK(oracle::direction_difference(product_and_square, {2, 3}, {3, 8}, {0.5, -1}) == "");
  CHECK(oracle::direction_difference(product_and_square, {2, 3}, {3, 8.1}, {0.5, -1}) != "");
}

}  // namespace

// Tests of power iterations on matrices whose singular values are known.
#include "scn/layers/power_iteration.hpp"

#include <cmath>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/comparison.hpp"
#include "support/random_cases.hpp"
#include "support/variables.hpp"

namespace {

using Double = scn::CpuDevice<double>;
using Unfolded = scn::Unfolded<const double>;

const oracle::Tolerance close{.absolute = 1e-13};

Unfolded unfolded(const scn::Variable<Double>& weight, std::int64_t columns) {
  return {std::as_const(weight.value()).view(), columns};
}

TEST_CASE("A weight is unfolded into rows of its last dimension") {
  Double device;
  const auto weight = variable_of(device, 2, 6, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  for (const std::int64_t columns : {1, 2, 3, 6}) {
    const auto matrix = unfolded(weight, columns);
    CHECK(matrix.rows() == 12 / columns);
    for (std::int64_t row = 0; row < matrix.rows(); ++row)
      for (std::int64_t c = 0; c < columns; ++c) CHECK(matrix(row, c) == static_cast<double>(row * columns + c));
  }
}

TEST_CASE("A weight times vectors from the left and from the right") {
  Double device;
  const auto weight = variable_of(device, 1, 6, {1, 2, 3, 4, 5, 6});
  const auto u = variable_of(device, 1, 2, {10, 1}), v = variable_of(device, 3, 1, {1, -1, 2});
  CHECK(numbers_of(times_right(unfolded(weight, 2), u.value())) == std::vector<double>{12, 34, 56});
  CHECK(numbers_of(times_left(unfolded(weight, 2), v.value())) == std::vector<double>{8, 10});
}

TEST_CASE("The inner product of two weights is that of their numbers, whatever the columns") {
  Double device;
  const auto left = variable_of(device, 2, 2, {1, 2, 3, 4}), right = variable_of(device, 2, 2, {5, -6, 7, 8});
  CHECK(numbers_of(inner_product(device, unfolded(left, 2), unfolded(right, 2))) == std::vector<double>{46});
  CHECK(numbers_of(inner_product(device, unfolded(left, 1), unfolded(right, 1))) == std::vector<double>{46});
}

TEST_CASE("A vector is divided by its length, or by eps if that is longer") {
  Double device;
  const auto row = variable_of(device, 1, 2, {3, -4}), column = variable_of(device, 2, 1, {3, -4});
  const auto zero = variable_of(device, 1, 2, {0, 0});
  divide_by_length(row.value(), 1e-12);
  divide_by_length(column.value(), 10);
  divide_by_length(zero.value(), 1e-12);
  CHECK(oracle::difference({0.6, -0.8}, numbers_of(row.value()), close) == "");
  CHECK(oracle::difference({0.3, -0.4}, numbers_of(column.value()), close) == "");
  CHECK(numbers_of(zero.value()) == std::vector<double>{0, 0});
}

TEST_CASE("Power iterations find the largest singular value and its vectors") {
  Double device;
  // Columns 3 (2, 2, 1, 0) / 3 and 0.5 (0, 0, 0, 1) turned by the rotation with cosine 0.6 and sine 0.8.
  const auto weight = variable_of(device, 4, 2, {1.2, 1.6, 1.2, 1.6, 0.6, 0.8, -0.4, 0.3});
  scn::SingularVectors<Double, double> vectors;
  vectors.u = variable_of(device, 1, 2, {0, 1}).value().copy();
  for (int i = 0; i < 20; ++i) vectors.improve(unfolded(weight, 2), 1e-12);
  CHECK(oracle::difference({3}, numbers_of(vectors.value(unfolded(weight, 2))), close) == "");
  CHECK(oracle::difference({0.6, 0.8}, numbers_of(vectors.u), close) == "");
  CHECK(oracle::difference({2.0 / 3, 2.0 / 3, 1.0 / 3, 0}, numbers_of(vectors.v), close) == "");
}

TEST_CASE("One power iteration takes the vector to the left and back, each time at length 1") {
  Double device;
  const auto weight = variable_of(device, 2, 2, {2, 0, 0, 1});
  scn::SingularVectors<Double, double> vectors;
  vectors.u = variable_of(device, 1, 2, {0.6, 0.8}).value().copy();
  vectors.improve(unfolded(weight, 2), 1e-12);
  const double first = std::hypot(1.2, 0.8), second = std::hypot(2.4, 0.8);
  CHECK(oracle::difference({1.2 / first, 0.8 / first}, numbers_of(vectors.v), close) == "");
  CHECK(oracle::difference({2.4 / second, 0.8 / second}, numbers_of(vectors.u), close) == "");
  CHECK(oracle::difference({second / first}, numbers_of(vectors.value(unfolded(weight, 2))), close) == "");
}

}  // namespace

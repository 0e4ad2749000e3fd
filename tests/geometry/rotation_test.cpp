// Tests of random rotations and of half rotations.
#include "scn/geometry/rotation.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "catch.hpp"
#include "support/library.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

template <int D>
SquareMatrix<D> product(const SquareMatrix<D>& a, const SquareMatrix<D>& b) {
  SquareMatrix<D> result{};
  for (std::size_t i = 0; i < D; ++i)
    for (std::size_t j = 0; j < D; ++j)
      for (std::size_t k = 0; k < D; ++k) result[i][j] += a[i][k] * b[k][j];
  return result;
}

template <int D>
SquareMatrix<D> identity() {
  SquareMatrix<D> result{};
  for (std::size_t i = 0; i < D; ++i) result[i][i] = 1;
  return result;
}

template <int D>
SquareMatrix<D> transposed(const SquareMatrix<D>& a) {
  SquareMatrix<D> result{};
  for (std::size_t i = 0; i < D; ++i)
    for (std::size_t j = 0; j < D; ++j) result[i][j] = a[j][i];
  return result;
}

template <int D>
double distance(const SquareMatrix<D>& a, const SquareMatrix<D>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < D; ++i)
    for (std::size_t j = 0; j < D; ++j) largest = std::fmax(largest, std::abs(a[i][j] - b[i][j]));
  return largest;
}

/// By elimination with the largest pivot.
template <int D>
double determinant(SquareMatrix<D> a) {
  double result = 1;
  for (std::size_t k = 0; k < D; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < D; ++i)
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    if (pivot != k) result = -result;
    std::swap(a[k], a[pivot]);
    result *= a[k][k];
    for (std::size_t i = k + 1; i < D; ++i)
      for (std::size_t j = D; j-- > k;) a[i][j] -= a[i][k] / a[k][k] * a[k][j];
  }
  return result;
}

SquareMatrix<3> about_last_axis(double angle) {
  return {{{std::cos(angle), -std::sin(angle), 0}, {std::sin(angle), std::cos(angle), 0}, {0, 0, 1}}};
}

TEST_CASE("Random rotations are orthogonal and not mirrored in 1 to 10 dimensions", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (std::uint64_t draw = 0; draw < 20; ++draw) {
      const auto rotation = random_rotation<D>(7, draw);
      CHECK(distance<D>(product<D>(rotation, transposed<D>(rotation)), identity<D>()) < 1e-14);
      CHECK(std::abs(determinant<D>(rotation) - 1) < 1e-13);
    }
  });
}

TEST_CASE("Half of the random rotations are mirrored if that is allowed, in 1 to 4 dimensions", "[geometry]") {
  library::for_each_dimension<4>([](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    int mirrored = 0;
    for (std::uint64_t draw = 0; draw < 1000; ++draw) {
      const auto rotation = random_rotation<D>(7, draw, Mirrors::allowed);
      CHECK(std::abs(std::abs(determinant<D>(rotation)) - 1) < 1e-13);
      mirrored += determinant<D>(rotation) < 0;
    }
    CHECK((mirrored > 420 && mirrored < 580));  // five standard deviations
  });
}

TEST_CASE("Random rotations follow from seed and draw", "[geometry]") {
  CHECK(random_rotation<3>(1, 2) == random_rotation<3>(1, 2));
  CHECK(random_rotation<3>(1, 2) != random_rotation<3>(1, 3));
  CHECK(random_rotation<3>(1, 2) != random_rotation<3>(2, 2));
}

TEST_CASE("Random rotations are uniform: the moments of their elements and of their trace are those of Haar's measure",
          "[geometry]") {
  constexpr int count = 20000;
  double first[3][3]{}, second[3][3]{}, fourth[3][3]{}, trace = 0, squared_trace = 0;
  for (std::uint64_t draw = 0; draw < count; ++draw) {
    const auto rotation = random_rotation<3>(3, draw);
    const double sum = rotation[0][0] + rotation[1][1] + rotation[2][2];
    trace += sum / count;
    squared_trace += sum * sum / count;
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) {
        const double square = rotation[i][j] * rotation[i][j];
        first[i][j] += rotation[i][j] / count;
        second[i][j] += square / count;
        fourth[i][j] += square * square / count;
      }
  }
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(std::abs(first[i][j]) < 0.02);
      CHECK(std::abs(second[i][j] - 1.0 / 3) < 0.011);
      CHECK(std::abs(fourth[i][j] - 1.0 / 5) < 0.01);
    }
  CHECK(std::abs(trace) < 0.035);
  CHECK(std::abs(squared_trace - 1) < 0.045);
}

TEST_CASE("Twice the half rotation is the rotation, and its angle is at most a right one", "[geometry]") {
  for (std::uint64_t draw = 0; draw < 200; ++draw) {
    const auto rotation = random_rotation<3>(5, draw), half = squareroot_rotation(rotation);
    CHECK(distance<3>(product<3>(half, half), rotation) < 1e-14);
    CHECK(distance<3>(product<3>(half, transposed<3>(half)), identity<3>()) < 1e-14);
    CHECK(determinant<3>(half) > 0);
    CHECK(half[0][0] + half[1][1] + half[2][2] > 1 - 1e-14);
  }
}

TEST_CASE("Half of a rotation is about the same axis in the same direction", "[geometry]") {
  for (const double angle : {0.0, 1e-9, 0.5, -0.5, 3.0, -3.0, 3.14159, -3.14159})
    CHECK(distance<3>(squareroot_rotation(about_last_axis(angle)), about_last_axis(angle / 2)) < 1e-15);
}

TEST_CASE("Half turns about every axis have a half", "[geometry]") {
  const SquareMatrix<3> turns[] = {{{{1, 0, 0}, {0, -1, 0}, {0, 0, -1}}},
                                   {{{-1, 0, 0}, {0, 1, 0}, {0, 0, -1}}},
                                   {{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}},
                                   {{{0, 1, 0}, {1, 0, 0}, {0, 0, -1}}},
                                   {{{-1, 0, 0}, {0, 0, -1}, {0, -1, 0}}}};
  for (const auto& turn : turns) {
    const auto half = squareroot_rotation(turn);
    CHECK(distance<3>(product<3>(half, half), turn) < 1e-15);
    CHECK(std::abs(half[0][0] + half[1][1] + half[2][2] - 1) < 1e-15);
  }
}

TEST_CASE("What is no rotation has no half", "[geometry]") {
  const auto message_of = [](const SquareMatrix<3>& matrix) {
    return thrown_message<InvalidArgument>([&] { squareroot_rotation(matrix); });
  };
  const std::string expected = "squareroot_rotation: the matrix is no rotation";
  CHECK(message_of({{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}}) == expected);
  CHECK(message_of({{{1.001, 0, 0}, {0, 1, 0}, {0, 0, 1}}}) == expected);
  CHECK(message_of({{{1, 0, 0}, {0.001, 1, 0}, {0, 0, 1}}}) == expected);
  CHECK(message_of({{{std::numeric_limits<double>::quiet_NaN(), 0, 0}, {0, 1, 0}, {0, 0, 1}}}) == expected);
  CHECK(message_of(SquareMatrix<3>{}) == expected);
  CHECK(message_of({{{1 + 1e-8, 0, 0}, {0, 1, 1e-8}, {0, 0, 1}}}) == "no exception");
}

}  // namespace

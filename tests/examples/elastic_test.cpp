// Tests of elastic distortion.
#include "support/elastic.hpp"

#include "catch.hpp"

namespace {

constexpr std::size_t count = 13;  // nodes an axis around points up to 20 away, 4 apart
using Weights = std::array<std::array<double, count>, count>;

/// Two means over a node and its neighbours, zeros outside, as one matrix.
Weights two_means() {
  Weights once{}, twice{};
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j) once[i][j] = i <= j + 1 && j <= i + 1 ? 1.0 / 3 : 0.0;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t k = 0; k < count; ++k) twice[i][j] += once[i][k] * once[k][j];
  return twice;
}

/// The field at a node, from the random numbers themselves.
double expected(std::size_t component, std::array<std::size_t, 3> node) {
  static const Weights weights = two_means();
  double sum = 0;
  std::uint64_t number = component * count * count * count;
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b < count; ++b)
      for (std::size_t c = 0; c < count; ++c)
        sum += weights[node[0]][a] * weights[node[1]][b] * weights[node[2]][c] * scn::normal(3, 5, number++);
  return sum;
}

std::array<double, 3> place(std::array<std::size_t, 3> node) {
  std::array<double, 3> point{};
  for (std::size_t axis = 0; axis < 3; ++axis) point[axis] = 4 * (double(node[axis]) - 6);
  return point;
}

}  // namespace

TEST_CASE("at its nodes an elastic field is the noise, smoothed twice along every axis") {
  support::Draw draw{3, 5};
  const support::ElasticField field({20, 20.9, 21.99}, 2, draw);
  for (const auto& node : {std::array<std::size_t, 3>{6, 6, 6}, {0, 3, 12}, {12, 12, 12}, {5, 11, 1}})
    for (std::size_t component = 0; component < 3; ++component)
      CHECK(field.at(place(node).data())[component] == Approx(expected(component, node)).margin(1e-12));
}

TEST_CASE("between its nodes an elastic field is linear along each axis") {
  support::Draw draw{3, 5};
  const support::ElasticField field({20, 20, 20}, 2, draw);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::array<std::size_t, 3> node{4, 7, 9};
    auto point = place(node);
    point[axis] += 1;
    const double before = expected(1, node);
    ++node[axis];
    CHECK(field.at(point.data())[1] == Approx(0.75 * before + 0.25 * expected(1, node)));
  }
}

TEST_CASE("distorted points move by the field times the magnitude, and no points stay none") {
  std::vector<double> points{20, -20, 20, 1, 2, 3}, none;
  const auto before = points;
  support::Draw draw{3, 5}, other{3, 5};
  support::distort(points, 2, 10, draw);
  const support::ElasticField field({20, 20, 20}, 2, other);
  for (std::size_t i = 0; i < 6; ++i) CHECK(points[i] == Approx(before[i] + 10 * field.at(&before[i / 3 * 3])[i % 3]));
  support::distort(none, 2, 10, draw);
  CHECK(none.empty());
}

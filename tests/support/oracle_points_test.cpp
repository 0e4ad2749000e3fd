// Tests of the oracle's input and output layers on the recorded numbers of the reference.
#include "oracle_points.hpp"

#include "catch.hpp"

namespace {

using oracle::Duplicates;
using oracle::Features;
using oracle::Rows;
using oracle::Site;

const std::vector<Site> points{{0, {5}}, {0, {3}}, {0, {5}}};
const Rows rows{{10}, {20}, {30}};

Features by_position(double at5, double at3) { return {{{0, {5}}, {at5}}, {{0, {3}}, {at3}}}; }

TEST_CASE("The oracle merges repeated points by each rule", "[oracle]") {
  CHECK(oracle::input_forward(points, rows, Duplicates::first) == by_position(10, 20));
  CHECK(oracle::input_forward(points, rows, Duplicates::last) == by_position(30, 20));
  CHECK(oracle::input_forward(points, rows, Duplicates::sum) == by_position(40, 20));
  CHECK(oracle::input_forward(points, rows, Duplicates::mean) == by_position(20, 20));
}

TEST_CASE("The oracle rejects a repeated point only where the rule says so", "[oracle]") {
  CHECK_THROWS(oracle::input_forward(points, rows, Duplicates::reject));
  CHECK(oracle::input_forward({{0, {5}}, {1, {5}}}, {{1}, {2}}, Duplicates::reject) ==
        Features{{{0, {5}}, {1}}, {{1, {5}}, {2}}});
}

TEST_CASE("The oracle sends the gradient of the input layer to the points that made a site", "[oracle]") {
  const Features ones = by_position(1, 1);
  CHECK(oracle::input_backward(points, ones, Duplicates::first) == Rows{{1}, {1}, {0}});
  CHECK(oracle::input_backward(points, ones, Duplicates::last) == Rows{{0}, {1}, {1}});
  CHECK(oracle::input_backward(points, ones, Duplicates::sum) == Rows{{1}, {1}, {1}});
  CHECK(oracle::input_backward(points, ones, Duplicates::mean) == Rows{{0.5}, {1}, {0.5}});
}

TEST_CASE("The oracle's output layer gives discarded points zeros and all others their site", "[oracle]") {
  CHECK(oracle::output_forward(points, by_position(10, 20), Duplicates::first) == Rows{{10}, {20}, {0}});
  CHECK(oracle::output_forward(points, by_position(30, 20), Duplicates::last) == Rows{{0}, {20}, {30}});
  CHECK(oracle::output_forward(points, by_position(40, 20), Duplicates::sum) == Rows{{40}, {20}, {40}});
  CHECK(oracle::output_forward(points, by_position(20, 20), Duplicates::mean) == Rows{{20}, {20}, {20}});
}

TEST_CASE("The oracle sums the gradient of the output layer over served points without dividing", "[oracle]") {
  const Rows ones{{1}, {1}, {1}};
  CHECK(oracle::output_backward(points, ones, Duplicates::first) == by_position(1, 1));
  CHECK(oracle::output_backward(points, ones, Duplicates::last) == by_position(1, 1));
  CHECK(oracle::output_backward(points, ones, Duplicates::sum) == by_position(2, 1));
  CHECK(oracle::output_backward(points, ones, Duplicates::mean) == by_position(2, 1));
}

TEST_CASE("The oracle keeps the first or last point of each site and sample", "[oracle]") {
  const std::vector<Site> batch{{0, {5}}, {0, {3}}, {0, {5}}, {0, {1}}, {1, {2}}, {1, {2}}};
  CHECK(oracle::shares(batch, Duplicates::last) == std::vector<double>{0, 1, 1, 1, 0, 1});
  CHECK(oracle::shares(batch, Duplicates::first) == std::vector<double>{1, 1, 0, 1, 1, 0});
}

TEST_CASE("The oracle numbers the row of each point in row order", "[oracle]") {
  CHECK(oracle::row_of_each_point({{1, {0}}, {0, {5}}, {0, {-3}}, {0, {5}}}) == std::vector<std::int64_t>{2, 1, 0, 1});
}

TEST_CASE("The oracle refuses rows that are not as many as the points", "[oracle]") {
  CHECK_THROWS(oracle::input_forward(points, {{1}}, Duplicates::sum));
  CHECK_THROWS(oracle::output_backward(points, {{1}}, Duplicates::sum));
}

}  // namespace

// Tests of the comparisons: what counts as different, and what is said about it.
#include "comparison.hpp"

#include <limits>

#include "catch.hpp"

namespace {

using oracle::difference;
using oracle::Features;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("A comparison without tolerance accepts only equal values", "[oracle]") {
  CHECK(difference(std::vector<double>{1, 2}, {1, 2}) == "");
  CHECK(difference(std::vector<double>{1, 2}, {1, std::nextafter(2.0, 3.0)}) != "");
}

TEST_CASE("A comparison names the worst place, both values and how many differ", "[oracle]") {
  CHECK(difference(std::vector<double>{1, 2, 3}, {1.5, 4, 3}) ==
        "value 1: expected 2, got 4 (off by 2); 2 of 3 differ");
}

TEST_CASE("A comparison applies absolute, relative and largest-value tolerances", "[oracle]") {
  const std::vector<double> expected{0, 100};
  CHECK(difference(expected, {0.5, 100}, {.absolute = 0.5}) == "");
  CHECK(difference(expected, {0.5, 100}, {.relative = 0.5}) != "");
  CHECK(difference(expected, {0, 101}, {.relative = 0.01}) == "");
  CHECK(difference(expected, {0.5, 100}, {.of_largest = 0.005}) == "");
  CHECK(difference(expected, {0.5, 100}, {.of_largest = 0.004}) != "");
}

TEST_CASE("A comparison takes NaN and infinity for different from numbers whatever the tolerance", "[oracle]") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(difference(std::vector<double>{1}, {nan}, {.absolute = 1e300}) != "");
  CHECK(difference(std::vector<double>{nan}, {1}, {.absolute = 1e300}) != "");
  CHECK(difference(std::vector<double>{nan}, {nan}) == "");
  CHECK(difference(std::vector<double>{1}, {infinity}, {.relative = 1e300}) != "");
  CHECK(difference(std::vector<double>{infinity}, {infinity}) == "");
  CHECK(difference(std::vector<double>{infinity}, {1}, {.relative = 1}) != "");
}

TEST_CASE("A comparison of features looks at the sites first", "[oracle]") {
  const Features one{{{0, {1}}, {5}}}, two{{{0, {1}}, {6}}, {{0, {2}}, {7}}};
  CHECK(difference(two, one) == "missing (0: 2)");
  CHECK(difference(one, two) == "extra (0: 2)");
  CHECK(difference(one, {{{0, {1}}, {5, 5}}}) == "(0: 1): expected 1 channels, got 2");
  CHECK(difference(one, {{{0, {1}}, {7}}}) == "at (0: 1) value 0: expected 5, got 7 (off by 2); 1 of 1 differ");
}

TEST_CASE("A comparison of lists of another length says so", "[oracle]") {
  CHECK(difference(std::vector<double>{1}, {}) == "expected 1 values, got 0");
  CHECK(difference(oracle::Rows{{1}}, {}) == "expected 1 rows, got 0");
  CHECK(difference(oracle::Rows{{1, 2}, {3}}, {{1}, {2, 3}}) == "row 0: expected 2 channels, got 1");
}

}  // namespace

// Tests of starts drawn at random: the multiset of steps, independence of the axes, repetition.
#include "scn/geometry/randomized_stride.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "catch.hpp"
#include "support/library.hpp"

namespace {

using namespace scn;
using Numbers = std::vector<std::int32_t>;

Numbers steps_of(const Numbers& starts) {
  Numbers steps;
  for (std::size_t i = 1; i < starts.size(); ++i) steps.push_back(starts[i] - starts[i - 1]);
  return steps;
}

TEST_CASE("Steps are a third shorter by 1, a third longer, and the rest the stride", "[geometry][quirk 15]") {
  const std::map<std::int32_t, Numbers> sorted{
      {1, {}}, {2, {2}}, {3, {1, 3}}, {4, {1, 2, 3}}, {7, {1, 1, 2, 2, 3, 3}}, {8, {1, 1, 2, 2, 2, 3, 3}}};
  for (const auto& [outputs, expected] : sorted)
    for (std::uint64_t draw = 0; draw < 20; ++draw) {
      const Numbers starts = randomized_starts(outputs, 2, 0, 1, draw);
      REQUIRE(starts.size() == static_cast<std::size_t>(outputs));
      CHECK(starts.front() == 0);
      CHECK(starts.back() == (outputs - 1) * 2);
      Numbers steps = steps_of(starts);
      std::sort(steps.begin(), steps.end());
      CHECK(steps == expected);
    }
}

TEST_CASE("Every order of the steps is drawn about equally often", "[geometry]") {
  std::map<Numbers, int> seen;
  constexpr int draws = 6000;
  for (std::uint64_t draw = 0; draw < draws; ++draw) ++seen[steps_of(randomized_starts(4, 2, 0, 7, draw))];
  REQUIRE(seen.size() == 6);
  for (const auto& [order, count] : seen) CHECK(std::abs(count - draws / 6) < 5 * 29);  // five standard deviations
}

TEST_CASE("The same seed, draw and axis give the same starts, others give others", "[geometry][quirk 15]") {
  const Numbers starts = randomized_starts(40, 2, 0, 1, 5);
  CHECK(randomized_starts(40, 2, 0, 1, 5) == starts);
  CHECK(randomized_starts(40, 2, 0, 2, 5) != starts);
  CHECK(randomized_starts(40, 2, 0, 1, 6) != starts);
  CHECK(randomized_starts(40, 2, 1, 1, 5) != starts);
}

TEST_CASE("A randomised window has starts on every axis and is no other window's key", "[geometry]") {
  const Window<2> plain = strided_window(Point<2>(3), Point<2>(2));
  const Window<2> window = randomized_window(plain, Point<2>{5, 9}, 1, 0);
  CHECK(window.randomised());
  CHECK(!plain.randomised());
  CHECK(window.starts[0].size() == 5);
  CHECK(window.starts[1].size() == 9);
  CHECK(window != plain);
  CHECK(window == randomized_window(plain, Point<2>{5, 9}, 1, 0));
  CHECK(window.input(1, 4, 2) == window.starts[1][4] + 2);
  CHECK(to_string(window) == "size (3, 3), stride (2, 2), dilation (1, 1), pad (0, 0), randomised");
}

TEST_CASE("Steps of stride 1 may stand still and never go back", "[geometry]") {
  for (std::uint64_t draw = 0; draw < 50; ++draw) {
    const Numbers starts = randomized_starts(9, 1, 0, 3, draw);
    CHECK(std::is_sorted(starts.begin(), starts.end()));
    CHECK(std::adjacent_find(starts.begin(), starts.end()) != starts.end());
  }
}

}  // namespace

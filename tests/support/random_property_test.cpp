// Tests of the trial of a property: what it counts, when it stops, and how small it makes a failure.
#include "random_property.hpp"

#include "catch.hpp"

namespace {

using oracle::Random;

/// Some numbers; fewer than three prove nothing.
struct Numbers {
  std::vector<std::int64_t> all;
};

std::string vacuity(const Numbers& numbers) { return numbers.all.size() < 3 ? "too few" : ""; }

std::vector<Numbers> parts(const Numbers& numbers) {
  const auto middle = numbers.all.begin() + static_cast<std::ptrdiff_t>(numbers.all.size() / 2);
  if (numbers.all.size() < 2) return {};
  return {{{numbers.all.begin(), middle}}, {{middle, numbers.all.end()}}};
}

std::string text(const Numbers& numbers) {
  std::string joined = "numbers";
  for (const std::int64_t number : numbers.all) joined += " " + std::to_string(number);
  return joined;
}

Numbers draw(Random& random) {
  Numbers numbers;
  for (std::int64_t count = random.integer(0, 9); count > 0; --count) numbers.all.push_back(random.integer(0, 99));
  return numbers;
}

TEST_CASE("A property that holds is tried on as many cases as asked for, and the others are counted", "[oracle]") {
  int seen = 0;
  const auto tried = oracle::try_property(1, draw, [&](const Numbers& numbers, Random&) {
    CHECK(numbers.all.size() >= 3);
    ++seen;
    return std::string();
  });
  CHECK((tried.kept == 200 && seen == 200 && tried.failure.empty()));
  CHECK(tried.redrawn > 50);
  CHECK(tried.redrawn < 120);
}

TEST_CASE("A trial ends when more cases prove nothing than were asked for", "[oracle]") {
  const auto tried = oracle::try_property(
      1, [](Random&) { return Numbers{}; }, [](const Numbers&, Random&) { return std::string("never asked"); }, 20);
  CHECK((tried.kept == 0 && tried.redrawn == 21 && tried.failure.empty()));
}

TEST_CASE("A failure is reported with its seed and made as small as its parts allow", "[oracle]") {
  const auto tried = oracle::try_property(7, draw, [](const Numbers& numbers, Random&) {
    for (const std::int64_t number : numbers.all)
      if (number > 90) return std::string("a number above 90");
    return std::string();
  });
  CHECK(tried.kept < 200);
  CHECK_THAT(tried.failure, Catch::Matchers::StartsWith("seed 7, case "));
  const std::string smallest = tried.failure.substr(tried.failure.find("smallest: "));
  CHECK_THAT(smallest, Catch::Matchers::StartsWith("smallest: a number above 90\nnumbers 9"));
  CHECK(std::count(smallest.begin(), smallest.end(), ' ') == 5);
}

TEST_CASE("A property that draws sees the same numbers again when its case is made smaller", "[oracle]") {
  std::set<std::int64_t> drawn;
  const auto tried = oracle::try_property(3, draw, [&](const Numbers&, Random& random) {
    drawn.insert(random.integer(0, 1 << 30));
    return std::string("fails always");
  });
  CHECK(tried.kept == 0);
  CHECK(drawn.size() == 1);
}

}  // namespace

// Tests of the counter-based random numbers: published vectors, moments, independence of streams.
#include "scn/core/random.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <set>

#include "catch.hpp"

namespace {

using namespace scn;
using Words = std::array<std::uint32_t, 4>;

constexpr std::uint64_t ones = ~std::uint64_t{0};

TEST_CASE("Philox gives the words that its authors published", "[core]") {
  STATIC_REQUIRE(philox(0, 0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  STATIC_REQUIRE(philox(ones, ones, ones) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  // Counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0: the digits of pi.
  STATIC_REQUIRE(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88) ==
                 Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

struct Moments {
  double mean = 0, variance = 0, fourth = 0;
};

template <class Draw>
Moments moments(int count, const Draw& draw) {
  Moments sums;
  for (int i = 0; i < count; ++i) sums.mean += draw(i) / count;
  for (int i = 0; i < count; ++i) {
    const double square = (draw(i) - sums.mean) * (draw(i) - sums.mean);
    sums.variance += square / count;
    sums.fourth += square * square / count;
  }
  return sums;
}

TEST_CASE("Uniform numbers have mean 1/2 and variance 1/12", "[core]") {
  const Moments of = moments(100000, [](int i) { return uniform(3, 1, static_cast<std::uint64_t>(i)); });
  CHECK(of.mean == Approx(0.5).margin(0.004));  // four standard deviations of the mean
  CHECK(of.variance == Approx(1.0 / 12).margin(0.001));
}

TEST_CASE("Uniform numbers lie in [0, 1) and are exact in float", "[core]") {
  double lowest = 1, highest = 0;
  bool exact = true;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const double drawn = uniform(5, 2, i);
    lowest = std::fmin(lowest, drawn);
    highest = std::fmax(highest, drawn);
    exact = exact && static_cast<double>(static_cast<float>(drawn)) == drawn;
  }
  CHECK(exact);
  CHECK(lowest >= 0);
  CHECK(lowest < 0.001);
  CHECK(highest < 1);
  CHECK(highest > 0.999);
}

TEST_CASE("Normal numbers have mean 0, variance 1 and fourth moment 3", "[core]") {
  const Moments of = moments(100000, [](int i) { return normal(7, 1, static_cast<std::uint64_t>(i)); });
  CHECK(of.mean == Approx(0).margin(0.013));
  CHECK(of.variance == Approx(1).margin(0.018));
  CHECK(of.fourth == Approx(3).margin(0.13));
}

TEST_CASE("Seed, draw and element each lead to other numbers, in their upper halves too", "[core]") {
  std::set<Words> seen;
  int count = 0;
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 32, std::uint64_t{1} << 63})
    for (const auto& words : {philox(step, 0, 0), philox(0, step, 0), philox(0, 0, step)}) {
      seen.insert(words);
      ++count;
    }
  CHECK(seen.size() == static_cast<std::size_t>(count));
}

TEST_CASE("Neighbouring elements and draws are uncorrelated", "[core]") {
  double elements = 0, draws = 0;
  const int count = 50000;
  for (std::uint64_t i = 0; i < count; ++i) {
    elements += (uniform(1, 0, i) - 0.5) * (uniform(1, 0, i + 1) - 0.5) * 12 / count;
    draws += (uniform(1, 0, i) - 0.5) * (uniform(1, 1, i) - 0.5) * 12 / count;
  }
  CHECK(std::abs(elements) < 0.018);  // four standard deviations
  CHECK(std::abs(draws) < 0.018);
}

}  // namespace

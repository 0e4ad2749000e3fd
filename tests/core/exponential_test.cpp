// Tests of the exponential function and its relatives.
#include "scn/core/exponential.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "catch.hpp"

namespace {

using namespace scn;

/// The largest error of `function` in units in the last place of float, over every 1,009th float of both signs.
template <class Function, class Exact>
double largest_error(const Function& function, const Exact& exact) {
  double largest = 0;
  for (std::uint32_t bits = 1; bits < 0x7f800000u; bits += 1009)
    for (const float x : {std::bit_cast<float>(bits), -std::bit_cast<float>(bits)}) {
      const long double expected = exact(static_cast<long double>(x));
      if (std::abs(expected) > static_cast<long double>(std::numeric_limits<float>::max())) continue;
      const float power = std::max(std::abs(static_cast<float>(expected)), std::numeric_limits<float>::min());
      const double unit = std::ldexp(1.0, std::ilogb(power) - 23);
      largest =
          std::max(largest, static_cast<double>(std::abs(static_cast<long double>(function(x)) - expected)) / unit);
    }
  return largest;
}

TEST_CASE("Exponentials err by little more than half a unit in the last place", "[core]") {
  CHECK(largest_error([](float x) { return exponential(x); }, [](long double x) { return std::exp(x); }) < 0.501);
  CHECK(largest_error([](float x) { return exponential_minus_1(x); }, [](long double x) { return std::expm1(x); }) <
        0.501);
  CHECK(largest_error([](float x) { return hyperbolic_tangent(x); }, [](long double x) { return std::tanh(x); }) <
        0.501);
}

TEST_CASE("Exponentials of infinity, of zeros and beyond what float holds are those of the standard library",
          "[core]") {
  constexpr float infinite = std::numeric_limits<float>::infinity();
  for (const float x : {infinite, -infinite, 0.0f, -0.0f, 88.8f, 1e38f, -104.1f, -1e38f, -3e-39f}) {
    INFO(x);
    CHECK(exponential(x) == std::exp(x));
    CHECK(exponential_minus_1(x) == std::expm1(x));
    CHECK(hyperbolic_tangent(x) == std::tanh(x));
    CHECK(std::signbit(exponential_minus_1(x)) == std::signbit(x));
    CHECK(std::signbit(hyperbolic_tangent(x)) == std::signbit(x));
  }
}

TEST_CASE("The exponentials of NaN are NaN", "[core]") {
  const float x = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(exponential(x)));
  CHECK(std::isnan(exponential_minus_1(x)));
  CHECK(std::isnan(hyperbolic_tangent(x)));
}

TEST_CASE("In double, exponentials are those of the standard library", "[core]") {
  for (const double x : {-3.0, 1e-9, 0.7, 20.0}) {
    CHECK(exponential(x) == std::exp(x));
    CHECK(exponential_minus_1(x) == std::expm1(x));
    CHECK(hyperbolic_tangent(x) == std::tanh(x));
  }
}

}  // namespace

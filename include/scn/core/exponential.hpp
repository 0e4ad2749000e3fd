// The exponential function and two of its relatives in a form that vectors can compute: without calls and branches.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>

#include "scn/core/select.hpp"

namespace scn {

namespace detail {

/// e^x = scale (1 + rest), scale a power of two and |rest| < 0.42; x is cut off at -200 and 200. NaN makes rest NaN.
/// The relative error of e^x and of rest is below 10^-11, so that rounding to float is all that counts.
struct SplitExponential {
  double scale, rest;

  explicit constexpr SplitExponential(double x) {
    constexpr double log2_e = 1.4426950408889634, log_2 = 0.6931471805599453;
    constexpr double to_integer = 0x1.8p52;  // behind this sum lies the nearest integer, in its lowest bits too
    x = select(x > 200, 200.0, x);
    x = select(x < -200, -200.0, x);
    const double shifted = x * log2_e + to_integer;
    const double r = x - (shifted - to_integer) * log_2;
    double sum = 1.0 / 362880;  // of the series of (e^r - 1 - r) / r^2
    sum = sum * r + 1.0 / 40320;
    sum = sum * r + 1.0 / 5040;
    sum = sum * r + 1.0 / 720;
    sum = sum * r + 1.0 / 120;
    sum = sum * r + 1.0 / 24;
    sum = sum * r + 1.0 / 6;
    sum = sum * r + 1.0 / 2;
    rest = r + r * r * sum;
    scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
  }

  constexpr double minus_1() const { return scale * rest + (scale - 1); }
};

}  // namespace detail

/// e^x. In float at most 0.501 units in the last place from the exact value, below 2^-126 included.
template <class T>
constexpr T exponential(T x) {
  if constexpr (std::same_as<T, float>) {
    const detail::SplitExponential e(x);
    return static_cast<float>(e.scale + e.scale * e.rest);
  } else {
    return std::exp(x);
  }
}

/// e^x - 1, with the digits of x where x is small; in float as exact as exponential().
template <class T>
constexpr T exponential_minus_1(T x) {
  if constexpr (std::same_as<T, float>)
    return std::copysign(static_cast<float>(detail::SplitExponential(x).minus_1()), x);
  else
    return std::expm1(x);
}

/// tanh x; in float as exact as exponential().
template <class T>
constexpr T hyperbolic_tangent(T x) {
  if constexpr (std::same_as<T, float>) {
    const double above = detail::SplitExponential(2 * std::abs(static_cast<double>(x))).minus_1();
    return std::copysign(static_cast<float>(above / (above + 2)), x);
  } else {
    return std::tanh(x);
  }
}

}  // namespace scn

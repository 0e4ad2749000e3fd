// Gaussian error linear unit.
#pragma once

#include <cmath>
#include <numbers>
#include <string>

#include "scn/layers/activation.hpp"

namespace scn {

/// y = x P(x), P the distribution function of the standard normal distribution: the exact form, not that by tanh.
struct GaussianErrorLinear {
  template <class T>
  constexpr T operator()(T x) const {
    return x * probability(x);
  }
  template <class T>
  constexpr T slope(T x, T) const {
    constexpr T density_at_0 = std::numbers::inv_sqrtpi_v<T> / std::numbers::sqrt2_v<T>;
    return probability(x) + x * density_at_0 * std::exp(-x * x / T{2});
  }
  template <class T>
  static constexpr T probability(T x) {
    return std::erfc(-x / std::numbers::sqrt2_v<T>) / T{2};
  }
};

/// Hendrycks and Gimpel, arXiv 1606.08415.
class GELU : public Activation<GaussianErrorLinear> {
 public:
  static std::string name() { return "GELU"; }
};

}  // namespace scn

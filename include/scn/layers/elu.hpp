// Exponential linear unit.
#pragma once

#include <string>

#include "scn/core/exponential.hpp"
#include "scn/core/select.hpp"
#include "scn/layers/activation.hpp"

namespace scn {

/// y = scale x where x > 0, scale alpha (exp(x) - 1) elsewhere.
struct ExponentialLinear {
  double alpha = 1, scale = 1;

  template <class T>
  constexpr T operator()(T x) const {
    return select(x > T{}, static_cast<T>(scale) * x, static_cast<T>(scale * alpha) * exponential_minus_1(x));
  }
  template <class T>
  constexpr T slope(T x, T y) const {
    return select(x > T{}, static_cast<T>(scale), y + static_cast<T>(scale * alpha));
  }
};

/// y = x where x > 0, alpha (exp(x) - 1) elsewhere. Clevert, Unterthiner and Hochreiter, ICLR 2016.
class ELU : public Activation<ExponentialLinear> {
 public:
  explicit ELU(double alpha = 1) : Activation<ExponentialLinear>(ExponentialLinear{.alpha = alpha}) {}

  static std::string name() { return "ELU"; }
};

}  // namespace scn

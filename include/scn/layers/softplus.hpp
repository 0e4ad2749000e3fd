// Softplus, the smooth rectifier.
#pragma once

#include <cmath>
#include <string>

#include "scn/layers/sigmoid.hpp"

namespace scn {

/// y = log(1 + exp(x)), without overflow.
struct SmoothRectifier {
  template <class T>
  constexpr T operator()(T x) const {
    return x > T{} ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
  }
  template <class T>
  constexpr T slope(T x, T) const {
    return Logistic()(x);
  }
};

/// Glorot, Bordes and Bengio, AISTATS 2011.
class Softplus : public Activation<SmoothRectifier> {
 public:
  static std::string name() { return "Softplus"; }
};

}  // namespace scn

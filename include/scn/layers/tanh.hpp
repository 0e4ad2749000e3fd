// Hyperbolic tangent.
#pragma once

#include <cmath>

#include "scn/layers/activation.hpp"

namespace scn {

/// y = tanh(x).
struct HyperbolicTangent {
  template <class T>
  T operator()(T x) const {
    return std::tanh(x);
  }
  template <class T>
  constexpr T slope(T, T y) const {
    return T{1} - y * y;
  }
};

class Tanh : public Activation<HyperbolicTangent> {};

}  // namespace scn

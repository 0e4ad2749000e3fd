// Hyperbolic tangent.
#pragma once

#include <string>

#include "scn/core/exponential.hpp"
#include "scn/layers/activation.hpp"

namespace scn {

/// y = tanh(x).
struct HyperbolicTangent {
  template <class T>
  constexpr T operator()(T x) const {
    return hyperbolic_tangent(x);
  }
  template <class T>
  constexpr T slope(T, T y) const {
    return T{1} - y * y;
  }
};

class Tanh : public Activation<HyperbolicTangent> {
 public:
  static std::string name() { return "Tanh"; }
};

}  // namespace scn

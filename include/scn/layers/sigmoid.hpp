// Logistic sigmoid.
#pragma once

#include <string>

#include "scn/core/exponential.hpp"
#include "scn/layers/activation.hpp"

namespace scn {

/// y = 1 / (1 + exp(-x)).
struct Logistic {
  template <class T>
  constexpr T operator()(T x) const {
    return T{1} / (T{1} + exponential(-x));
  }
  template <class T>
  constexpr T slope(T, T y) const {
    return y * (T{1} - y);
  }
};

class Sigmoid : public Activation<Logistic> {
 public:
  static std::string name() { return "Sigmoid"; }
};

}  // namespace scn

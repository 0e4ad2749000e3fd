// Sigmoid linear unit, also called swish.
#pragma once

#include <string>

#include "scn/layers/sigmoid.hpp"

namespace scn {

/// y = x / (1 + exp(-x)).
struct LogisticLinear {
  template <class T>
  constexpr T operator()(T x) const {
    return x * Logistic()(x);
  }
  template <class T>
  constexpr T slope(T x, T y) const {
    return Logistic()(x) * (T{1} + (x - y));
  }
};

/// Elfwing, Uchibe and Doya, Neural Networks 107, 2018; Ramachandran, Zoph and Le, arXiv 1710.05941.
class SiLU : public Activation<LogisticLinear> {
 public:
  static std::string name() { return "SiLU"; }
};

}  // namespace scn

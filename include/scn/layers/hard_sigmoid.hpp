// Sigmoid made of three straight lines.
#pragma once

#include <string>

#include "scn/layers/activation.hpp"

namespace scn {

/// y = x / 6 + 1 / 2, cut off at 0 and 1; NaN stays.
struct HardLogistic {
  template <class T>
  constexpr T operator()(T x) const {
    return x <= T{-3} ? T{0} : x >= T{3} ? T{1} : x / T{6} + T{1} / T{2};
  }
  template <class T>
  constexpr T slope(T x, T) const {
    return x > T{-3} && x < T{3} ? T{1} / T{6} : T{0};
  }
};

/// Courbariaux et al., NIPS 2015, with the slope of MobileNetV3 (Howard et al., ICCV 2019) and PyTorch.
class HardSigmoid : public Activation<HardLogistic> {
 public:
  static std::string name() { return "HardSigmoid"; }
};

}  // namespace scn

// A step that learns as if it were the identity.
#pragma once

#include <string>

#include "scn/layers/activation.hpp"

namespace scn {

/// y = 1 for x > 0, else 0, also for NaN; the gradient passes straight through.
struct StraightThroughStep {
  template <class T>
  constexpr T operator()(T x) const {
    return x > T{} ? T{1} : T{};
  }
  template <class T>
  constexpr T slope(T, T) const {
    return T{1};
  }
};

/// Bengio, Leonard and Courville, "Estimating or propagating gradients through stochastic neurons", 2013.
class FakeGradHardSigmoid : public Activation<StraightThroughStep> {
 public:
  static std::string name() { return "FakeGradHardSigmoid"; }
};

}  // namespace scn

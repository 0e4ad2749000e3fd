// Scaled exponential linear unit.
#pragma once

#include <string>

#include "scn/layers/elu.hpp"

namespace scn {

/// y = scale x where x > 0, scale alpha (exp(x) - 1) elsewhere, with the scale and the alpha that keep a mean of 0 and
/// a variance of 1. Klambauer et al., NIPS 2017, equation 2.
class SELU : public Activation<ExponentialLinear> {
 public:
  SELU()
      : Activation<ExponentialLinear>(
            ExponentialLinear{.alpha = 1.6732632423543772848, .scale = 1.0507009873554804934}) {}

  static std::string name() { return "SELU"; }
};

}  // namespace scn

// Batch normalisation, then an exponential linear unit.
#pragma once

#include <string>

#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/elu.hpp"
#include "scn/layers/sequential.hpp"

namespace scn {

/// Two layers, as in the reference: parameters are named "0.weight", "0.bias", "0.running_mean" and "0.running_var".
/// The momentum, too, is the reference's, and not that of the other batch normalisations.
template <Device Dev = Cpu>
class BatchNormELU : public Sequential<BatchNormalization<Dev>, ELU> {
 public:
  BatchNormELU(Dev& device, std::int64_t channels, double eps = 1e-4, double momentum = 0.9)
      : Sequential<BatchNormalization<Dev>, ELU>(
            BatchNormalization<Dev>(device, channels, {.eps = eps, .momentum = momentum}), ELU()) {}

  static std::string name() { return "BatchNormELU"; }
};

}  // namespace scn

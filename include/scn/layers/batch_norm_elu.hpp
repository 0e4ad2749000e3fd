// Batch normalisation, then an exponential linear unit.
#pragma once

#include <string>
#include <vector>

#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/elu.hpp"

namespace scn {

/// Two layers in a row, so that parameters are named "0.weight", "0.bias", "0.running_mean" and "0.running_var" as in
/// the reference. The momentum, too, is the reference's, and not that of the other batch normalisations.
template <Device Dev = Cpu>
class BatchNormELU : public RowLayer<BatchNormELU<Dev>> {
 public:
  using DeviceType = Dev;

  BatchNormELU(Dev& device, std::int64_t channels, double eps = 1e-4, double momentum = 0.9)
      : normalization_(device, channels, {.eps = eps, .momentum = momentum}) {}

  static std::string name() { return "BatchNormELU"; }

  using RowLayer<BatchNormELU<Dev>>::operator();
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    return ELU()(normalization_(x, tape), tape);
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    normalization_.parameters(prefix + "0.", into);
  }

 private:
  BatchNormalization<Dev> normalization_;
};

}  // namespace scn

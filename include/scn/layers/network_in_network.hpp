// Network in network: the same linear layer for every row (a 1 x 1 convolution).
#pragma once

#include <cmath>

#include "scn/layers/kernel.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

/// y = x w + b for each row; w is (in, out), drawn from N(0, 2 / in), b (out) is zero. Takes sparse tensors and
/// variables.
template <Device Dev = Cpu>
class NetworkInNetwork : public RowLayer<NetworkInNetwork<Dev>> {
 public:
  using DeviceType = Dev;

  NetworkInNetwork(Dev& device, std::int64_t in, std::int64_t out, bool bias = true) {
    require(in >= 1 && out >= 1, name(), ": channels must be at least 1, got ", in, " and ", out);
    weight_ =
        in_layer(name(), [&] { return normal_parameter(device, in, out, std::sqrt(2.0 / static_cast<double>(in))); });
    if (bias) bias_ = constant_parameter(device, out, 0.0);
  }

  using RowLayer<NetworkInNetwork<Dev>>::operator();
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    require_channels(name, x, weight_.rows().bound);
    Dev& device = x.device();
    Matrix<Dev> y(device, x.rows().bound, weight_.channels());
    Epilogue<typename Dev::Accumulator, typename Dev::Scalar> finish;
    if (bias_) finish.shift = bias_.value().view().data;
    if (x.rows().bound > 0) multiply(device, x.value(), weight_.value(), finish, y);
    if (tape != nullptr && tape->log() != nullptr)
      tape->log()->count(
          {0, x.rows().bound * weight_.rows().bound * weight_.channels(), y.rows().bound * y.channels()});
    const bool trains = weight_.needs_gradient() || (bias_ && bias_.needs_gradient());
    const bool record = is_recording(tape, x.needs_gradient() || trains);
    Variable<Dev> result(std::move(y), record);
    if (record) tape->record([layer = *this, x, result] { layer.backward(x, result); });
    return result;
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    into.push_back({prefix + "weight", weight_, {weight_.rows().bound, weight_.channels()}});
    if (bias_) into.push_back({prefix + "bias", bias_, {weight_.channels()}});
  }

  static std::string name() { return "NetworkInNetwork"; }

 private:
  void backward(const Variable<Dev>& x, const Variable<Dev>& y) const {
    if (!y.has_gradient()) return;
    Dev& device = x.device();
    const Matrix<Dev>& dy = y.gradient();
    if (bias_ && bias_.needs_gradient()) backward_bias(dy, bias_);
    if (weight_.needs_gradient()) {
      const auto [dw, write] = weight_.contribute();
      if (x.rows().bound > 0)
        multiply_backward_weight(device, x.value(), dy, dw, write);
      else if (write == Write::assign)
        dw.set_zero();
    }
    if (x.needs_gradient()) {
      const auto [dx, write] = x.contribute();
      if (x.rows().bound > 0) multiply_backward_input(device, dy, weight_.value(), dx, write);
    }
  }

  Variable<Dev, typename Dev::Accumulator> weight_, bias_;
};

}  // namespace scn

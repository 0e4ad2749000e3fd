// The piece that dense blocks are made of: scale and shift of each channel, ReLU, and a linear layer for each row.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scn/layers/network_in_network.hpp"

namespace scn {

namespace detail {

/// y = max(0, scale x + shift)
template <class S, class T>
struct AffineRectify {
  MatrixView<const S> x;
  MatrixView<const T> scale, shift;
  MatrixView<S> y;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T z = scale(0, c) * static_cast<T>(x(row, c)) + shift(0, c);
    y(row, c) = static_cast<S>(z <= T{} ? T{} : z);
  }
};

/// The gradient of the shift, as a term of a sum: dy where y > 0.
template <class S, class T>
struct AffineShiftGradient {
  MatrixView<const S> y, dy;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    return y(row, c) > S{} ? static_cast<T>(dy(row, c)) : T{};
  }
};

/// The gradient of the scale, as a term of a sum: the same, times x.
template <class S, class T>
struct AffineScaleGradient {
  AffineShiftGradient<S, T> shift;
  MatrixView<const S> x;
  constexpr T operator()(std::int64_t row, std::int64_t c) const { return shift(row, c) * static_cast<T>(x(row, c)); }
};

template <class S, class T>
struct AffineBackward {
  AffineShiftGradient<S, T> shift;
  MatrixView<const T> scale;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(dx(row, c), static_cast<S>(scale(0, c) * shift(row, c)), write);
  }
};

}  // namespace detail

/// y = max(0, a x + c) w for each row; a (in) starts at 1, c (in) at 0, and w is (in, out), drawn from N(0, 2 / in).
/// Parameters are called affineWeight, affineBias and convWeight, as in SparseConvNet, whose gradients of this layer
/// were wrong. Takes sparse tensors and variables; no rows pass with any number of channels.
template <Device Dev = Cpu>
class AffineReluTrivialConvolution : public RowLayer<AffineReluTrivialConvolution<Dev>> {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;

 public:
  using DeviceType = Dev;

  AffineReluTrivialConvolution(Dev& device, std::int64_t in, std::int64_t out)
      : product_(in_layer(name, [&] { return NetworkInNetwork<Dev>(device, in, out, false); })),
        scale_(constant_parameter(device, in, 1.0)),
        shift_(constant_parameter(device, in, 0.0)) {}

  static std::string name() { return "AffineReluTrivialConvolution"; }

  using RowLayer<AffineReluTrivialConvolution<Dev>>::operator();
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    require_channels(name, x, scale_.channels());
    return product_(x.rows().bound == 0 ? x : rectified(x, tape), tape);
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    into.push_back({prefix + "affineWeight", scale_, {scale_.channels()}});
    into.push_back({prefix + "affineBias", shift_, {shift_.channels()}});
    product_.parameters(prefix, into);
    into.back().name = prefix + "convWeight";
  }

 private:
  Variable<Dev> rectified(const Variable<Dev>& x, Tape* tape) const {
    Matrix<Dev> y(x.device(), x.rows().bound, x.channels());
    parallel_for(x.device(), x.rows(), x.channels(),
                 detail::AffineRectify<S, T>{std::as_const(x.value()).view(), std::as_const(scale_.value()).view(),
                                             std::as_const(shift_.value()).view(), y.view()});
    const bool record = is_recording(tape, x.needs_gradient() || scale_.needs_gradient() || shift_.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record) tape->record([layer = *this, x, result] { layer.backward(x, result); });
    return result;
  }

  void backward(const Variable<Dev>& x, const Variable<Dev>& y) const {
    if (!y.has_gradient()) return;
    const detail::AffineShiftGradient<S, T> shift{std::as_const(y.value()).view(), y.gradient().view()};
    if (scale_.needs_gradient())
      add_sums(x, detail::AffineScaleGradient<S, T>{shift, std::as_const(x.value()).view()}, scale_);
    if (shift_.needs_gradient()) add_sums(x, shift, shift_);
    if (x.needs_gradient()) {
      const auto [dx, write] = x.contribute();
      parallel_for(x.device(), x.rows(), x.channels(),
                   detail::AffineBackward<S, T>{shift, std::as_const(scale_.value()).view(), dx.view(), write});
    }
  }

  /// The gradient of a parameter: the column sums of f.
  template <class F>
  static void add_sums(const Variable<Dev>& x, const F& f, const Variable<Dev, T>& parameter) {
    Matrix<Dev, T> sums(x.device(), 1, x.channels());
    reduce(x.device(), x.rows(), x.channels(), Segments{}, f, sums);
    const auto [to, write] = parameter.contribute();
    Tape::add_to(to, sums, write);
  }

  NetworkInNetwork<Dev> product_;
  Variable<Dev, T> scale_, shift_;
};

}  // namespace scn

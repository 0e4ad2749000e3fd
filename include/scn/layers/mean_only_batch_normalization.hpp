// Batch normalisation by the mean alone, fused with a leaky rectifier.
#pragma once

#include <string>
#include <vector>

#include "scn/layers/batch_normalization.hpp"

namespace scn {

struct MeanOnlySettings {
  bool affine = true;      ///< with bias (starts at 0)
  double leakiness = 1;    ///< slope for negative results: 1 is none, 0 is ReLU
  double momentum = 0.99;  ///< fraction of the running mean that is kept, as in the reference
};

namespace detail {

template <class T>
struct MeanOnlyShift {
  MatrixView<const T> bias, rest;
  MatrixView<T> shift;
  constexpr void operator()(std::int64_t, std::int64_t c) const { shift(0, c) = bias(0, c) - rest(0, c); }
};

template <class S, class T>
struct Recentre {
  Deviation<S, T> deviation;
  MatrixView<const T> shift;
  constexpr T operator()(std::int64_t row, std::int64_t c) const { return deviation(row, c) + shift(0, c); }
};

template <class Dz, class S>
struct RecentreBackward {
  Dz dz;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(dx(row, c), static_cast<S>(dz(row, c)), write);
  }
};

}  // namespace detail

/// z = x - mean + bias, y = z for z > 0, else leakiness z. Training takes the mean over all rows, a constant for the
/// gradient as in the reference (dx = dz), and moves the running one; otherwise the running one is used. No rows:
/// nothing changes. Salimans and Kingma, NIPS 2016, section 4, who do send the gradient through the mean.
template <Device Dev = Cpu>
class MeanOnlyBNLeakyReLU : public RowLayer<MeanOnlyBNLeakyReLU<Dev>> {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;

 public:
  using DeviceType = Dev;

  MeanOnlyBNLeakyReLU(Dev& device, std::int64_t channels, const MeanOnlySettings& settings = {}) : settings_(settings) {
    require(channels >= 1, name(), ": channels must be at least 1, got ", channels);
    require(settings.momentum >= 0 && settings.momentum <= 1, name(), ": momentum must lie in [0, 1], got ",
            settings.momentum);
    bias_ = constant_parameter(device, channels, 0.0, settings.affine);
    running_mean_ = constant_parameter(device, channels, 0.0, false);
  }

  static std::string name() { return "MeanOnlyBNLeakyReLU"; }

  using RowLayer<MeanOnlyBNLeakyReLU<Dev>>::operator();
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    require_channels(name, x, running_mean_.channels());
    if (x.rows().bound == 0) return x;
    Dev& device = x.device();
    const bool training = is_training(tape);
    // Kept for the gradient, because bias and running mean may move before backward.
    ChannelMean<Dev> mean = training ? channel_mean(x) : given_mean(device, running_mean_.value());
    if (training && tape->pass().update_statistics) move_running(running_mean_, mean.mean, settings_.momentum);
    Matrix<Dev, T> shift(device, 1, x.channels());
    parallel_for(
        device, Rows{1}, x.channels(),
        detail::MeanOnlyShift<T>{std::as_const(bias_.value()).view(), std::as_const(mean.rest).view(), shift.view()});
    Matrix<Dev> y(device, x.rows().bound, x.channels());
    parallel_for(device, x.rows(), x.channels(),
                 detail::Rectify<Linear, S, T>{linear(x, mean.mean, shift), leakiness(), y.view()});
    const bool record = is_recording(tape, x.needs_gradient() || bias_.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([layer = *this, x, mean = std::move(mean.mean), shift = std::move(shift), result] {
        if (result.has_gradient()) layer.backward(x, linear(x, mean, shift), result);
      });
    return result;
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    const std::vector<std::int64_t> shape{running_mean_.channels()};
    if (settings_.affine) into.push_back({prefix + "bias", bias_, shape});
    into.push_back({prefix + "running_mean", running_mean_, shape, false});
  }

 private:
  using Linear = detail::Recentre<S, T>;

  T leakiness() const { return static_cast<T>(settings_.leakiness); }
  static Linear linear(const Variable<Dev>& x, const Matrix<Dev, T>& mean, const Matrix<Dev, T>& shift) {
    return {{std::as_const(x.value()).view(), mean.view()}, shift.view()};
  }

  void backward(const Variable<Dev>& x, const Linear& linear, const Variable<Dev>& y) const {
    using Dz = detail::RectifyBackward<Linear, S, T>;
    const Dz dz{linear, leakiness(), y.gradient().view()};
    if (bias_.needs_gradient()) {
      Matrix<Dev, T> sum(x.device(), 1, x.channels());
      reduce(x.device(), x.rows(), x.channels(), Segments{}, dz, sum);
      const auto [db, write] = bias_.contribute();
      Tape::add_to(db, sum, write);
    }
    if (x.needs_gradient()) {
      const auto [dx, write] = x.contribute();
      parallel_for(x.device(), x.rows(), x.channels(), detail::RecentreBackward<Dz, S>{dz, dx.view(), write});
    }
  }

  MeanOnlySettings settings_;
  Variable<Dev, T> bias_, running_mean_;
};

}  // namespace scn

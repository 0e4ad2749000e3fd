// Batch normalisation fused with a leaky rectifier, over all rows of a batch.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "scn/core/reduce_pair.hpp"
#include "scn/core/select.hpp"
#include "scn/layers/kernel.hpp"
#include "scn/layers/moments.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

struct NormalizationSettings {
  double eps = 1e-4;
  double momentum = 0.99;  ///< fraction of the running statistics that is kept, as in the reference
  bool affine = true;      ///< with weight (starts at 1) and bias (starts at 0)
  double leakiness = 1;    ///< slope for negative results: 1 is none, 0 is ReLU
};

namespace detail {

template <class T>
struct NormalizeCoefficients {  // inverse = 1 / deviation; z = scale (x - mean) + shift
  MatrixView<const T> rest, variance, weight, bias;
  T eps;
  MatrixView<T> inverse, scale, shift;
  constexpr void operator()(std::int64_t, std::int64_t c) const {
    inverse(0, c) = T{1} / std::sqrt(variance(0, c) + eps);
    scale(0, c) = weight(0, c) * inverse(0, c);
    shift(0, c) = bias(0, c) - scale(0, c) * rest(0, c);
  }
};

template <class S, class T>
struct Normalize {
  Deviation<S, T> deviation;
  MatrixView<const T> scale, shift;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    return scale(0, c) * deviation(row, c) + shift(0, c);
  }
};

template <class Linear, class S, class T>
struct Rectify {  // y = z where z > 0, else leakiness z, with z = linear(row, channel)
  Linear linear;
  T leakiness;
  MatrixView<S> y;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T z = linear(row, c);
    y(row, c) = static_cast<S>(select(z > T{}, z, leakiness * z));
  }
};

template <class Linear, class S, class T>
struct RectifyBackward {  // dz
  Linear linear;
  T leakiness;
  MatrixView<const S> dy;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    const T gradient = static_cast<T>(dy(row, c));
    return select(linear(row, c) > T{}, gradient, leakiness * gradient);
  }
};

template <class S, class T>
struct NormalizeSums {  // of dz and of dz (x - mean)
  RectifyBackward<Normalize<S, T>, S, T> dz;
  constexpr Pair<T> operator()(std::int64_t row, std::int64_t c) const {
    const T gradient = dz(row, c);
    return {gradient, gradient * dz.linear.deviation(row, c)};
  }
};

template <class T>
struct NormalizeBackwardCoefficients {  // dx = scale dz - slope (x - mean) - offset; the projection becomes dweight
  MatrixView<const T> rest, inverse, scale, sum;
  T share;  // 1 / rows in training, 0 where the statistics are constants
  MatrixView<T> projection, slope, offset;
  constexpr void operator()(std::int64_t, std::int64_t c) const {
    projection(0, c) = inverse(0, c) * (projection(0, c) - rest(0, c) * sum(0, c));
    slope(0, c) = share * scale(0, c) * inverse(0, c) * projection(0, c);
    offset(0, c) = share * scale(0, c) * sum(0, c) - slope(0, c) * rest(0, c);
  }
};

template <class S, class T>
struct NormalizeBackward {
  RectifyBackward<Normalize<S, T>, S, T> dz;
  MatrixView<const T> slope, offset;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T gradient = dz.linear.scale(0, c) * dz(row, c) - slope(0, c) * dz.linear.deviation(row, c) - offset(0, c);
    store(dx(row, c), static_cast<S>(gradient), write);
  }
};

}  // namespace detail

/// z = weight (x - mean) / sqrt(variance + eps) + bias, y = z for z > 0, else leakiness z. Training takes mean and
/// biased variance over all rows, in one pass that keeps the digits of any mean, and moves the running ones (the
/// variance unbiased; that of one row is 0); otherwise the running ones are used, with gradients too. No rows: nothing
/// changes. Ioffe and Szegedy, ICML 2015.
template <Device Dev = Cpu>
class BatchNormalization : public RowLayer<BatchNormalization<Dev>> {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;

 public:
  using DeviceType = Dev;

  BatchNormalization(Dev& device, std::int64_t channels, const NormalizationSettings& settings = {})
      : settings_(settings) {
    require(channels >= 1, name(), ": channels must be at least 1, got ", channels);
    require(settings.eps > 0 && settings.momentum >= 0 && settings.momentum <= 1, name(),
            ": eps must be positive and momentum in [0, 1], got ", settings.eps, " and ", settings.momentum);
    weight_ = constant_parameter(device, channels, 1.0, settings.affine);
    bias_ = constant_parameter(device, channels, 0.0, settings.affine);
    running_mean_ = constant_parameter(device, channels, 0.0, false);
    running_var_ = constant_parameter(device, channels, 1.0, false);
  }

  static std::string name() { return "BatchNormalization"; }
  const NormalizationSettings& settings() const { return settings_; }

  using RowLayer<BatchNormalization<Dev>>::operator();
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    require_channels(name, x, running_mean_.channels());
    const std::int64_t rows = x.rows().bound;
    if (rows == 0) return x;
    Dev& device = x.device();
    const bool training = is_training(tape);
    ChannelMoments<Dev> moments;
    if (training) {
      moments = channel_moments(x);
      if (tape->pass().update_statistics) {
        move_running(running_mean_, moments.mean.mean, settings_.momentum);
        const T unbias = rows > 1 ? static_cast<T>(rows) / static_cast<T>(rows - 1) : T{0};
        move_running(running_var_, moments.variance, settings_.momentum, unbias);
      }
    } else {
      moments.mean = given_mean(device, running_mean_.value());
    }
    Coefficients of = coefficients(std::move(moments.mean), training ? moments.variance : running_var_.value());
    Matrix<Dev> y(device, rows, x.channels());
    parallel_for(device, x.rows(), x.channels(), detail::Rectify<Linear, S, T>{linear(x, of), leakiness(), y.view()});
    const bool record = is_recording(tape, x.needs_gradient() || weight_.needs_gradient() || bias_.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([layer = *this, x, of = std::move(of), training, result] {
        if (result.has_gradient()) layer.backward(x, of, training, result);
      });
    return result;
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    const std::vector<std::int64_t> shape{running_mean_.channels()};
    if (settings_.affine) {
      into.push_back({prefix + "weight", weight_, shape});
      into.push_back({prefix + "bias", bias_, shape});
    }
    into.push_back({prefix + "running_mean", running_mean_, shape, false});
    into.push_back({prefix + "running_var", running_var_, shape, false});
  }

 private:
  using Linear = detail::Normalize<S, T>;

  /// What the gradient needs of a pass, because parameters and running statistics may move before it: each 1 x
  /// channels.
  struct Coefficients {
    ChannelMean<Dev> mean;
    Matrix<Dev, T> inverse, scale, shift;
  };
  Coefficients coefficients(ChannelMean<Dev> mean, const Matrix<Dev, T>& variance) const {
    Dev& device = mean.mean.device();
    const std::int64_t channels = variance.channels();
    Coefficients of{std::move(mean), {device, 1, channels}, {device, 1, channels}, {device, 1, channels}};
    parallel_for(device, Rows{1}, channels,
                 detail::NormalizeCoefficients<T>{std::as_const(of.mean.rest).view(), variance.view(),
                                                  std::as_const(weight_.value()).view(),
                                                  std::as_const(bias_.value()).view(), static_cast<T>(settings_.eps),
                                                  of.inverse.view(), of.scale.view(), of.shift.view()});
    return of;
  }

  T leakiness() const { return static_cast<T>(settings_.leakiness); }
  static Linear linear(const Variable<Dev>& x, const Coefficients& of) {
    return {{std::as_const(x.value()).view(), of.mean.mean.view()}, of.scale.view(), of.shift.view()};
  }

  void backward(const Variable<Dev>& x, const Coefficients& of, bool training, const Variable<Dev>& y) const {
    Dev& device = x.device();
    const std::int64_t channels = x.channels();
    const detail::RectifyBackward<Linear, S, T> dz{linear(x, of), leakiness(), y.gradient().view()};
    Matrix<Dev, T> sum(device, 1, channels), projection(device, 1, channels);
    reduce_pair(device, x.rows(), channels, detail::NormalizeSums<S, T>{dz}, sum, projection);
    Matrix<Dev, T> slope(device, 1, channels), offset(device, 1, channels);
    const T share = training ? T{1} / static_cast<T>(x.rows().bound) : T{0};
    parallel_for(device, Rows{1}, channels,
                 detail::NormalizeBackwardCoefficients<T>{of.mean.rest.view(), of.inverse.view(), of.scale.view(),
                                                          std::as_const(sum).view(), share, projection.view(),
                                                          slope.view(), offset.view()});
    if (x.needs_gradient()) {
      const auto [dx, write] = x.contribute();
      parallel_for(device, x.rows(), channels,
                   detail::NormalizeBackward<S, T>{dz, std::as_const(slope).view(), std::as_const(offset).view(),
                                                   dx.view(), write});
    }
    if (weight_.needs_gradient()) {
      const auto [dw, write] = weight_.contribute();
      Tape::add_to(dw, projection, write);
    }
    if (bias_.needs_gradient()) {
      const auto [db, write] = bias_.contribute();
      Tape::add_to(db, sum, write);
    }
  }

  NormalizationSettings settings_;
  Variable<Dev, T> weight_, bias_, running_mean_, running_var_;
};

/// Batch normalisation, then ReLU.
template <Device Dev = Cpu>
class BatchNormReLU : public BatchNormalization<Dev> {
 public:
  BatchNormReLU(Dev& device, std::int64_t channels, double eps = 1e-4, double momentum = 0.99)
      : BatchNormalization<Dev>(device, channels, {.eps = eps, .momentum = momentum, .leakiness = 0}) {}

  static std::string name() { return "BatchNormReLU"; }
};

/// Batch normalisation, then a leaky ReLU; the default leakiness is the reference's.
template <Device Dev = Cpu>
class BatchNormLeakyReLU : public BatchNormalization<Dev> {
 public:
  BatchNormLeakyReLU(Dev& device, std::int64_t channels, double eps = 1e-4, double momentum = 0.99,
                     double leakiness = 0.333)
      : BatchNormalization<Dev>(device, channels, {.eps = eps, .momentum = momentum, .leakiness = leakiness}) {}

  static std::string name() { return "BatchNormLeakyReLU"; }
};

}  // namespace scn

// Batch normalisation fused with a leaky rectifier, over all rows of a batch.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "scn/layers/kernel.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

struct NormalizationSettings {
  double eps = 1e-4;
  double momentum = 0.99;  ///< fraction of the running statistics that is kept, as in the reference
  bool affine = true;      ///< with weight (starts at 1) and bias (starts at 0)
  double leakiness = 1;    ///< slope for negative results: 1 is none, 0 is ReLU
};

/// z = weight (x - mean) / sqrt(variance + eps) + bias, y = z for z > 0, else leakiness z. Training takes mean and
/// biased variance over all rows, in two passes, and moves the running ones (the variance unbiased; that of one row is
/// 0); otherwise the running ones are used, with gradients too. No rows: nothing changes. Ioffe and Szegedy, ICML 2015.
template <Device Dev = Cpu>
class BatchNormalization : public RowLayer<BatchNormalization<Dev>> {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;
  using Statistics = Variable<Dev, T>;

 public:
  using DeviceType = Dev;

  BatchNormalization(Dev& device, std::int64_t channels, const NormalizationSettings& settings = {})
      : settings_(settings) {
    require(channels >= 1, "BatchNormalization: channels must be at least 1, got ", channels);
    require(settings.eps > 0 && settings.momentum >= 0 && settings.momentum <= 1,
            "BatchNormalization: eps must be positive and momentum in [0, 1], got ", settings.eps, " and ",
            settings.momentum);
    weight_ = constant_parameter(device, channels, 1.0, settings.affine);
    bias_ = constant_parameter(device, channels, 0.0, settings.affine);
    running_mean_ = constant_parameter(device, channels, 0.0, false);
    running_var_ = constant_parameter(device, channels, 1.0, false);
  }

  using RowLayer<BatchNormalization<Dev>>::operator();
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    require_channels("BatchNormalization", x, running_mean_.channels());
    const std::int64_t rows = x.rows().bound;
    if (rows == 0) return x;
    Dev& device = x.device();
    const bool training = is_training(tape);
    const auto values = std::as_const(x.value()).view();
    Statistics mean = running_mean_, variance = running_var_;
    if (training) {
      mean = average(x, Value{values});
      variance = average(x, SquaredDeviation{values, mean.value().view()});
      if (tape->pass().update_statistics) {
        const T unbias = rows > 1 ? static_cast<T>(rows) / static_cast<T>(rows - 1) : T{0};
        parallel_for(device, Rows{1}, x.channels(),
                     Move{mean.value().view(), running_mean_.value().view(), T{1}, static_cast<T>(settings_.momentum)});
        parallel_for(
            device, Rows{1}, x.channels(),
            Move{variance.value().view(), running_var_.value().view(), unbias, static_cast<T>(settings_.momentum)});
      }
    }
    // Kept per channel: 1 / sqrt(variance + eps).
    Statistics inverse(Matrix<Dev, T>(device, 1, x.channels()));
    parallel_for(device, Rows{1}, x.channels(),
                 Inverse{variance.value().view(), inverse.value().view(), static_cast<T>(settings_.eps)});
    if (!training && tape != nullptr)
      mean = Statistics(mean.value().copy());  // the running one may move before backward
    Matrix<Dev> y(device, rows, x.channels());
    const Normalize normalize{values,
                              mean.value().view(),
                              inverse.value().view(),
                              weight_.value().view(),
                              bias_.value().view(),
                              static_cast<T>(settings_.leakiness)};
    parallel_for(device, x.rows(), x.channels(), Forward{normalize, y.view()});
    const bool record = is_recording(tape, x.needs_gradient() || weight_.needs_gradient() || bias_.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([layer = *this, x, mean, inverse, normalize, training, result] {
        if (result.has_gradient()) layer.backward(x, normalize, training, result);
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
  struct Value {
    MatrixView<const S> x;
    constexpr T operator()(std::int64_t row, std::int64_t c) const { return static_cast<T>(x(row, c)); }
  };
  struct SquaredDeviation {
    MatrixView<const S> x;
    MatrixView<T> mean;
    constexpr T operator()(std::int64_t row, std::int64_t c) const {
      const T deviation = static_cast<T>(x(row, c)) - mean(0, c);
      return deviation * deviation;
    }
  };
  struct Divide {
    MatrixView<T> x;
    T divisor;
    constexpr void operator()(std::int64_t row, std::int64_t c) const { x(row, c) /= divisor; }
  };
  struct Move {  // running = momentum running + (1 - momentum) factor batch
    MatrixView<T> batch, running;
    T factor, momentum;
    constexpr void operator()(std::int64_t, std::int64_t c) const {
      running(0, c) = momentum * running(0, c) + (T{1} - momentum) * factor * batch(0, c);
    }
  };
  struct Inverse {
    MatrixView<T> variance, inverse;
    T eps;
    void operator()(std::int64_t, std::int64_t c) const { inverse(0, c) = T{1} / std::sqrt(variance(0, c) + eps); }
  };
  struct Normalize {
    MatrixView<const S> x;
    MatrixView<T> mean, inverse, weight, bias;
    T leakiness;
    constexpr T centred(std::int64_t row, std::int64_t c) const { return static_cast<T>(x(row, c)) - mean(0, c); }
    constexpr T operator()(std::int64_t row, std::int64_t c) const {
      return weight(0, c) * centred(row, c) * inverse(0, c) + bias(0, c);
    }
  };
  struct Forward {
    Normalize normalize;
    MatrixView<S> y;
    constexpr void operator()(std::int64_t row, std::int64_t c) const {
      const T z = normalize(row, c);
      y(row, c) = static_cast<S>(z > T{} ? z : normalize.leakiness * z);
    }
  };
  struct GradientBeforeSlope {  // dz
    Normalize normalize;
    MatrixView<const S> dy;
    constexpr T operator()(std::int64_t row, std::int64_t c) const {
      const T gradient = static_cast<T>(dy(row, c));
      return normalize(row, c) > T{} ? gradient : normalize.leakiness * gradient;
    }
  };
  struct Projection {  // dz (x - mean) / deviation
    GradientBeforeSlope dz;
    constexpr T operator()(std::int64_t row, std::int64_t c) const {
      return dz(row, c) * dz.normalize.centred(row, c) * dz.normalize.inverse(0, c);
    }
  };
  struct Backward {
    GradientBeforeSlope dz;
    MatrixView<T> sum, projection;
    T share;  // 1 / rows in training, 0 where the statistics are constants
    MatrixView<S> dx;
    Write write;
    constexpr void operator()(std::int64_t row, std::int64_t c) const {
      const Normalize& n = dz.normalize;
      const T x = n.centred(row, c) * n.inverse(0, c);
      const T gradient = dz(row, c) - share * (sum(0, c) + x * projection(0, c));
      store(dx(row, c), static_cast<S>(n.weight(0, c) * n.inverse(0, c) * gradient), write);
    }
  };

  template <class Term>
  static Statistics average(const Variable<Dev>& x, const Term& term) {
    Matrix<Dev, T> sums(x.device(), 1, x.channels());
    reduce(x.device(), x.rows(), x.channels(), Segments{}, term, sums);
    parallel_for(x.device(), Rows{1}, x.channels(), Divide{sums.view(), static_cast<T>(x.rows().bound)});
    return Statistics(std::move(sums));
  }

  void backward(const Variable<Dev>& x, const Normalize& normalize, bool training, const Variable<Dev>& y) const {
    Dev& device = x.device();
    const GradientBeforeSlope dz{normalize, y.gradient().view()};
    Matrix<Dev, T> sum(device, 1, x.channels()), projection(device, 1, x.channels());
    reduce(device, x.rows(), x.channels(), Segments{}, dz, sum);
    reduce(device, x.rows(), x.channels(), Segments{}, Projection{dz}, projection);
    if (x.needs_gradient()) {
      const auto [dx, write] = x.contribute();
      const T share = training ? T{1} / static_cast<T>(x.rows().bound) : T{0};
      parallel_for(device, x.rows(), x.channels(),
                   Backward{dz, sum.view(), projection.view(), share, dx.view(), write});
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
  Statistics weight_, bias_, running_mean_, running_var_;
};

/// Batch normalisation, then ReLU.
template <Device Dev = Cpu>
class BatchNormReLU : public BatchNormalization<Dev> {
 public:
  BatchNormReLU(Dev& device, std::int64_t channels, double eps = 1e-4, double momentum = 0.99)
      : BatchNormalization<Dev>(device, channels, {.eps = eps, .momentum = momentum, .leakiness = 0}) {}
};

/// Batch normalisation, then a leaky ReLU; the default leakiness is the reference's.
template <Device Dev = Cpu>
class BatchNormLeakyReLU : public BatchNormalization<Dev> {
 public:
  BatchNormLeakyReLU(Dev& device, std::int64_t channels, double eps = 1e-4, double momentum = 0.99,
                     double leakiness = 0.333)
      : BatchNormalization<Dev>(device, channels, {.eps = eps, .momentum = momentum, .leakiness = leakiness}) {}
};

}  // namespace scn

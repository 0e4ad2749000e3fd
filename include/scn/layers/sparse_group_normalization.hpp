// Group normalisation of each row by itself.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "scn/layers/kernel.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

struct GroupNormalizationSettings {
  double eps = 1e-5;
  bool affine = true;  ///< with weight (starts at 1) and bias (starts at 0)
};

namespace detail {

/// One group of channels in one row. Deviations are taken from the group's first number, from which the mean is at most
/// sqrt(width - 1) deviations away, so that a mean far from 0 costs no digits.
template <class S, class T>
struct RowGroups {
  MatrixView<const S> x;
  std::int64_t width;
  MatrixView<const T> mean, inverse;  // per row and group: mean - first number, 1 / deviation
  constexpr T distance(std::int64_t row, std::int64_t c) const {
    return static_cast<T>(x(row, c)) - static_cast<T>(x(row, c - c % width));
  }
  constexpr T standard(std::int64_t row, std::int64_t c) const {
    return (distance(row, c) - mean(row, c / width)) * inverse(row, c / width);
  }
};

template <class S, class T>
struct GroupNormalize {
  RowGroups<S, T> groups;
  MatrixView<const T> weight, bias;
  T eps;
  MatrixView<T> mean, inverse;  // the same numbers as those of `groups`
  MatrixView<S> y;
  constexpr void operator()(std::int64_t row, std::int64_t group) const {
    const std::int64_t begin = group * groups.width, end = begin + groups.width;
    const T share = T{1} / static_cast<T>(groups.width);
    T average{}, variance{};
    for (std::int64_t c = begin; c < end; ++c) average += share * groups.distance(row, c);
    for (std::int64_t c = begin; c < end; ++c) {
      const T deviation = groups.distance(row, c) - average;
      variance += share * deviation * deviation;
    }
    mean(row, group) = average;
    inverse(row, group) = T{1} / std::sqrt(variance + eps);
    for (std::int64_t c = begin; c < end; ++c)
      y(row, c) = static_cast<S>(weight(0, c) * groups.standard(row, c) + bias(0, c));
  }
};

template <class S, class T>
struct GroupNormalizeBackward {
  RowGroups<S, T> groups;
  MatrixView<const T> weight;
  MatrixView<const S> dy;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t group) const {
    const std::int64_t begin = group * groups.width, end = begin + groups.width;
    const T share = T{1} / static_cast<T>(groups.width);
    T mean{}, projection{};
    for (std::int64_t c = begin; c < end; ++c) {
      const T gradient = share * weight(0, c) * static_cast<T>(dy(row, c));
      mean += gradient;
      projection += gradient * groups.standard(row, c);
    }
    for (std::int64_t c = begin; c < end; ++c) {
      const T gradient = weight(0, c) * static_cast<T>(dy(row, c)) - mean - groups.standard(row, c) * projection;
      store(dx(row, c), static_cast<S>(groups.inverse(row, group) * gradient), write);
    }
  }
};

template <class S, class T>
struct GroupProjection {
  RowGroups<S, T> groups;
  MatrixView<const S> dy;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    return static_cast<T>(dy(row, c)) * groups.standard(row, c);
  }
};

}  // namespace detail

/// y = weight (x - mean) / sqrt(variance + eps) + bias, with mean and biased variance over one group of channels of one
/// row: sites do not see each other, and training is as inference. Group j holds channels [j width, (j + 1) width),
/// width = channels / groups. Keeps x and two numbers per row and group. Wu and He, ECCV 2018.
template <Device Dev = Cpu>
class SparseGroupNorm : public RowLayer<SparseGroupNorm<Dev>> {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;

 public:
  using DeviceType = Dev;

  SparseGroupNorm(Dev& device, std::int64_t groups, std::int64_t channels,
                  const GroupNormalizationSettings& settings = {})
      : settings_(settings), groups_(groups) {
    require(groups >= 1 && channels >= 1 && channels % groups == 0, name(), ": ", groups, " groups do not divide ",
            channels, " channels");
    require(settings.eps > 0, name(), ": eps must be positive, got ", settings.eps);
    weight_ = constant_parameter(device, channels, 1.0, settings.affine);
    bias_ = constant_parameter(device, channels, 0.0, settings.affine);
  }

  static std::string name() { return "SparseGroupNorm"; }

  using RowLayer<SparseGroupNorm<Dev>>::operator();
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    require_channels(name, x, weight_.channels());
    if (x.rows().bound == 0) return x;
    Dev& device = x.device();
    Matrix<Dev, T> mean(device, x.rows().bound, groups_), inverse(device, x.rows().bound, groups_);
    Matrix<Dev> y(device, x.rows().bound, x.channels());
    parallel_for(device, x.rows(), groups_,
                 detail::GroupNormalize<S, T>{groups(x, mean, inverse), std::as_const(weight_.value()).view(),
                                              std::as_const(bias_.value()).view(), static_cast<T>(settings_.eps),
                                              mean.view(), inverse.view(), y.view()});
    const bool record = is_recording(tape, x.needs_gradient() || weight_.needs_gradient() || bias_.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([layer = *this, x, mean = std::move(mean), inverse = std::move(inverse), result] {
        if (result.has_gradient()) layer.backward(x, layer.groups(x, mean, inverse), result);
      });
    return result;
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    if (!settings_.affine) return;
    into.push_back({prefix + "weight", weight_, {weight_.channels()}});
    into.push_back({prefix + "bias", bias_, {weight_.channels()}});
  }

 private:
  detail::RowGroups<S, T> groups(const Variable<Dev>& x, const Matrix<Dev, T>& mean,
                                 const Matrix<Dev, T>& inverse) const {
    return {std::as_const(x.value()).view(), x.channels() / groups_, mean.view(), inverse.view()};
  }

  void backward(const Variable<Dev>& x, const detail::RowGroups<S, T>& groups, const Variable<Dev>& y) const {
    Dev& device = x.device();
    const Matrix<Dev>& dy = y.gradient();
    if (x.needs_gradient()) {
      const auto [dx, write] = x.contribute();
      parallel_for(device, x.rows(), groups_,
                   detail::GroupNormalizeBackward<S, T>{groups, std::as_const(weight_.value()).view(), dy.view(),
                                                        dx.view(), write});
    }
    if (weight_.needs_gradient()) {
      Matrix<Dev, T> sums(device, 1, x.channels());
      reduce(device, x.rows(), x.channels(), Segments{}, detail::GroupProjection<S, T>{groups, dy.view()}, sums);
      const auto [dw, write] = weight_.contribute();
      Tape::add_to(dw, sums, write);
    }
    if (bias_.needs_gradient()) backward_bias(dy, bias_);
  }

  GroupNormalizationSettings settings_;
  std::int64_t groups_;
  Variable<Dev, T> weight_, bias_;
};

}  // namespace scn

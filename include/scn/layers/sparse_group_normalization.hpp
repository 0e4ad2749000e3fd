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
struct RowGroup {
  const S* x;           // of the group's first channel
  T mean{}, inverse{};  // mean - first number, 1 / deviation
  constexpr T distance(std::int64_t c) const { return static_cast<T>(x[c]) - static_cast<T>(x[0]); }
  constexpr T standard(std::int64_t c) const { return (distance(c) - mean) * inverse; }
};

template <class S, class T>
struct RowGroups {
  MatrixView<const S> x;
  std::int64_t width;
  MatrixView<const T> mean, inverse;  // per row and group
  constexpr RowGroup<S, T> operator()(std::int64_t row, std::int64_t group) const {
    return {&x(row, group * width), mean(row, group), inverse(row, group)};
  }
};

template <class S, class T>
struct GroupNormalize {
  RowGroups<S, T> groups;
  MatrixView<const T> weight, bias;
  T eps;
  MatrixView<T> mean, inverse;  // the same numbers as those of `groups`
  MatrixView<S> y;
  constexpr void operator()(std::int64_t row, std::int64_t number) const {
    const std::int64_t width = groups.width, begin = number * width;
    const T share = T{1} / static_cast<T>(width);
    RowGroup<S, T> group{&groups.x(row, begin)};
    for (std::int64_t c = 0; c < width; ++c) group.mean += share * group.distance(c);
    T variance{};
    for (std::int64_t c = 0; c < width; ++c) {
      const T deviation = group.distance(c) - group.mean;
      variance += share * deviation * deviation;
    }
    group.inverse = T{1} / std::sqrt(variance + eps);
    mean(row, number) = group.mean;
    inverse(row, number) = group.inverse;
    for (std::int64_t c = 0; c < width; ++c)
      y(row, begin + c) = static_cast<S>(weight(0, begin + c) * group.standard(c) + bias(0, begin + c));
  }
};

template <class S, class T>
struct GroupNormalizeBackward {
  RowGroups<S, T> groups;
  MatrixView<const T> weight;
  MatrixView<const S> dy;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t number) const {
    const std::int64_t width = groups.width, begin = number * width;
    const T share = T{1} / static_cast<T>(width);
    const RowGroup<S, T> group = groups(row, number);
    T mean{}, projection{};
    for (std::int64_t c = 0; c < width; ++c) {
      const T gradient = share * weight(0, begin + c) * static_cast<T>(dy(row, begin + c));
      mean += gradient;
      projection += gradient * group.standard(c);
    }
    for (std::int64_t c = 0; c < width; ++c) {
      const T gradient =
          weight(0, begin + c) * static_cast<T>(dy(row, begin + c)) - mean - group.standard(c) * projection;
      store(dx(row, begin + c), static_cast<S>(group.inverse * gradient), write);
    }
  }
};

struct GroupOfChannel {  // groups[c] = c / width: divisions are slow
  std::int32_t* groups;
  std::int64_t width;
  constexpr void operator()(std::int64_t c) const { groups[c] = static_cast<std::int32_t>(c / width); }
};

template <class S, class T>
struct GroupProjection {
  RowGroups<S, T> groups;
  const std::int32_t* group_of;
  MatrixView<const S> dy;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    const std::int64_t group = group_of[c];
    return static_cast<T>(dy(row, c)) * groups(row, group).standard(c - group * groups.width);
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
      Buffer<std::int32_t, Dev> group_of(device, x.channels());
      parallel_for(device, Rows{x.channels()}, detail::GroupOfChannel{group_of.data(), groups.width});
      reduce(device, x.rows(), x.channels(), Segments{},
             detail::GroupProjection<S, T>{groups, group_of.data(), dy.view()}, sums);
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

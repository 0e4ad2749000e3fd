// Mean and variance of each channel over all rows, with the digits of the input, and running values of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/core/reduce_pair.hpp"
#include "scn/layers/kernel.hpp"

namespace scn {

namespace detail {

template <class S, class T>
struct Deviation {
  MatrixView<const S> x;
  MatrixView<const T> mean;
  constexpr T operator()(std::int64_t row, std::int64_t c) const { return static_cast<T>(x(row, c)) - mean(0, c); }
};

/// What rows `step` apart lie above the first row.
template <class S, class T>
struct SampledDistance {
  MatrixView<const S> x;
  std::int64_t step;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    return static_cast<T>(x(row * step, c)) - static_cast<T>(x(0, c));
  }
};

template <class S, class T>
struct DeviationSums {
  Deviation<S, T> deviation;
  constexpr Pair<T> operator()(std::int64_t row, std::int64_t c) const {
    const T distance = deviation(row, c);
    return {distance, distance * distance};
  }
};

template <class S, class T>
struct AddFirstRow {
  MatrixView<const S> x;
  MatrixView<T> mean;
  constexpr void operator()(std::int64_t row, std::int64_t c) const { mean(row, c) += static_cast<T>(x(0, c)); }
};

template <class T>
struct MomentsOfSums {  // sums of deviations and of their squares become the mean deviation and the variance
  MatrixView<T> deviation, square;
  T count;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    deviation(row, c) /= count;
    const T variance = square(row, c) / count - deviation(row, c) * deviation(row, c);
    square(row, c) = variance < T{} ? T{} : variance;
  }
};

template <class T>
struct Divide {
  MatrixView<T> x;
  T divisor;
  constexpr void operator()(std::int64_t row, std::int64_t c) const { x(row, c) /= divisor; }
};

template <class T>
struct CarryRest {  // the mean becomes the nearest number to mean + rest
  MatrixView<T> mean, rest;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T sum = mean(row, c) + rest(row, c);
    rest(row, c) -= sum - mean(row, c);
    mean(row, c) = sum;
  }
};

template <class T>
struct MoveRunning {
  MatrixView<const T> batch;
  MatrixView<T> running;
  T factor, momentum;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    running(row, c) = momentum * running(row, c) + (T{1} - momentum) * factor * batch(row, c);
  }
};

/// 1 x channels: the sum of term(row, channel) over the first `rows` rows, divided by their number.
template <Device Dev, class Term>
Matrix<Dev, typename Dev::Accumulator> average(const Variable<Dev>& x, std::int64_t rows, const Term& term) {
  using T = typename Dev::Accumulator;
  Matrix<Dev, T> sums(x.device(), 1, x.channels());
  reduce(x.device(), Rows{rows}, x.channels(), Segments{}, term, sums);
  parallel_for(x.device(), Rows{1}, x.channels(), Divide<T>{sums.view(), static_cast<T>(rows)});
  return sums;
}

/// A number near the mean of each channel: the mean of at most 4,096 rows that lie evenly among all.
template <Device Dev>
Matrix<Dev, typename Dev::Accumulator> near_mean(const Variable<Dev>& x) {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;
  const MatrixView<const S> values = std::as_const(x.value()).view();
  const std::int64_t rows = x.rows().bound, sampled = std::min<std::int64_t>(rows, 4096);
  Matrix<Dev, T> mean = average(x, sampled, SampledDistance<S, T>{values, rows / sampled});
  parallel_for(x.device(), Rows{1}, x.channels(), AddFirstRow<S, T>{values, mean.view()});
  return mean;
}

}  // namespace detail

/// The mean of each channel is mean + rest, both 1 x channels. Where a mean is far from 0, one number rounds it by more
/// than the deviations need: take off the mean, which is exact or leaves little, and then the rest.
template <Device Dev>
struct ChannelMean {
  Matrix<Dev, typename Dev::Accumulator> mean, rest;
};

/// A copy on the device: the mean as it is, the rest 0.
template <Device Dev, class T>
ChannelMean<Dev> given_mean(Dev& device, const Matrix<Dev, T>& mean) {
  ChannelMean<Dev> result{Matrix<Dev, T>(device, 1, mean.channels()),
                          Matrix<Dev, T>::zeros(device, 1, mean.channels())};
  Tape::add_to(result.mean, mean, Write::assign);
  return result;
}

/// Mean and biased variance of each channel.
template <Device Dev>
struct ChannelMoments {
  ChannelMean<Dev> mean;
  Matrix<Dev, typename Dev::Accumulator> variance;
};

/// Of the rows of x, at least one. Reads them once, after a sample of 4,096 rows whose mean the deviations are taken
/// from: the variance E[d^2] - E[d]^2 errs by the rounding of a sum, unless a sample that holds most of the variance of
/// N rows lies off their mean; then by at most 1 + N / 4096 times that.
template <Device Dev>
ChannelMoments<Dev> channel_moments(const Variable<Dev>& x) {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;
  Dev& device = x.device();
  const std::int64_t channels = x.channels();
  ChannelMoments<Dev> result{{detail::near_mean(x), {device, 1, channels}}, {device, 1, channels}};
  auto& [mean, rest] = result.mean;
  reduce_pair(device, x.rows(), channels,
              detail::DeviationSums<S, T>{{std::as_const(x.value()).view(), std::as_const(mean).view()}}, rest,
              result.variance);
  parallel_for(device, Rows{1}, channels,
               detail::MomentsOfSums<T>{rest.view(), result.variance.view(), static_cast<T>(x.rows().bound)});
  parallel_for(device, Rows{1}, channels, detail::CarryRest<T>{mean.view(), rest.view()});
  return result;
}

/// The mean of channel_moments() alone.
template <Device Dev>
ChannelMean<Dev> channel_mean(const Variable<Dev>& x) {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;
  ChannelMean<Dev> result{detail::near_mean(x), {}};
  const detail::Deviation<S, T> deviation{std::as_const(x.value()).view(), std::as_const(result.mean).view()};
  result.rest = detail::average(x, x.rows().bound, deviation);
  parallel_for(x.device(), Rows{1}, x.channels(), detail::CarryRest<T>{result.mean.view(), result.rest.view()});
  return result;
}

/// running = momentum running + (1 - momentum) factor batch
template <Device Dev, class T>
void move_running(const Variable<Dev, T>& running, const Matrix<Dev, T>& batch, double momentum, T factor = T{1}) {
  parallel_for(running.device(), Rows{1}, running.channels(),
               detail::MoveRunning<T>{batch.view(), running.value().view(), factor, static_cast<T>(momentum)});
}

}  // namespace scn

// Mean and variance of each channel over all rows, with the digits of the input, and running values of them.
#pragma once

#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/layers/kernel.hpp"

namespace scn {

namespace detail {

template <class S, class T>
struct Deviation {
  MatrixView<const S> x;
  MatrixView<const T> mean;
  constexpr T operator()(std::int64_t row, std::int64_t c) const { return static_cast<T>(x(row, c)) - mean(0, c); }
};

template <class S, class T>
struct SquaredDeviation {
  Deviation<S, T> deviation;
  MatrixView<const T> rest;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    const T distance = deviation(row, c) - rest(0, c);
    return distance * distance;
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

/// 1 x channels: the sum of term(row, channel) over the rows, divided by their number.
template <Device Dev, class Term>
Matrix<Dev, typename Dev::Accumulator> average(const Variable<Dev>& x, const Term& term) {
  using T = typename Dev::Accumulator;
  Matrix<Dev, T> sums(x.device(), 1, x.channels());
  reduce(x.device(), x.rows(), x.channels(), Segments{}, term, sums);
  parallel_for(x.device(), Rows{1}, x.channels(), Divide<T>{sums.view(), static_cast<T>(x.rows().bound)});
  return sums;
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

/// Of the rows of x, at least one; in two passes, of which the second finds what the sum of the first rounded off.
template <Device Dev>
ChannelMean<Dev> channel_mean(const Variable<Dev>& x) {
  using T = typename Dev::Accumulator;
  using S = typename Dev::Scalar;
  const MatrixView<const S> values = std::as_const(x.value()).view();
  ChannelMean<Dev> result;
  result.mean = detail::average(x, detail::Element<S, T>{values});
  result.rest = detail::average(x, detail::Deviation<S, T>{values, std::as_const(result.mean).view()});
  parallel_for(x.device(), Rows{1}, x.channels(), detail::CarryRest<T>{result.mean.view(), result.rest.view()});
  return result;
}

/// 1 x channels: the mean squared deviation of at least one row.
template <Device Dev>
Matrix<Dev, typename Dev::Accumulator> channel_variance(const Variable<Dev>& x, const ChannelMean<Dev>& mean) {
  return detail::average(x, detail::SquaredDeviation<typename Dev::Scalar, typename Dev::Accumulator>{
                                {std::as_const(x.value()).view(), mean.mean.view()}, mean.rest.view()});
}

/// running = momentum running + (1 - momentum) factor batch
template <Device Dev, class T>
void move_running(const Variable<Dev, T>& running, const Matrix<Dev, T>& batch, double momentum, T factor = T{1}) {
  parallel_for(running.device(), Rows{1}, running.channels(),
               detail::MoveRunning<T>{batch.view(), running.value().view(), factor, static_cast<T>(momentum)});
}

}  // namespace scn

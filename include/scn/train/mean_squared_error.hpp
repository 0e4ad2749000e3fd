// Mean squared error between features and numbers in host memory.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "scn/autograd/tape.hpp"

namespace scn {

/// A contiguous range of numbers of any arithmetic type.
template <class Range>
concept Numbers = requires(const Range& numbers) {
  static_cast<double>(*std::span(numbers).data());
};

namespace detail {

template <class S, class T>
struct WeightedError {
  MatrixView<const S> x;
  MatrixView<const T> target;
  T share;  // 1 / elements
  constexpr T error(std::int64_t row, std::int64_t c) const { return static_cast<T>(x(row, c)) - target(row, c); }
  constexpr T operator()(std::int64_t element, std::int64_t) const {
    const T difference = error(element / x.channels, element % x.channels);
    return share * difference * difference;
  }
};

template <class S, class T>
struct WeightedErrorBackward {
  WeightedError<S, T> weighted;
  MatrixView<const T> dloss;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(dx(row, c), static_cast<S>(T{2} * weighted.share * dloss(0, 0) * weighted.error(row, c)), write);
  }
};

}  // namespace detail

/// The mean of (x - target)^2 over all elements, a 1 x 1 variable; 0 for none. `target` is row-major, of the shape of
/// x.
template <Device Dev, Numbers Range>
Variable<Dev, typename Dev::Accumulator> mean_squared_error(const Variable<Dev>& x, const Range& target,
                                                            Tape* tape = nullptr) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  using Number = typename decltype(std::span(target))::value_type;
  Dev& device = x.device();
  const std::int64_t rows = x.rows().bound, elements = rows * x.channels();
  const std::span<const Number> numbers(target);
  require(static_cast<std::int64_t>(numbers.size()) == elements, "mean_squared_error: expected ", rows, " x ",
          x.channels(), " target numbers, got ", numbers.size());
  auto wanted = Matrix<Dev, T>::from_host(device, rows, x.channels(), numbers);
  const detail::WeightedError<S, T> weighted{std::as_const(x.value()).view(), std::as_const(wanted).view(),
                                             elements > 0 ? T{1} / static_cast<T>(elements) : T{}};
  Matrix<Dev, T> mean(device, 1, 1);
  reduce(device, Rows{elements}, 1, Segments{}, weighted, mean);

  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev, T> loss(std::move(mean), record);
  if (record)
    tape->record([x, weighted, wanted = std::move(wanted), loss] {
      if (!loss.has_gradient()) return;
      const auto [dx, write] = x.contribute();
      parallel_for(x.device(), x.rows(), x.channels(),
                   detail::WeightedErrorBackward<S, T>{weighted, loss.gradient().view(), dx.view(), write});
    });
  return loss;
}

}  // namespace scn

// The mean over all elements of a cost that each element has for itself: what losses against numbers share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "scn/autograd/tape.hpp"

namespace scn {

/// A contiguous range of numbers of any arithmetic type.
template <class Range>
concept Numbers = requires(const Range& numbers) {
  static_cast<double>(*std::span(numbers).data());
};

namespace detail {

template <class Cost, class S, class T>
struct CostShare {
  Cost cost;
  MatrixView<const S> x;
  MatrixView<const T> target;
  T share;  // 1 / elements
  constexpr T operator()(std::int64_t element, std::int64_t) const {
    const std::int64_t row = element / x.channels, c = element % x.channels;
    return share * cost.value(static_cast<T>(x(row, c)), target(row, c));
  }
};

template <class Cost, class S, class T>
struct CostShareBackward {
  CostShare<Cost, S, T> of;
  MatrixView<const T> dloss;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T slope = of.cost.slope(static_cast<T>(of.x(row, c)), of.target(row, c));
    store(dx(row, c), static_cast<S>(of.share * dloss(0, 0) * slope), write);
  }
};

}  // namespace detail

/// The mean of cost.value(x, target) over all elements, a 1 x 1 variable; 0 for none. `target` is row-major, of the
/// shape of x. Cost is trivially copyable, no local type, and has `constexpr T value(T x, T target) const` and
/// `constexpr T slope(T x, T target) const`, the derivative by x. `loss` names the caller in messages.
template <class Cost, Device Dev, Numbers Range>
Variable<Dev, typename Dev::Accumulator> mean_cost(std::string_view loss, const Cost& cost, const Variable<Dev>& x,
                                                   const Range& target, Tape* tape) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  using Number = typename decltype(std::span(target))::value_type;
  Dev& device = x.device();
  const std::int64_t rows = x.rows().bound, elements = rows * x.channels();
  const std::span<const Number> numbers(target);
  require(static_cast<std::int64_t>(numbers.size()) == elements, loss, ": expected ", rows, " x ", x.channels(),
          " target numbers, got ", numbers.size());
  auto wanted = Matrix<Dev, T>::from_host(device, rows, x.channels(), numbers);
  const detail::CostShare<Cost, S, T> of{cost, std::as_const(x.value()).view(), std::as_const(wanted).view(),
                                         elements > 0 ? T{1} / static_cast<T>(elements) : T{}};
  Matrix<Dev, T> mean(device, 1, 1);
  reduce(device, Rows{elements}, 1, Segments{}, of, mean);

  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev, T> result(std::move(mean), record);
  if (record)
    tape->record([x, of, wanted = std::move(wanted), result] {
      if (!result.has_gradient()) return;
      const auto [dx, write] = x.contribute();
      parallel_for(x.device(), x.rows(), x.channels(),
                   detail::CostShareBackward<Cost, S, T>{of, result.gradient().view(), dx.view(), write});
    });
  return result;
}

}  // namespace scn

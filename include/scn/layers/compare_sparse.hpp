// How far two sparse tensors are apart, whose sites may differ.
#pragma once

#include <cstdint>
#include <utility>

#include "scn/layers/pooling.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

namespace detail {

template <class S, class T>
struct MeanSquare {
  MatrixView<const S> x;
  T share;  // 1 / rows
  constexpr T operator()(std::int64_t element, std::int64_t) const {
    const T value = static_cast<T>(x(element / x.channels, element % x.channels));
    return share * value * value;
  }
};

template <class S, class T>
struct MeanSquareBackward {
  MatrixView<const S> x;
  MatrixView<const T> dy;
  T share;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(dx(row, c), static_cast<S>(T{2} * share * dy(0, 0) * static_cast<T>(x(row, c))), write);
  }
};

/// Sum of the squares of x divided by its rows, a 1 x 1 variable; 0 for none.
template <Device Dev>
Variable<Dev, typename Dev::Accumulator> mean_square(const Variable<Dev>& x, Tape* tape) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  const std::int64_t rows = x.rows().bound;
  const T share = rows > 0 ? T{1} / static_cast<T>(rows) : T{};
  Matrix<Dev, T> mean(x.device(), 1, 1);
  reduce(x.device(), Rows{rows * x.channels()}, 1, Segments{}, MeanSquare<S, T>{std::as_const(x.value()).view(), share},
         mean);
  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev, T> result(std::move(mean), record);
  if (record)
    tape->record([x, share, result] {
      if (!result.has_gradient()) return;
      const auto [dx, write] = x.contribute();
      parallel_for(
          x.device(), x.rows(), x.channels(),
          MeanSquareBackward<S, T>{std::as_const(x.value()).view(), result.gradient().view(), share, dx.view(), write});
    });
  return result;
}

}  // namespace detail

/// The sum of (x - y)^2 over all channels of the sites that x or y has, where a missing site counts as 0, divided by
/// the number of these sites: a 1 x 1 variable that is 0 without sites. Both tensors get their gradient. The sites of y
/// join the rulebook of x. Throws InvalidArgument for tensors of different extents or channels; a tensor without rows
/// has any number of channels. Waits for the device at the first call for these sites.
template <int D, Device Dev>
Variable<Dev, typename Dev::Accumulator> compare_sparse(const SparseTensor<D, Dev>& x, const SparseTensor<D, Dev>& y,
                                                        Tape* tape = nullptr) {
  require(x.channels() == y.channels() || x.rows().bound == 0 || y.rows().bound == 0, "compare_sparse: tensors of ",
          x.channels(), " and ", y.channels(), " channels");
  const auto all = in_layer("compare_sparse", [&] { return x.rulebook->unite(x.sites, y.sites); });
  const auto on_all = [&](const SparseTensor<D, Dev>& part, double factor) {
    const MapView<Dev> map = x.rulebook->onto(part.sites, all, Window<D>{});
    return SparseTensor<D, Dev>{pool_sum(part.features, map, all->rows().bound, tape, {.factor = factor}), all,
                                x.rulebook};
  };
  Tensors<D, Dev> parts;
  if (x.rows().bound > 0 || y.rows().bound == 0) parts.push_back(on_all(x, 1));
  if (y.rows().bound > 0) parts.push_back(on_all(y, -1));
  return detail::mean_square(AddTable<D, Dev>()(parts, tape).features, tape);
}

}  // namespace scn

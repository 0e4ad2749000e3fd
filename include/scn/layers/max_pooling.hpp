// Max pooling: as SparseConvNet defines it, never below zero, or the true maximum of the active sites.
#pragma once

#include <array>
#include <limits>
#include <string>

#include "scn/core/select.hpp"
#include "scn/layers/pooling.hpp"

namespace scn {

namespace detail {

/// A maximum of no numbers yet. NaN stands for it, so that NaN among the numbers is passed over.
template <class S>
constexpr S no_maximum() {
  return static_cast<S>(std::numeric_limits<float>::quiet_NaN());
}

template <class S>
constexpr void take_larger(S& largest, S value) {
  largest = largest >= value ? largest : value == value ? value : largest;  // in this form without branches
}

template <class S>
constexpr S maximum_or_zero(S largest) {
  return largest == largest ? largest : S{};
}

template <class S, class T>
struct PoolMaximum {
  MatrixView<const S> x;
  MatrixView<S> y;
  std::int64_t drop;
  T first;  // 0, or no_maximum()
  constexpr T start(std::int64_t, std::int64_t) const { return first; }
  constexpr std::array<const S*, 1> reads(std::int64_t in, std::int64_t c) const { return {&x(in, c + drop)}; }
  constexpr void step(T& largest, std::int64_t, std::int64_t in, std::int64_t c) const {
    take_larger(largest, static_cast<T>(x(in, c + drop)));
  }
  constexpr void finish(T largest, std::int64_t out, std::int64_t c) const {
    y(out, c) = static_cast<S>(maximum_or_zero(largest));
  }
};

/// Folds over the transposed map: its outputs `row` are the inputs of the pool, `out` is a row of the pool's result.
template <class S, class T>
struct PoolMaximumBackward {
  MatrixView<const S> x, y, dy;
  MatrixView<S> dx;
  std::int64_t drop;
  Write write;
  constexpr T start(std::int64_t, std::int64_t) const { return {}; }
  constexpr std::array<const S*, 2> reads(std::int64_t out, std::int64_t c) const { return {&y(out, c), &dy(out, c)}; }
  constexpr void step(T& sum, std::int64_t, std::int64_t out, std::int64_t row, std::int64_t c) const {
    sum += select(x(row, c + drop) == y(out, c), static_cast<T>(dy(out, c)), T{});
  }
  constexpr void finish(T sum, std::int64_t row, std::int64_t c) const {
    store(dx(row, c + drop), static_cast<S>(sum), write);
  }
};

}  // namespace detail

/// y(out) = the largest x(in) over the pairs of a map, or 0 if that is larger and the pool is over the window; and its
/// gradient. `rows` counts the outputs of the map. O(pairs) each way.
template <Device Dev>
Variable<Dev> pool_maximum(const Variable<Dev>& x, const MapView<Dev>& map, std::int64_t rows, Tape* tape,
                           const PoolingSettings& settings) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  Dev& device = x.device();
  const std::int64_t drop = settings.drop, channels = std::max<std::int64_t>(0, x.channels() - drop);
  const T first = settings.over == Over::window ? T{} : detail::no_maximum<T>();
  Matrix<Dev> y(device, rows, channels);
  fold(device, map.rules(), channels,
       detail::PoolMaximum<S, T>{std::as_const(x.value()).view(), y.view(), drop, first});
  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev> result(std::move(y), record);
  if (record)
    tape->record([x, map, drop, result] {
      if (!result.has_gradient()) return;
      const auto [dx, write] = contribute_from(x, drop);
      fold(x.device(), map.transposed(), result.channels(),
           detail::PoolMaximumBackward<S, T>{std::as_const(x.value()).view(), std::as_const(result.value()).view(),
                                             result.gradient().view(), dx.view(), drop, write});
    });
  return result;
}

/// y(o) = max(0, max of x over the active sites of the window), as SparseConvNet; Over::active leaves out the 0, except
/// where no site is active. NaN is passed over; a window of nothing else gives 0. The gradient goes in full to every
/// input equal to the output. Waits for the device once for each new level.
template <int D, Device Dev = Cpu>
class MaxPooling : public Pooling<D, Dev, MaxPooling<D, Dev>> {
 public:
  using Pooling<D, Dev, MaxPooling>::Pooling;
  static std::string name() { return message("MaxPooling<", D, ">"); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    this->require_channels(x.features);
    const auto level = in_layer(name, [&] { return x.rulebook->strided(x.sites, this->window()); });
    return {pool_maximum(x.features, level.map, level.sites->rows().bound, tape, this->settings()), level.sites,
            x.rulebook};
  }
};

}  // namespace scn

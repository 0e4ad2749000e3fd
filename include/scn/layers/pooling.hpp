// What the pooling layers share: a window, dropped leading channels, and a fold forwards and backwards.
#pragma once

#include <algorithm>
#include <string_view>

#include "scn/autograd/tape.hpp"
#include "scn/geometry/window.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

/// y(out, c) = sum over the map of factor * x(in, c + drop); what average pooling, un-pooling and their gradients do.
template <class S, class T>
struct FoldSum {
  MatrixView<const S> x;
  MatrixView<S> y;
  std::int64_t x_drop, y_drop;
  T factor;
  Write write;
  constexpr T start(std::int64_t, std::int64_t) const { return T{}; }
  constexpr void step(T& sum, std::int64_t, std::int64_t in, std::int64_t c) const {
    sum += static_cast<T>(x(in, c + x_drop));
  }
  constexpr void finish(T sum, std::int64_t out, std::int64_t c) const {
    store(y(out, c + y_drop), static_cast<S>(factor * sum), write);
  }
};

/// Channels that are left when the first `drop` are; throws if there are not that many. Without rows any number fits.
template <Device Dev>
std::int64_t pooled_channels(std::string_view layer, const Variable<Dev>& x, std::int64_t drop) {
  if (x.rows().bound == 0) return std::max<std::int64_t>(0, x.channels() - drop);
  require(x.channels() >= drop, layer, ": input has ", x.channels(), " channels, of which ", drop,
          " cannot be dropped");
  return x.channels() - drop;
}

/// y = factor * sum over the map of the channels of x from `drop` on; and its gradient.
template <Device Dev>
Variable<Dev> pool_sum(const Variable<Dev>& x, const MapView<Dev>& map, std::int64_t rows, std::int64_t channels,
                       double scale, Tape* tape) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  Dev& device = x.device();
  const std::int64_t drop = x.channels() - channels;
  const T factor = static_cast<T>(scale);
  Matrix<Dev> y(device, rows, channels);
  fold(device, map.rules(), channels,
       FoldSum<S, T>{std::as_const(x.value()).view(), y.view(), drop, 0, factor, Write::assign});
  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev> result(std::move(y), record);
  if (record)
    tape->record([x, map, drop, factor, result] {
      if (!result.has_gradient()) return;
      auto [dx, write] = x.contribute();
      if (drop > 0 && write == Write::assign) {
        dx.set_zero();
        write = Write::add;
      }
      fold(x.device(), map.transposed(), result.channels(),
           FoldSum<S, T>{result.gradient().view(), dx.view(), 0, drop, factor, write});
    });
  return result;
}

}  // namespace scn

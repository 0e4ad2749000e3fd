// What the pooling layers share: settings, a window, dropped leading channels, and sums over a map with their gradient.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/geometry/window.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

/// What a pool is taken over: the whole window, where a site that is not active counts as 0, as in SparseConvNet; or
/// its active sites alone.
enum class Over { window, active };

struct PoolingSettings {
  std::int64_t drop = 0;  ///< the first so many channels are left out (nFeaturesToDrop of SparseConvNet)
  Over over = Over::window;
};

/// Base of the pooling layers. Layer has `static std::string name()`.
template <int D, Device Dev, class Layer>
requires Dimension<D>
class Pooling {
 public:
  /// A window without dilation and padding, SparseConvNet's. Where it does not divide the extent, inputs beyond the
  /// last window take no part; input_size() gives extents that it divides.
  Pooling(Dev& device, const Taps<D>& taps, const Point<D>& stride, const PoolingSettings& settings = {})
      : Pooling(device, in_layer(Layer::name, [&] { return strided_window(taps, stride); }), settings) {}
  template <std::same_as<Window<D>> Relation>
  Pooling(Dev&, const Relation& window, const PoolingSettings& settings = {})
      : window_(in_layer(Layer::name, [&] { return checked(window); })), settings_(settings) {
    require(settings.drop >= 0, Layer::name(), ": the number of dropped channels is negative: ", settings.drop);
  }

  const Window<D>& window() const { return window_; }
  const PoolingSettings& settings() const { return settings_; }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(Layer::name, [&] { return input_extent(out, window_); });
  }

 protected:
  /// Throws unless x has the channels that are dropped; a matrix without rows fits any number.
  void require_channels(const Variable<Dev>& x) const {
    require(x.channels() >= settings_.drop || x.rows().bound == 0, Layer::name, ": input has ", x.channels(),
            " channels, of which ", settings_.drop, " cannot be dropped");
  }

 private:
  Window<D> window_;
  PoolingSettings settings_;
};

/// Where the gradient of the channels from `drop` on goes; those before get none.
template <Device Dev>
Contribution<Dev, typename Dev::Scalar> contribute_from(const Variable<Dev>& x, std::int64_t drop) {
  auto [dx, write] = x.contribute();
  if (drop > 0 && write == Write::assign) {
    dx.set_zero();
    write = Write::add;
  }
  return {dx, write};
}

namespace detail {

/// counts[out] = pairs of output row `out`, and 1 where there are none, so that one can divide by it.
struct CountPairs {
  std::int32_t* counts;
  constexpr std::int32_t start(std::int64_t, std::int64_t) const { return 0; }
  constexpr void step(std::int32_t& count, std::int64_t, std::int64_t, std::int64_t) const { ++count; }
  constexpr void finish(std::int32_t count, std::int64_t out, std::int64_t) const {
    counts[out] = count > 0 ? count : 1;
  }
};

/// y(out, c) = factor * sum over the map of x(in, c + drop), divided by counts[out] if there are counts.
template <class S, class T>
struct PoolSum {
  MatrixView<const S> x;
  MatrixView<S> y;
  std::int64_t drop;
  T factor;
  const std::int32_t* counts;
  constexpr T start(std::int64_t, std::int64_t) const { return T{}; }
  constexpr std::array<const S*, 1> reads(std::int64_t in, std::int64_t c) const { return {&x(in, c + drop)}; }
  constexpr void step(T& sum, std::int64_t, std::int64_t in, std::int64_t c) const {
    sum += static_cast<T>(x(in, c + drop));
  }
  constexpr void finish(T sum, std::int64_t out, std::int64_t c) const {
    y(out, c) = static_cast<S>(factor * (counts == nullptr ? sum : sum / static_cast<T>(counts[out])));
  }
};

/// Folds over the transposed map: its outputs are the inputs of the pool.
template <class S, class T>
struct PoolSumBackward {
  MatrixView<const S> dy;
  MatrixView<S> dx;
  std::int64_t drop;
  T factor;
  const std::int32_t* counts;
  Write write;
  constexpr T start(std::int64_t, std::int64_t) const { return T{}; }
  constexpr std::array<const S*, 1> reads(std::int64_t out, std::int64_t c) const { return {&dy(out, c)}; }
  constexpr void step(T& sum, std::int64_t, std::int64_t out, std::int64_t c) const {
    const T gradient = static_cast<T>(dy(out, c));
    sum += counts == nullptr ? gradient : gradient / static_cast<T>(counts[out]);
  }
  constexpr void finish(T sum, std::int64_t row, std::int64_t c) const {
    store(dx(row, c + drop), static_cast<S>(factor * sum), write);
  }
};

}  // namespace detail

/// Of pool_sum().
struct PoolSumSettings {
  std::int64_t drop = 0;  ///< leading channels of x that are left out
  double factor = 1;
  bool mean = false;  ///< divides by the number of pairs of each output row
};

/// y(out) = factor * sum over the pairs (in, out) of a map of x(in), 0 where there are none; and its gradient. `rows`
/// counts the outputs of the map. O(pairs) each way. Over a map of one tap it gathers rows.
template <Device Dev>
Variable<Dev> pool_sum(const Variable<Dev>& x, const MapView<Dev>& map, std::int64_t rows, Tape* tape,
                       const PoolSumSettings& settings = {}) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  Dev& device = x.device();
  const std::int64_t drop = settings.drop, channels = std::max<std::int64_t>(0, x.channels() - drop);
  const T factor = static_cast<T>(settings.factor);
  Buffer<std::int32_t, Dev> counts;
  if (settings.mean) {
    counts = Buffer<std::int32_t, Dev>(device, rows);
    fold(device, map.rules(), 1, detail::CountPairs{counts.data()});
  }
  Matrix<Dev> y(device, rows, channels);
  fold(device, map.rules(), channels,
       detail::PoolSum<S, T>{std::as_const(x.value()).view(), y.view(), drop, factor, counts.data()});
  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev> result(std::move(y), record);
  if (record)
    tape->record([x, map, drop, factor, counts = std::move(counts), result] {
      if (!result.has_gradient()) return;
      const auto [dx, write] = contribute_from(x, drop);
      fold(x.device(), map.transposed(), result.channels(),
           detail::PoolSumBackward<S, T>{result.gradient().view(), dx.view(), drop, factor, counts.data(), write});
    });
  return result;
}

}  // namespace scn

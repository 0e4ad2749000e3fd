// Average pooling: the sum over active sites, divided by the volume of the window.
#pragma once

#include "scn/layers/pooling.hpp"

namespace scn {

/// y(o) = 1 / volume * sum of x over the active sites of the window: empty sites count as zeros, as in the reference.
/// Drops the first `drop` channels. Shares its map with a convolution of the same window.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class AveragePooling {
 public:
  AveragePooling(Dev&, const Point<D>& size, const Point<D>& stride, std::int64_t drop = 0)
      : window_(in_layer(name(), [&] { return strided_window(size, stride); })), drop_(drop) {
    require(drop >= 0, name(), ": the number of dropped channels is negative: ", drop);
  }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    const std::int64_t channels = pooled_channels(name(), x.features, drop_);
    const auto level = in_layer(name(), [&] { return x.rulebook->strided(x.sites, window_); });
    const double factor = 1.0 / static_cast<double>(window_.volume());
    return {pool_sum(x.features, level.map, level.sites->rows().bound, channels, factor, tape), level.sites,
            x.rulebook};
  }

  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return input_extent(out, window_); });
  }

 private:
  static std::string name() { return message("AveragePooling<", D, ">"); }

  Window<D> window_;
  std::int64_t drop_;
};

}  // namespace scn

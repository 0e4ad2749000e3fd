// Average pooling: the sum over active sites, divided by the taps of the window or by the active ones.
#pragma once

#include <string>

#include "scn/layers/pooling.hpp"

namespace scn {

/// y(o) = 1 / n * sum of x over the active sites of the window. n counts the taps of the window, those outside an
/// extent included, as in SparseConvNet; with Over::active it counts the active sites. Shares its map with a
/// convolution of the same window. Waits for the device once for each new level.
template <int D, Device Dev = Cpu>
class AveragePooling : public Pooling<D, Dev, AveragePooling<D, Dev>> {
 public:
  using Pooling<D, Dev, AveragePooling>::Pooling;
  static std::string name() { return message("AveragePooling<", D, ">"); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    PoolSumSettings sum{.drop = this->settings().drop, .mean = this->settings().over == Over::active};
    if (!sum.mean) sum.factor = 1.0 / static_cast<double>(this->window().volume());
    this->require_channels(x.features);
    const auto level = in_layer(name, [&] { return x.rulebook->strided(x.sites, this->window()); });
    return {pool_sum(x.features, level.map, level.sites->rows().bound, tape, sum), level.sites, x.rulebook};
  }
};

}  // namespace scn

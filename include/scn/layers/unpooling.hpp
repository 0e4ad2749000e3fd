// Un-pooling: every fine site gets the sum of its parents, or their mean.
#pragma once

#include <string>

#include "scn/layers/pooling.hpp"

namespace scn {

/// y(i) = sum of x(o) over the coarse sites o whose window holds i; with Over::active their mean. Nearest-neighbour
/// up-sampling where windows do not overlap; 0 where no window holds i. Taps and stride are those of the strided layer
/// that made the sites of x, drawn at random or not; without one it throws.
template <int D, Device Dev = Cpu>
class UnPooling : public Pooling<D, Dev, UnPooling<D, Dev>> {
 public:
  using Pooling<D, Dev, UnPooling>::Pooling;
  static std::string name() { return message("UnPooling<", D, ">"); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    const PoolSumSettings sum{.drop = this->settings().drop, .mean = this->settings().over == Over::active};
    this->require_channels(x.features);
    const auto level = in_layer(name, [&] { return x.rulebook->back(x.sites, this->window()); });
    return {pool_sum(x.features, level.map, level.sites->rows().bound, tape, sum), level.sites, x.rulebook};
  }

  /// The extent of inputs that gives `out`; throws if no extent does.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name, [&] { return exact_output_extent(out, this->window()); });
  }
};

}  // namespace scn

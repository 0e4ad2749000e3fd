// Un-pooling: every fine site gets the sum of its parents.
#pragma once

#include "scn/layers/pooling.hpp"

namespace scn {

/// y(i) = sum of x(o) over the coarse sites o whose window holds i; nearest-neighbour up-sampling where windows do not
/// overlap. Size and stride are those of the strided layer that made the sites of x. Drops the first `drop` channels.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class UnPooling {
 public:
  UnPooling(Dev&, const Point<D>& size, const Point<D>& stride, std::int64_t drop = 0)
      : window_(in_layer(name(), [&] { return strided_window(size, stride); })), drop_(drop) {
    require(drop >= 0, name(), ": the number of dropped channels is negative: ", drop);
  }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    const std::int64_t channels = pooled_channels(name(), x.features, drop_);
    const auto level = in_layer(name(), [&] { return x.rulebook->back(x.sites, window_); });
    return {pool_sum(x.features, level.map, level.sites->rows().bound, channels, 1.0, tape), level.sites, x.rulebook};
  }

  /// The extent of inputs that gives `out`; throws if no extent does.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return exact_output_extent(out, window_); });
  }

 private:
  static std::string name() { return message("UnPooling<", D, ">"); }

  Window<D> window_;
  std::int64_t drop_;
};

}  // namespace scn

// Strided convolution: outputs are all sites that at least one tap reaches.
#pragma once

#include <memory>
#include <string>

#include "scn/layers/windowed_kernel.hpp"

namespace scn {

/// y(o) = b + sum over taps k with an active site at i = stride * o + dilation * k - pad of x(i) w(k). With an extent,
/// outputs lie in floor((in + 2 pad - dilation (size - 1) - 1) / stride) + 1. Size and stride make a window without
/// dilation and padding, as SparseConvNet's are; a Window says everything. Size 1 and stride 1
/// keep the sites. Cost: 2 * pairs * in * out / groups operations. Waits for the device once for each new level.
template <int D, Device Dev = Cpu>
class Convolution : public StridedKernel<D, Dev, Convolution<D, Dev>> {
 public:
  using StridedKernel<D, Dev, Convolution>::StridedKernel;
  static std::string name() { return message("Convolution<", D, ">"); }

  /// The sites of the outputs for x, and the map that leads there. Made at the first call, then found.
  Level<D, Dev> level(const SparseTensor<D, Dev>& x) const { return x.rulebook->strided(x.sites, this->window()); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] { return level(x); });
  }

  /// The same relation with given outputs, which need not be reached: those get the bias alone.
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, const std::shared_ptr<const Sites<D, Dev>>& outputs,
                                  Tape* tape = nullptr) const {
    return this->on_sites(x, outputs, tape, [&] { return x.rulebook->onto(x.sites, outputs, this->window()); });
  }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return input_extent(out, this->window()); });
  }
};

}  // namespace scn

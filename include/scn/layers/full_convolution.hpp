// Full (transposed) convolution: every site spreads over all that its window sees, also where nothing was before.
#pragma once

#include <memory>
#include <string>

#include "scn/layers/windowed_kernel.hpp"

namespace scn {

/// y(i) = b + sum over (tap k, active site o) with i = stride * o + dilation * k - pad of x(o) w(k), on every i that
/// some o sees; within an extent, inside (out - 1) stride + dilation (size - 1) + 1 - 2 pad. The rulebook goes on, so
/// that strided layers in front still have their way back and OutputLayer its points; in SparseConvNet they are lost.
/// Size 1 and stride 1 keep the sites. Cost: 2 * sites * taps * in * out / groups operations. Waits for the device once
/// for each new level.
template <int D, Device Dev = Cpu>
class FullConvolution : public StridedKernel<D, Dev, FullConvolution<D, Dev>> {
 public:
  using StridedKernel<D, Dev, FullConvolution>::StridedKernel;
  static std::string name() { return message("FullConvolution<", D, ">"); }

  /// The sites of the outputs for x, and the map that leads there. Made at the first call, then found.
  Level<D, Dev> level(const SparseTensor<D, Dev>& x) const { return x.rulebook->full(x.sites, this->window()); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] { return level(x); });
  }

  /// The same weights as those of a Deconvolution: onto the sites that a strided layer came from.
  SparseTensor<D, Dev> deconvolution_forward(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] { return x.rulebook->back(x.sites, this->window()); });
  }

  /// The same relation onto given fine sites. Those that no window sees get the bias alone.
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, const std::shared_ptr<const Sites<D, Dev>>& outputs,
                                  Tape* tape = nullptr) const {
    return this->on_sites(x, outputs, tape, [&] { return x.rulebook->back_onto(x.sites, outputs, this->window()); });
  }

  /// The extent of inputs that gives `out`; throws if no extent does.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return exact_output_extent(out, this->window()); });
  }
};

/// The other name of the reference.
template <int D, Device Dev = Cpu>
using TransposeConvolution = FullConvolution<D, Dev>;

}  // namespace scn

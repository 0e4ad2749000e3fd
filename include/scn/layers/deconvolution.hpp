// Deconvolution: the way back of an earlier strided layer, onto the very sites that layer started from.
#pragma once

#include <memory>
#include <string>

#include "scn/layers/windowed_kernel.hpp"

namespace scn {

/// y(i) = b + sum over (tap k, coarse site o) with i = stride * o + dilation * k - pad of x(o) w(k). Sites that no
/// window covers get the bias alone. Taps and stride, or window, are those of the strided layer that made the sites of
/// x, drawn at random or not; without one it throws. Cost: 2 * pairs * in * out / groups operations.
template <int D, Device Dev = Cpu>
class Deconvolution : public StridedKernel<D, Dev, Deconvolution<D, Dev>> {
 public:
  using StridedKernel<D, Dev, Deconvolution>::StridedKernel;
  static std::string name() { return message("Deconvolution<", D, ">"); }

  /// The sites of the outputs for x, and the map that leads there. Made at the first call, then found.
  Level<D, Dev> level(const SparseTensor<D, Dev>& x) const { return x.rulebook->back(x.sites, this->window()); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] { return level(x); });
  }

  /// The same weights as those of a FullConvolution: onto every site that a window sees.
  SparseTensor<D, Dev> full_forward(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] { return x.rulebook->full(x.sites, this->window()); });
  }

  /// The same relation onto given fine sites; no strided layer has to lead here.
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, const std::shared_ptr<const Sites<D, Dev>>& outputs,
                                  Tape* tape = nullptr) const {
    return this->on_sites(x, outputs, tape, [&] { return x.rulebook->back_onto(x.sites, outputs, this->window()); });
  }

  /// The extent of inputs that gives `out`; throws if no extent does.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return exact_output_extent(out, this->window()); });
  }
};

}  // namespace scn

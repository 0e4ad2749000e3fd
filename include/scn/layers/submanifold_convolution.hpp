// Submanifold convolution: outputs live exactly where inputs do.
#pragma once

#include <string>

#include "scn/layers/windowed_kernel.hpp"

namespace scn {

/// y(o) = b + sum over taps k with an active site at i = o - floor(size / 2) + k of x(i) w(k). Sites and extent stay;
/// an even size reaches one step further down than up. Taps may be a Cross, a Ball or a list of offsets; a window made
/// by submanifold_window() adds dilation, or a stride, with which outputs are floor(i / stride). Cost: 2 * pairs * in *
/// out / groups operations. Graham and van der Maaten, "Submanifold Sparse Convolutional Networks", 2017, section 3.
template <int D, Device Dev = Cpu>
class SubmanifoldConvolution : public WindowedKernel<D, Dev, SubmanifoldConvolution<D, Dev>> {
 public:
  using WindowedKernel<D, Dev, SubmanifoldConvolution>::WindowedKernel;
  SubmanifoldConvolution(Dev& device, std::int64_t in, std::int64_t out, const Taps<D>& taps,
                         const ConvolutionSettings& settings = {})
      : SubmanifoldConvolution(device, in, out, in_layer(name(), [&] { return submanifold_window(taps); }), settings) {}
  static std::string name() { return message("SubmanifoldConvolution<", D, ">"); }

  /// The sites of the outputs for x, and the map that leads there. Made at the first call, then found.
  Level<D, Dev> level(const SparseTensor<D, Dev>& x) const { return x.rulebook->centred(x.sites, this->window()); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] { return level(x); });
  }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    if (this->window().stride == Point<D>(1)) return out;
    return in_layer(name(), [&] { return input_extent(out, this->window()); });
  }
};

/// The reference's older name.
template <int D, Device Dev = Cpu>
using ValidConvolution = SubmanifoldConvolution<D, Dev>;

}  // namespace scn

// Submanifold convolution: outputs live exactly where inputs do.
#pragma once

#include "scn/layers/kernel.hpp"

namespace scn {

/// y(o) = b + sum over taps k with an active site at i = o - floor(size / 2) + k of x(i) w(k). Sites and extent stay;
/// an even size reaches one step further down than up. Cost: 2 * pairs * in * out / groups operations. Graham and van
/// der Maaten, "Submanifold Sparse Convolutional Networks", 2017, section 3.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SubmanifoldConvolution {
 public:
  using DeviceType = Dev;

  SubmanifoldConvolution(Dev& device, std::int64_t in, std::int64_t out, const Point<D>& size,
                         const ConvolutionSettings& settings = {})
      : window_(in_layer(name(), [&] { return submanifold_window(size); })),
        kernel_(name(), device, window_.volume(), in, out, settings) {}

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require_channels(name(), x.features, kernel_.in_channels());
    const auto map = x.rulebook->submanifold(x.sites, window_);
    return x.with(kernel_(x.features, map, x.rows().bound, tape));
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    kernel_.parameters(prefix, into);
  }

 private:
  static std::string name() { return message("SubmanifoldConvolution<", D, ">"); }

  Window<D> window_;
  Kernel<Dev> kernel_;
};

/// The reference's older name.
template <int D, Device Dev = Cpu>
using ValidConvolution = SubmanifoldConvolution<D, Dev>;

}  // namespace scn

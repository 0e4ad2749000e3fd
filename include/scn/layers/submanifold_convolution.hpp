// Submanifold convolution: outputs live exactly where inputs do.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "scn/layers/kernel.hpp"

namespace scn {

/// y(o) = b + sum over taps k with an active site at i = o - floor(size / 2) + k of x(i) w(k). Sites and extent stay;
/// an even size reaches one step further down than up. Taps may be a Cross, a Ball or a list of offsets; a window made
/// by submanifold_window() adds dilation, or a stride, with which outputs are floor(i / stride). Cost: 2 * pairs * in *
/// out / groups operations. Graham and van der Maaten, "Submanifold Sparse Convolutional Networks", 2017, section 3.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SubmanifoldConvolution {
 public:
  using DeviceType = Dev;

  SubmanifoldConvolution(Dev& device, std::int64_t in, std::int64_t out, const Taps<D>& taps,
                         const ConvolutionSettings& settings = {})
      : SubmanifoldConvolution(device, in, out, in_layer(name(), [&] { return submanifold_window(taps); }), settings) {}
  template <std::same_as<Window<D>> Relation>
  SubmanifoldConvolution(Dev& device, std::int64_t in, std::int64_t out, const Relation& window,
                         const ConvolutionSettings& settings = {})
      : window_(in_layer(name(), [&] { return checked(window); })),
        kernel_(name(), device, window_.volume(), in, out, settings) {}

  static std::string name() { return message("SubmanifoldConvolution<", D, ">"); }
  const Window<D>& window() const { return window_; }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require_channels(name(), x.features, kernel_.in_channels());
    if (window_.stride == Point<D>(1)) {
      const auto map = x.rulebook->submanifold(x.sites, window_);
      return x.with(kernel_(x.features, map, x.rows().bound, tape));
    }
    const auto level = in_layer(name(), [&] { return x.rulebook->strided(x.sites, window_); });
    return {kernel_(x.features, level.map, level.sites->rows().bound, tape), level.sites, x.rulebook};
  }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    return window_.stride == Point<D>(1) ? out : in_layer(name(), [&] { return input_extent(out, window_); });
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    kernel_.parameters(prefix, into);
  }

 private:
  Window<D> window_;
  Kernel<Dev> kernel_;
};

/// The reference's older name.
template <int D, Device Dev = Cpu>
using ValidConvolution = SubmanifoldConvolution<D, Dev>;

}  // namespace scn

// Strided convolution: outputs are all sites that at least one tap reaches.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "scn/layers/kernel.hpp"

namespace scn {

/// y(o) = b + sum over taps k with an active site at i = stride * o + dilation * k - pad of x(i) w(k). With an extent,
/// outputs lie in floor((in + 2 pad - dilation (size - 1) - 1) / stride) + 1. Size and stride make a window without
/// dilation and padding, which divides extents as SparseConvNet's does; a Window says everything. Size 1 and stride 1
/// keep the sites. Waits for the device once for each new level.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class Convolution {
 public:
  using DeviceType = Dev;

  Convolution(Dev& device, std::int64_t in, std::int64_t out, const Taps<D>& taps, const Point<D>& stride,
              const ConvolutionSettings& settings = {})
      : Convolution(device, in, out, in_layer(name(), [&] { return strided_window(taps, stride); }), settings) {}
  template <std::same_as<Window<D>> Relation>
  Convolution(Dev& device, std::int64_t in, std::int64_t out, const Relation& window,
              const ConvolutionSettings& settings = {})
      : window_(in_layer(name(), [&] { return checked(window); })),
        kernel_(name(), device, window_.volume(), in, out, settings) {}

  static std::string name() { return message("Convolution<", D, ">"); }
  const Window<D>& window() const { return window_; }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require_channels(name(), x.features, kernel_.in_channels());
    const auto level = in_layer(name(), [&] { return x.rulebook->strided(x.sites, window_); });
    return {kernel_(x.features, level.map, level.sites->rows().bound, tape), level.sites, x.rulebook};
  }

  /// The same relation with given outputs, which need not be reached: those get the bias alone.
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, const std::shared_ptr<const Sites<D, Dev>>& outputs,
                                  Tape* tape = nullptr) const {
    require_channels(name(), x.features, kernel_.in_channels());
    require(outputs != nullptr, name(), ": there are no sites to give outputs on");
    const auto map = x.rulebook->onto(x.sites, outputs, window_);
    return {kernel_(x.features, map, outputs->rows().bound, tape), outputs, x.rulebook};
  }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return input_extent(out, window_); });
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    kernel_.parameters(prefix, into);
  }

 private:
  Window<D> window_;
  Kernel<Dev> kernel_;
};

}  // namespace scn

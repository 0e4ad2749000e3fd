// Strided convolution: outputs are all sites that at least one tap reaches.
#pragma once

#include "scn/layers/kernel.hpp"

namespace scn {

/// y(o) = b + sum over taps k with an active site at i = stride * o + k of x(i) w(k). With an extent, outputs lie in
/// floor((in - size) / stride) + 1. Waits for the device once for each new level.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class Convolution {
 public:
  using DeviceType = Dev;

  Convolution(Dev& device, std::int64_t in, std::int64_t out, const Point<D>& size, const Point<D>& stride,
              const ConvolutionSettings& settings = {})
      : window_(in_layer(name(), [&] { return strided_window(size, stride); })),
        kernel_(name(), device, window_.volume(), in, out, settings) {}

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require_channels(name(), x.features, kernel_.in_channels());
    const auto level = in_layer(name(), [&] { return x.rulebook->strided(x.sites, window_); });
    return {kernel_(x.features, level.map, level.sites->rows().bound, tape), level.sites, x.rulebook};
  }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return input_extent(out, window_); });
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    kernel_.parameters(prefix, into);
  }

 private:
  static std::string name() { return message("Convolution<", D, ">"); }

  Window<D> window_;
  Kernel<Dev> kernel_;
};

}  // namespace scn

// What the convolutions share: a window, which says which sites meet, and a kernel, which says what they do then.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scn/layers/kernel.hpp"

namespace scn {

/// Base of the convolutions. Layer has `static std::string name()`.
template <int D, Device Dev, class Layer>
requires Dimension<D>
class WindowedKernel {
 public:
  using DeviceType = Dev;

  /// One weight a tap of the window. Throws InvalidArgument for a window that checked() refuses, and for groups that do
  /// not divide both channel counts.
  template <std::same_as<Window<D>> Relation>
  WindowedKernel(Dev& device, std::int64_t in, std::int64_t out, const Relation& window,
                 const ConvolutionSettings& settings = {})
      : window_(in_layer(Layer::name, [&] { return checked(window); })),
        kernel_(Layer::name(), device, window_.volume(), in, out, settings) {}

  const Window<D>& window() const { return window_; }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    kernel_.parameters(prefix, into);
  }

 protected:
  /// The features of x through the map of the level that find() gives, on its sites.
  template <class Find>
  SparseTensor<D, Dev> on_level(const SparseTensor<D, Dev>& x, Tape* tape, const Find& find) const {
    require_channels(Layer::name, x.features, kernel_.in_channels());
    const Level<D, Dev> level = in_layer(Layer::name, find);
    return {kernel_(x.features, level.map, level.sites->rows().bound, tape), level.sites, x.rulebook};
  }
  /// The same through the map that find() gives, on sites that the caller has made.
  template <class Find>
  SparseTensor<D, Dev> on_sites(const SparseTensor<D, Dev>& x, const std::shared_ptr<const Sites<D, Dev>>& outputs,
                                Tape* tape, const Find& find) const {
    require(outputs != nullptr, Layer::name(), ": there are no sites to give outputs on");
    return on_level(x, tape, [&] { return Level<D, Dev>{outputs, find()}; });
  }

 private:
  Window<D> window_;
  Kernel<Dev> kernel_;
};

/// Base of those with a stride.
template <int D, Device Dev, class Layer>
class StridedKernel : public WindowedKernel<D, Dev, Layer> {
 public:
  using WindowedKernel<D, Dev, Layer>::WindowedKernel;
  /// A window without dilation and padding, SparseConvNet's. Where it does not divide the extent, inputs beyond the
  /// last window take no part; input_size() gives extents that it divides.
  StridedKernel(Dev& device, std::int64_t in, std::int64_t out, const Taps<D>& taps, const Point<D>& stride,
                const ConvolutionSettings& settings = {})
      : StridedKernel(device, in, out, in_layer(Layer::name, [&] { return strided_window(taps, stride); }), settings) {}
};

}  // namespace scn

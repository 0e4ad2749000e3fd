// Deconvolution: the way back of an earlier strided layer, onto the very sites that layer started from.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "scn/layers/kernel.hpp"

namespace scn {

/// y(i) = b + sum over (tap k, coarse site o) with i = stride * o + k of x(o) w(k). Sites that no window covers get the
/// bias alone. Size and stride are those of the strided layer that made the sites of x; without one it throws.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class Deconvolution {
 public:
  using DeviceType = Dev;

  Deconvolution(Dev& device, std::int64_t in, std::int64_t out, const Taps<D>& taps, const Point<D>& stride,
                const ConvolutionSettings& settings = {})
      : Deconvolution(device, in, out, in_layer(name(), [&] { return strided_window(taps, stride); }), settings) {}
  template <std::same_as<Window<D>> Relation>
  Deconvolution(Dev& device, std::int64_t in, std::int64_t out, const Relation& window,
                const ConvolutionSettings& settings = {})
      : window_(in_layer(name(), [&] { return checked(window); })),
        kernel_(name(), device, window_.volume(), in, out, settings) {}

  static std::string name() { return message("Deconvolution<", D, ">"); }
  const Window<D>& window() const { return window_; }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require_channels(name(), x.features, kernel_.in_channels());
    const auto level = in_layer(name(), [&] { return x.rulebook->back(x.sites, window_); });
    return {kernel_(x.features, level.map, level.sites->rows().bound, tape), level.sites, x.rulebook};
  }

  /// The same relation onto given fine sites; no strided layer has to lead here.
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, const std::shared_ptr<const Sites<D, Dev>>& outputs,
                                  Tape* tape = nullptr) const {
    require_channels(name(), x.features, kernel_.in_channels());
    require(outputs != nullptr, name(), ": there are no sites to give outputs on");
    const auto map = x.rulebook->back_onto(x.sites, outputs, window_);
    return {kernel_(x.features, map, outputs->rows().bound, tape), outputs, x.rulebook};
  }

  /// The extent of inputs that gives `out`; throws if no extent does.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return exact_output_extent(out, window_); });
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    kernel_.parameters(prefix, into);
  }

 private:
  Window<D> window_;
  Kernel<Dev> kernel_;
};

}  // namespace scn

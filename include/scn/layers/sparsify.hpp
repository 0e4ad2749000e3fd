// Layers that drop sites by what their features say: Sparsify and SparsifyFCS.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/fake_grad_hard_sigmoid.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/prune.hpp"
#include "scn/layers/sigmoid.hpp"

namespace scn {

/// What Sparsify does to its score before it asks for more than the threshold: 0 for none, 1/2 for the others.
enum class SparsifyActivation { none, sigmoid, fakeGradHardSigmoid };

/// The tensor on the sites that were kept, and the scores of all sites, rows of the input x 1, for an auxiliary loss.
template <int D, Device Dev>
struct Sparsified : SparseTensor<D, Dev> {
  Variable<Dev> mask;
};

namespace detail {

/// keep[row] = 1 where the first channel is above the threshold; NaN is not.
template <class S>
struct MarkAbove {
  MatrixView<const S> x;
  S threshold;
  std::uint8_t* keep;
  constexpr void operator()(std::int64_t row) const { keep[row] = x(row, 0) > threshold ? 1 : 0; }
};

template <int D, Device Dev>
SparseTensor<D, Dev> prune_above(const SparseTensor<D, Dev>& x, const Variable<Dev>& scores, double threshold,
                                 Tape* tape) {
  using S = typename Dev::Scalar;
  Buffer<std::uint8_t, Dev> keep(x.device(), x.rows().bound);
  parallel_for(x.device(), x.rows(),
               MarkAbove<S>{std::as_const(scores.value()).view(), static_cast<S>(threshold), keep.data()});
  return prune(x, keep, tape);
}

}  // namespace detail

/// mask = activation(x w + b), one number a site; keeps the sites whose mask is above the threshold, with their
/// features unchanged. The features get the gradient of the kept rows; mask, w and b only that of a loss on the mask,
/// which reaches the features through w. The samples stay, and so does the way back through OutputLayer. Parameters
/// are those of a NetworkInNetwork, "net.weight" and "net.bias", or "net.0." with an activation, as in SparseConvNet.
/// Waits for the device.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class Sparsify {
 public:
  using DeviceType = Dev;

  Sparsify(Dev& device, std::int64_t in, SparsifyActivation activation = SparsifyActivation::none)
      : in_(in),
        activation_(activation),
        net_(in_layer(name(), [&] { return NetworkInNetwork<Dev>(device, in, 1); })) {}

  static std::string name() { return message("Sparsify<", D, ">"); }

  Sparsified<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require_channels(name(), x.features, in_);
    detail::require_distinct(name(), x);
    Variable<Dev> mask = net_(x.features, tape);
    if (activation_ == SparsifyActivation::sigmoid) mask = Sigmoid{}(mask, tape);
    if (activation_ == SparsifyActivation::fakeGradHardSigmoid) mask = FakeGradHardSigmoid{}(mask, tape);
    const double threshold = activation_ == SparsifyActivation::none ? 0.0 : 0.5;
    return {detail::prune_above(x, mask, threshold, tape), mask};
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    net_.parameters(prefix + (activation_ == SparsifyActivation::none ? "net." : "net.0."), into);
  }

 private:
  std::int64_t in_;
  SparsifyActivation activation_;
  NetworkInNetwork<Dev> net_;
};

/// Keeps the sites whose first channel is above 0, all channels unchanged. The samples stay, and so does the way back
/// through OutputLayer. Waits for the device.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SparsifyFCS {
 public:
  explicit SparsifyFCS(Dev&) {}

  static std::string name() { return message("SparsifyFCS<", D, ">"); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require(x.channels() >= 1 || x.rows().bound == 0, name(), ": input has no channels, expected at least 1");
    detail::require_distinct(name(), x);
    return detail::prune_above(x, x.features, 0.0, tape);
  }
};

}  // namespace scn

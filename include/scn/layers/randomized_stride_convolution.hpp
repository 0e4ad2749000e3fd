// Convolution whose windows lie at random steps in training.
#pragma once

#include <string>

#include "scn/layers/windowed_kernel.hpp"

namespace scn {

/// Convolution, in training with the starts of Rulebook::randomized(), for which the sites need an extent: of the n - 1
/// steps between the n outputs of an axis floor(n / 3) are stride - 1, as many are stride + 1, and the others stride,
/// in an order of its own on each axis. Sites in the gap that a step of stride + 1 leaves where the size is below it
/// take no part, as in the reference; with stride 1 two outputs may start at one place. Every training pass takes one
/// draw, but layers with this window on the same sites share the windows of the first, so that their outputs are on the
/// same sites. Deconvolution and UnPooling of this window lead back. Waits for the device once for each new level.
/// Graham, "Fractional max-pooling", 2014.
template <int D, Device Dev = Cpu>
class RandomizedStrideConvolution : public StridedKernel<D, Dev, RandomizedStrideConvolution<D, Dev>> {
 public:
  using StridedKernel<D, Dev, RandomizedStrideConvolution>::StridedKernel;
  static std::string name() { return message("RandomizedStrideConvolution<", D, ">"); }

  /// The sites of the outputs for x outside training, and the map that leads there. Made at the first call, then found.
  Level<D, Dev> level(const SparseTensor<D, Dev>& x) const { return x.rulebook->strided(x.sites, this->window()); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->on_level(x, tape, [&] {
      if (!is_training(tape)) return level(x);
      return x.rulebook->randomized(x.sites, this->window(), x.device().seed, tape->draw(x.device()));
    });
  }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return input_extent(out, this->window()); });
  }
};

}  // namespace scn

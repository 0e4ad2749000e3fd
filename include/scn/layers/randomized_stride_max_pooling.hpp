// Max pooling whose windows lie at random steps in training: fractional max pooling.
#pragma once

#include <string>

#include "scn/layers/max_pooling.hpp"

namespace scn {

/// MaxPooling, in training with the starts of Rulebook::randomized(), for which the sites need an extent; sites in the
/// gap that a step of stride + 1 leaves where the size is below it take no part. Every training pass takes one draw,
/// but layers with this window on the same sites share the windows of the first, so that their outputs are on the same
/// sites. UnPooling and Deconvolution of this window lead back. Waits for the device once for each new level. Graham,
/// "Fractional max-pooling", 2014.
template <int D, Device Dev = Cpu>
class RandomizedStrideMaxPooling : public Pooling<D, Dev, RandomizedStrideMaxPooling<D, Dev>> {
 public:
  using Pooling<D, Dev, RandomizedStrideMaxPooling>::Pooling;
  static std::string name() { return message("RandomizedStrideMaxPooling<", D, ">"); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    this->require_channels(x.features);
    const auto level = in_layer(name(), [&] {
      if (!is_training(tape)) return x.rulebook->strided(x.sites, this->window());
      return x.rulebook->randomized(x.sites, this->window(), x.device().seed, tape->draw(x.device()));
    });
    return {pool_maximum(x.features, level.map, level.sites->rows().bound, tape, this->settings()), level.sites,
            x.rulebook};
  }
};

}  // namespace scn

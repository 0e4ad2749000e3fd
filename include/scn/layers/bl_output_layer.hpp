// From sites back to a batch of equally long lists of points.
#pragma once

#include <string>

#include "scn/layers/output_layer.hpp"

namespace scn {

/// The way back of BLInputLayer, as OutputLayer is that of InputLayer: (samples length) x channels, where row s length
/// + i belongs to point i of sample s. Padding gets zeros, and so do points that Duplicates::first or last discarded.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class BLOutputLayer {
 public:
  explicit BLOutputLayer(Dev&) {}

  static std::string name() { return message("BLOutputLayer<", D, ">"); }

  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return detail::output_points(name(), x, tape);
  }
};

}  // namespace scn

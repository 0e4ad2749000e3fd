// A dense grid of features, zero where no site was active.
#pragma once

#include <cstdint>

#include "scn/autograd/variable.hpp"
#include "scn/geometry/point.hpp"

namespace scn {

/// Shape (batch_size, channels, spatial_size...), row-major, the last axis fastest. `values` has batch_size * channels
/// rows, one for each plane, and the volume of spatial_size as channels.
template <int D, Device Dev>
struct DenseTensor {
  std::int64_t batch_size = 0;
  std::int64_t channels = 0;
  Point<D> spatial_size;
  Variable<Dev> values;
};

}  // namespace scn

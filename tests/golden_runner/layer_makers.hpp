// All layers that cases name.
#pragma once

#include "golden_runner/containers.hpp"
#include "golden_runner/convolutions.hpp"
#include "golden_runner/networks.hpp"
#include "golden_runner/pooling.hpp"
#include "golden_runner/row_layers.hpp"
#include "golden_runner/site_layers.hpp"

namespace golden {

template <int D, class Dev>
Makers<D, Dev> layer_makers() {
  Makers<D, Dev> all;
  add_convolutions(all);
  add_pooling(all);
  add_row_layers(all);
  add_site_layers(all);
  add_containers(all);
  add_networks(all);
  return all;
}

}  // namespace golden

// The blocks that U-Nets and fully convolutional networks repeat.
#pragma once

#include <utility>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

/// A plain block in -> out: norm, then a submanifold convolution of size 3 without bias.
template <int D, Device Dev>
AnySequential<D, Dev> plain_block(Dev& device, int in, int out, double leakiness) {
  AnySequential<D, Dev> block;
  return block.add(BatchNormLeakyReLU<Dev>(device, in, 1e-4, 0.99, leakiness))
      .add(SubmanifoldConvolution<D, Dev>(device, in, out, 3, {.bias = false}));
}

/// A residual block in -> out: two plain blocks beside a shortcut from their raw input. He et al., ECCV 2016.
template <int D, Device Dev>
AnySequential<D, Dev> residual_block(Dev& device, int in, int out, double leakiness) {
  auto branch = plain_block<D>(device, in, out, leakiness) + plain_block<D>(device, out, out, leakiness);
  ConcatTable<D, Dev> table;
  if (in == out)
    table.add(Identity{});
  else
    table.add(NetworkInNetwork<Dev>(device, in, out, false));
  table.add(std::move(branch));
  AnySequential<D, Dev> block;
  return block.add(std::move(table)).add(AddTable<D, Dev>{});
}

/// Appends a block to `net`: a plain one as one layer, a residual one as two, which are the reference's names.
template <int D, Device Dev>
void add_block(Dev& device, AnySequential<D, Dev>& net, int in, int out, bool residual, double leakiness) {
  if (residual)
    net = std::move(net) + residual_block<D>(device, in, out, leakiness);
  else
    net.add(plain_block<D>(device, in, out, leakiness));
}

}  // namespace scn

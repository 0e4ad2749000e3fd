// The block that U-Nets and fully convolutional networks repeat.
#pragma once

#include <utility>
#include <vector>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"

namespace scn {

/// Appends a pre-activation block in -> out to `net`: norm, convolution; or, residual, twice that beside a shortcut.
template <int D, Device Dev>
void add_block(Dev& device, AnySequential<D, Dev>& net, int in, int out, bool residual, double leakiness) {
  const auto normalization = [&](int channels) {
    return BatchNormLeakyReLU<Dev>(device, channels, 1e-4, 0.99, leakiness);
  };
  const auto convolution = [&](int from) {
    return SubmanifoldConvolution<D, Dev>(device, from, out, 3, {.bias = false});
  };
  AnySequential<D, Dev> branch;
  branch.add(normalization(in)).add(convolution(in));
  if (!residual) {
    net.add(std::move(branch));
    return;
  }
  branch.add(normalization(out)).add(convolution(out));
  ConcatTable<D, Dev> table;
  if (in == out)
    table.add(Identity{});
  else
    table.add(NetworkInNetwork<Dev>(device, in, out, false));
  table.add(std::move(branch));
  net.add(std::move(table)).add(AddTable<D, Dev>{});
}

}  // namespace scn

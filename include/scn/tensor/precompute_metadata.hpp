// The maps of a common pyramid, built before a network asks for them.
#pragma once

#include "scn/geometry/window.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// Builds the submanifold maps of size 3 at every level, and the strided maps between levels: of size 2 and stride 2 as
/// long as every axis is even (24 to 12, 6, 3), or of size 3 and stride 2 as long as every axis is odd and at least 3
/// (47 to 23, 11, 5, 2). Networks that are called with `x` then find them; so a loader thread can do this
/// work, with a device of its own. Throws
/// InvalidArgument for another size, and for sites without an extent.
template <int D, Device Dev>
void precompute_metadata(const SparseTensor<D, Dev>& x, int size) {
  require(size == 2 || size == 3, "precompute_metadata: expected a size of 2 or 3, got ", size);
  require(x.extent().has_value(), "precompute_metadata: the sites have no extent, so the levels have no end");
  const auto goes_on = [size](const Point<D>& extent) {
    bool fits = true;
    for (int axis = 0; axis < D; ++axis) fits = fits && extent[axis] >= size && extent[axis] % 2 == size % 2;
    return fits;
  };
  for (auto sites = x.sites;; sites = x.rulebook->strided(sites, strided_window(Point<D>(size), Point<D>(2))).sites) {
    x.rulebook->submanifold(sites, submanifold_window(Point<D>(3)));
    if (!goes_on(*sites->extent())) return;
  }
}

}  // namespace scn

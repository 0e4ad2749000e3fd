// A tensor on its sites within a box.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "scn/layers/prune.hpp"

namespace scn {

namespace detail {

/// keep[row] = 1 for the sites in [low, high).
template <int D>
struct MarkInside {
  const Site<D>* sites;
  Point<D> low, high;
  std::uint8_t* keep;
  constexpr void operator()(std::int64_t row) const {
    bool inside = true;
    for (int axis = 0; axis < D; ++axis)
      inside = inside && sites[row].at[axis] >= low[axis] && sites[row].at[axis] < high[axis];
    keep[row] = inside ? 1 : 0;
  }
};

}  // namespace detail

/// The sites with low <= coordinate < high on every axis, of every sample. They keep their coordinates, and the tensor
/// its extent; OutputLayer takes them. Throws InvalidArgument for a box without room, and for one that does not lie
/// within the extent where there is one. Waits for the device.
template <int D, Device Dev>
SparseTensor<D, Dev> crop(const SparseTensor<D, Dev>& x, const std::type_identity_t<Point<D>>& low,
                          const std::type_identity_t<Point<D>>& high, Tape* tape = nullptr) {
  const std::string box = message("crop<", D, ">: the box from ", to_string(low), " to ", to_string(high));
  for (int axis = 0; axis < D; ++axis) {
    require(low[axis] < high[axis], box, " is empty");
    require(!x.extent() || (low[axis] >= 0 && high[axis] <= (*x.extent())[axis]), box,
            " does not lie within the extent ", x.extent() ? to_string(*x.extent()) : "");
  }
  Buffer<std::uint8_t, Dev> keep(x.device(), x.rows().bound);
  parallel_for(x.device(), x.rows(), detail::MarkInside<D>{x.sites->data(), low, high, keep.data()});
  return in_layer(message("crop<", D, ">"), [&] { return prune(x, keep, tape); });
}

}  // namespace scn

// What networks share that go down level by level and come back: the step between levels, and the extents that pass it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "scn/geometry/window.hpp"
#include "scn/layers/any_layer.hpp"

namespace scn {

/// Base of those networks. Network has `static std::string name()`.
template <int D, Device Dev, class Network>
class Pyramid : public AnySequential<D, Dev> {
 public:
  /// `out`, as every level comes back to the extent it left. Throws InvalidArgument, and says which larger extent fits,
  /// where the steps do not divide `out` without a remainder.
  Point<D> input_size(const Point<D>& out) const {
    const Point<D> fitting = fitting_size(out);
    require(fitting == out, Network::name(), ": ", levels_, " levels with steps of size ", step_.size[0],
            " and stride ", step_.stride[0], " do not divide the extent ", to_string(out),
            " without a remainder, the next larger one that fits is ", to_string(fitting));
    return out;
  }

  /// The smallest extent, on every axis at least `least`, that all levels divide without a remainder: for L levels and
  /// steps of size 2 and stride 2 a multiple of 2^(L-1), for size 3 and stride 2 one less than that.
  Point<D> fitting_size(const Point<D>& least) const {
    Point<D> extent = least;
    for (std::int64_t step = 1; step < levels_; ++step)
      for (int axis = 0; axis < D; ++axis) {
        const std::int64_t rest = std::int64_t{extent[axis]} - step_.size[axis];
        extent[axis] =
            static_cast<std::int32_t>(std::max(std::int64_t{1}, floor_divide(rest - 1, step_.stride[axis]) + 2));
      }
    return in_layer(Network::name(), [&] {
      for (std::int64_t step = 1; step < levels_; ++step) extent = input_extent(extent, step_);
      return extent;
    });
  }

 protected:
  /// `channels` has one number for each level.
  Pyramid(const std::vector<int>& channels, int repetitions, int downsample_size, int downsample_stride)
      : levels_(static_cast<std::int64_t>(channels.size())), step_(in_layer(Network::name(), [&] {
          return strided_window(Point<D>(downsample_size), Point<D>(downsample_stride));
        })) {
    require(levels_ >= 1, Network::name(), ": there has to be at least one level");
    require(repetitions >= 1, Network::name(), ": there has to be at least one block a level, got ", repetitions);
  }

  const Window<D>& step() const { return step_; }

 private:
  std::int64_t levels_;
  Window<D> step_;
};

}  // namespace scn

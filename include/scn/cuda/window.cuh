// The relation of a window, as kernels see it: lists of taps and tables of starts in device memory.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "scn/core/buffer.hpp"
#include "scn/cuda/device.cuh"
#include "scn/geometry/window.hpp"

namespace scn::gpu {

/// What kernels see of a Window<D>.
template <int D>
struct WindowView {
  Point<D> size, stride, dilation, pad;
  std::int64_t taps = 0;
  const std::int32_t* positions = nullptr;  ///< D numbers a tap, in device memory; null: the whole box
  const std::int32_t* starts[D] = {};       ///< of each axis, in device memory; null: stride * out
  std::int64_t start_counts[D] = {};

  __device__ Point<D> position(std::int64_t tap) const {
    Point<D> at;
    if (positions != nullptr) {
      for (int axis = 0; axis < D; ++axis) at[axis] = positions[tap * D + axis];
      return at;
    }
    for (int axis = D - 1; axis >= 0; --axis) {
      at[axis] = static_cast<std::int32_t>(tap % size[axis]);
      tap /= size[axis];
    }
    return at;
  }

  /// The coordinate that position 0 of output `out` sees, on one axis, not yet cut to int32.
  __device__ std::int64_t lowest_input(int axis, std::int64_t out) const {
    return (starts[axis] == nullptr ? std::int64_t{stride[axis]} * out : starts[axis][out]) - pad[axis];
  }
};

/// A window and its lists in device memory.
template <int D, class T>
class DeviceWindow {
 public:
  DeviceWindow(CudaDevice<T>& device, const Window<D>& window)
      : view_{window.size, window.stride, window.dilation, window.pad, window.volume()} {
    std::vector<std::int32_t> lists;
    for (const Point<D>& position : window.positions)
      for (int axis = 0; axis < D; ++axis) lists.push_back(position[axis]);
    for (const auto& starts : window.starts) lists.insert(lists.end(), starts.begin(), starts.end());
    if (lists.empty()) return;
    lists_ = Buffer<std::int32_t, CudaDevice<T>>(device, std::span<const std::int32_t>(lists));
    const std::int32_t* next = lists_.data();
    if (!window.positions.empty()) view_.positions = std::exchange(next, next + view_.taps * D);
    for (int axis = 0; window.randomised() && axis < D; ++axis) {
      view_.start_counts[axis] = std::ssize(window.starts[static_cast<std::size_t>(axis)]);
      view_.starts[axis] = std::exchange(next, next + view_.start_counts[axis]);
    }
  }

  const WindowView<D>& view() const { return view_; }

 private:
  WindowView<D> view_;
  Buffer<std::int32_t, CudaDevice<T>> lists_;
};

}  // namespace scn::gpu

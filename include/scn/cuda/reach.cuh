// Sites at the other end of a window, on the GPU: outputs reached from inputs, inputs seen by outputs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "scn/cuda/reached_blocks.cuh"
#include "scn/cuda/sites.cuh"
#include "scn/cuda/window.cuh"
#include "scn/geometry/window.hpp"

namespace scn {

namespace gpu {

/// Quotient and remainder of numbers that are not negative, in 32 bits where they fit.
struct Division {
  std::int64_t quotient, remainder;
  __device__ Division(std::int64_t dividend, std::int64_t divisor) {
    if (((dividend | divisor) >> 32) == 0) {
      const auto small = static_cast<std::uint32_t>(dividend), by = static_cast<std::uint32_t>(divisor);
      quotient = small / by;
      remainder = small % by;
    } else {
      quotient = dividend / divisor;
      remainder = dividend % divisor;
    }
  }
};

/// floor(dividend / divisor), in 32 bits where they fit.
__device__ inline std::int64_t quick_floor_divide(std::int64_t dividend, std::int32_t divisor) {
  if (!fits_int32(dividend)) return floor_divide(dividend, divisor);
  const auto small = static_cast<std::int32_t>(dividend);
  return small / divisor - (small % divisor < 0 ? 1 : 0);
}

/// floor(in / stride) of every input.
template <int D>
struct FloorOutputs {
  const Site<D>* sites;
  Point<D> stride;
  Region<D> region;
  __device__ bool operator()(std::int64_t i, Site<D>& out) const {
    out = load_site(sites, i);
#pragma unroll
    for (int axis = 0; axis < D; ++axis)
      out.at[axis] = static_cast<std::int32_t>(quick_floor_divide(out.at[axis], stride[axis]));
    return region.holds(out.at);
  }
};

/// Every output that sees an input. Candidates of an input are numbered by listed tap, if there is a list, and on each
/// axis by one of a few choices: steps through the outputs whose window may hold the input, or taps where these are
/// fewer.
template <int D>
class ReachedOutputs {
 public:
  ReachedOutputs(const Site<D>* inputs, const Window<D>& window, const WindowView<D>& view, const Region<D>& region)
      : sites_(inputs), window_(view), region_(region) {
    if (view.positions != nullptr) of_input_ = view.taps;
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t span =
          view.positions != nullptr ? 0 : std::int64_t{window.dilation[axis]} * (window.size[axis] - 1);
      choices_[axis] = window.randomised() ? most_starts_within(window.starts[static_cast<std::size_t>(axis)], span)
                                           : span / window.stride[axis] + 1;
      by_tap_[axis] = !window.randomised() && choices_[axis] > window.size[axis];
      if (by_tap_[axis]) choices_[axis] = window.size[axis];
      of_input_ *= choices_[axis];
    }
  }

  /// Candidates of one input.
  std::int64_t of_input() const { return of_input_; }

  __device__ bool operator()(std::int64_t i, Site<D>& out) const {
    const Division input(i, of_input_);
    const Site<D> in = load_site(sites_, input.quotient);
    std::int64_t choice = input.remainder;
    const std::int32_t* tap = nullptr;
    if (window_.positions != nullptr) {
      const Division listed(choice, window_.taps);
      tap = window_.positions + listed.remainder * D;
      choice = listed.quotient;
    }
    out.sample = in.sample;
    bool exists = true;
#pragma unroll
    for (int axis = D - 1; axis >= 0; --axis) {
      const Division step(choice, choices_[axis]);
      const std::int64_t digit = step.remainder;
      choice = step.quotient;
      const std::int64_t fixed = tap != nullptr ? tap[axis] : by_tap_[axis] ? digit : -1;
      std::int64_t coordinate = 0;
      exists = exists && output(axis, in.at[axis], fixed, by_tap_[axis] ? 0 : digit, coordinate) &&
               fits_int32(coordinate) && region_.holds(axis, coordinate);
      out.at[axis] = static_cast<std::int32_t>(coordinate);
    }
    return exists;
  }

 private:
  /// The most starts that lie within a span, both its ends included.
  static std::int64_t most_starts_within(const std::vector<std::int32_t>& starts, std::int64_t span) {
    std::ptrdiff_t most = 1;
    for (auto low = starts.begin(), high = low; high != starts.end(); ++high) {
      while (std::int64_t{*high} - *low > span) ++low;
      most = std::max(most, high - low + 1);
    }
    return most;
  }

  /// The output number `step` of those on one axis that see `in` through a tap, or through the whole box if that is
  /// negative.
  __device__ bool output(int axis, std::int64_t in, std::int64_t tap, std::int64_t step, std::int64_t& out) const {
    const std::int64_t stride = window_.stride[axis], dilation = window_.dilation[axis];
    const std::int64_t shifted = in + window_.pad[axis];
    const std::int64_t highest = tap < 0 ? shifted : shifted - dilation * tap;
    const std::int64_t lowest = tap < 0 ? shifted - dilation * (window_.size[axis] - 1) : highest;
    const std::int32_t* const starts = window_.starts[axis];
    if (starts == nullptr) {
      out = step - quick_floor_divide(-lowest, window_.stride[axis]);
      return out * stride <= highest && (dilation == 1 || (highest - out * stride) % dilation == 0);
    }
    std::int64_t low = 0, high = window_.start_counts[axis];
    while (low < high) {
      const std::int64_t middle = (low + high) / 2;
      if (starts[middle] < lowest)
        low = middle + 1;
      else
        high = middle;
    }
    out = low + step;
    return out < window_.start_counts[axis] && starts[out] <= highest && (highest - starts[out]) % dilation == 0;
  }

  const Site<D>* sites_;
  WindowView<D> window_;
  Region<D> region_;
  std::int64_t choices_[D] = {};
  bool by_tap_[D] = {};
  std::int64_t of_input_ = 1;
};

/// The input that every output sees through every tap.
template <int D>
struct SeenInputs {
  const Site<D>* sites;
  WindowView<D> window;
  Region<D> region;
  __device__ bool operator()(std::int64_t i, Site<D>& in) const {
    const Division output(i, window.taps);
    const Site<D> out = load_site(sites, output.quotient);
    const Point<D> position = window.position(output.remainder);
    in.sample = out.sample;
    bool exists = true;
#pragma unroll
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t coordinate =
          window.lowest_input(axis, out.at[axis]) + std::int64_t{window.dilation[axis]} * position[axis];
      exists = exists && fits_int32(coordinate) && region.holds(axis, coordinate);
      in.at[axis] = static_cast<std::int32_t>(coordinate);
    }
    return exists;
  }
};

}  // namespace gpu

/// The output sites that at least one tap reaches, or floor(in / stride), clipped to `extent` and to int32. O(inputs
/// times the outputs that may see one); waits once, oftener where there are more than 2^26 candidates, never where the
/// device has Limits.
template <int D, class T>
Sites<D, CudaDevice<T>> reach(CudaDevice<T>& device, const Sites<D, CudaDevice<T>>& in, const Window<D>& window,
                              std::optional<Point<D>> extent) {
  const gpu::Region<D> region(extent);
  const gpu::LevelProperties<D> properties{extent, in.samples(), in.level() + 1};
  if (window.outputs == Outputs::floor || window.keeps_order()) {
    const gpu::Candidates<gpu::FloorOutputs<D>> source{{in.data(), window.stride, region}, in.rows()};
    return gpu::collect_sites<D>(device, source, window.keeps_order(), properties);
  }
  if constexpr (gpu::BlockReach<D>::possible)
    if (gpu::BlockReach<D>::suits(window, in.rows().bound, in.index().blocks()))
      return gpu::reach_by_blocks(device, in, window, properties);
  const gpu::DeviceWindow<D, T> relation(device, window);
  const gpu::ReachedOutputs<D> source(in.data(), window, relation.view(), region);
  return gpu::collect_sites<D>(device, gpu::Candidates<gpu::ReachedOutputs<D>>{source, in.rows(), source.of_input()},
                               false, properties);
}

/// The input sites that at least one tap of at least one output sees, clipped to `extent` and to int32: the sites of a
/// full convolution, whose inputs are these outputs. O(outputs * taps); waits once, oftener where that passes 2^26,
/// never where the device has Limits.
template <int D, class T>
Sites<D, CudaDevice<T>> expand(CudaDevice<T>& device, const Sites<D, CudaDevice<T>>& out, const Window<D>& window,
                               std::optional<Point<D>> extent) {
  const gpu::DeviceWindow<D, T> relation(device, window);
  const gpu::SeenInputs<D> source{out.data(), relation.view(), gpu::Region<D>(extent)};
  return gpu::collect_sites<D>(device, gpu::Candidates<gpu::SeenInputs<D>>{source, out.rows(), window.volume()}, false,
                               {extent, out.samples(), out.level() - 1});
}

}  // namespace scn

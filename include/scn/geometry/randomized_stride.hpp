// Windows whose steps vary at random about their stride: fractional pooling.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "scn/core/random.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

/// Starts of n outputs on one axis: 0, then n - 1 steps, of which floor(n / 3) are stride - 1, floor(n / 3) are stride
/// + 1 and the others stride, in random order. Their sum is (n - 1) stride, so the last output starts where it always
/// does. The order is a Fisher-Yates shuffle by Philox(seed, draw, axis 2^32 + step), on the host. Graham, "Fractional
/// max-pooling", 2014.
inline std::vector<std::int32_t> randomized_starts(std::int32_t outputs, std::int32_t stride, int axis,
                                                   std::uint64_t seed, std::uint64_t draw) {
  std::vector<std::int32_t> steps(static_cast<std::size_t>(outputs - 1), stride);
  const std::size_t third = static_cast<std::size_t>(outputs / 3);
  for (std::size_t i = 0; i < third; ++i) {
    --steps[i];
    ++steps[third + i];
  }
  for (std::size_t i = steps.size(); i > 1; --i) {
    const auto element = static_cast<std::uint64_t>(axis) << 32 | (i - 1);
    std::swap(steps[i - 1], steps[static_cast<std::size_t>(uniform(seed, draw, element) * static_cast<double>(i))]);
  }
  std::vector<std::int32_t> starts(static_cast<std::size_t>(outputs), 0);
  std::partial_sum(steps.begin(), steps.end(), starts.begin() + 1);
  return starts;
}

/// `window` with such starts on every axis, for outputs of this extent. Inputs in a gap, which a step of stride + 1
/// leaves where the size is below it, belong to no output.
template <int D>
Window<D> randomized_window(Window<D> window, const Point<D>& outputs, std::uint64_t seed, std::uint64_t draw) {
  for (int axis = 0; axis < D; ++axis)
    window.starts[static_cast<std::size_t>(axis)] =
        randomized_starts(outputs[axis], window.stride[axis], axis, seed, draw);
  return window;
}

}  // namespace scn

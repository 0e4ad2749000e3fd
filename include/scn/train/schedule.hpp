// Learning-rate schedules: by which factor the rates of an optimizer are multiplied in a step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "scn/core/error.hpp"

namespace scn {

/// exp(-decay step): the reference's, step being the epoch from 0.
struct ExponentialSchedule {
  double decay = 0.04;
  double operator()(std::int64_t step) const { return std::exp(-decay * static_cast<double>(step)); }
};

/// factor^floor(step / every)
struct StepSchedule {
  std::int64_t every = 1;
  double factor = 0.1;
  double operator()(std::int64_t step) const {
    require(every >= 1, "StepSchedule: every must be at least 1, got ", every);
    return std::pow(factor, static_cast<double>(step / every));
  }
};

/// Half a cosine from 1 in step 0 to `last` in step `steps` and after. Loshchilov and Hutter, ICLR 2017, without
/// restarts.
struct CosineSchedule {
  std::int64_t steps = 1;
  double last = 0;
  double operator()(std::int64_t step) const {
    require(steps >= 1, "CosineSchedule: steps must be at least 1, got ", steps);
    const double done = std::min(1.0, static_cast<double>(step) / static_cast<double>(steps));
    return last + (1 - last) * (1 + std::cos(std::numbers::pi * done)) / 2;
  }
};

/// Up to the full rate along half a cosine, and down to nearly nothing along another, in `steps` steps of which the
/// last has the lowest rate. Smith and Topin, 2017, as PyTorch writes it.
struct OneCycleSchedule {
  std::int64_t steps = 1;
  double rise = 0.3;        ///< share of the steps that lead up
  double first = 1.0 / 25;  ///< factor of the first step
  double last = 1e-4 / 25;  ///< factor of the last step
  double operator()(std::int64_t step) const {
    require(steps >= 1 && rise >= 0 && rise < 1, "OneCycleSchedule: steps must be at least 1 and rise in [0, 1), got ",
            steps, " and ", rise);
    const double end = static_cast<double>(steps) - 1, top = std::max(0.0, rise * static_cast<double>(steps) - 1);
    const double at = std::min(static_cast<double>(step), end);
    const auto between = [](double from, double to, double share) {
      return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
    };
    if (at < top) return between(first, 1, at / top);
    return between(1, last, end > top ? (at - top) / (end - top) : 0);
  }
};

/// Another schedule, that rises in a line to its full height in the first `steps` steps.
template <class Schedule>
struct WarmUp {
  std::int64_t steps = 1;
  Schedule then = {};
  double operator()(std::int64_t step) const {
    const double risen = steps <= 0 ? 1.0 : static_cast<double>(step + 1) / static_cast<double>(steps);
    return std::min(1.0, risen) * then(step);
  }
};
template <class Schedule>
WarmUp(std::int64_t, Schedule) -> WarmUp<Schedule>;

/// The full rate in every step.
struct ConstantSchedule {
  double operator()(std::int64_t) const { return 1; }
};

}  // namespace scn

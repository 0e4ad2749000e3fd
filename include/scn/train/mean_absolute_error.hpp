// Mean absolute error between features and numbers in host memory, with a sharp or a round corner at 0.
#pragma once

#include "scn/train/mean_cost.hpp"

namespace scn {

/// |x - target|; beside 0, within `corner`, the parabola that meets it with its slope, half the corner lower.
struct AbsoluteError {
  double corner = 0;

  template <class T>
  constexpr T value(T x, T target) const {
    const T difference = x - target, distance = difference < T{} ? -difference : difference;
    const T width = static_cast<T>(corner);
    return distance < width ? difference * difference / (T{2} * width) : distance - width / T{2};
  }
  template <class T>
  constexpr T slope(T x, T target) const {
    const T difference = x - target, width = static_cast<T>(corner);
    if (difference < width && -difference < width) return difference / width;
    return difference > T{} ? T{1} : difference < T{} ? T{-1} : difference;  // NaN stays
  }
};

/// The mean of |x - target| over all elements, a 1 x 1 variable, whose gradient is 0 where they are equal; 0 for none.
/// `target` is row-major, of the shape of x. The L1 loss.
template <Device Dev, Numbers Range>
Variable<Dev, typename Dev::Accumulator> mean_absolute_error(const Variable<Dev>& x, const Range& target,
                                                             Tape* tape = nullptr) {
  return mean_cost("mean_absolute_error", AbsoluteError{}, x, target, tape);
}

/// The same with a round corner: (x - target)^2 / (2 corner) where |x - target| < corner, else |x - target| - corner /
/// 2. The smooth L1 loss of Girshick, ICCV 2015, there with a corner of 1.
template <Device Dev, Numbers Range>
Variable<Dev, typename Dev::Accumulator> smooth_absolute_error(const Variable<Dev>& x, const Range& target,
                                                               Tape* tape = nullptr, double corner = 1) {
  require(corner > 0, "smooth_absolute_error: the corner must be above 0, got ", corner);
  return mean_cost("smooth_absolute_error", AbsoluteError{corner}, x, target, tape);
}

}  // namespace scn

// Mean squared error between features and numbers in host memory.
#pragma once

#include "scn/train/mean_cost.hpp"

namespace scn {

struct SquaredError {
  template <class T>
  constexpr T value(T x, T target) const {
    return (x - target) * (x - target);
  }
  template <class T>
  constexpr T slope(T x, T target) const {
    return T{2} * (x - target);
  }
};

/// The mean of (x - target)^2 over all elements, a 1 x 1 variable; 0 for none. `target` is row-major, of the shape of
/// x.
template <Device Dev, Numbers Range>
Variable<Dev, typename Dev::Accumulator> mean_squared_error(const Variable<Dev>& x, const Range& target,
                                                            Tape* tape = nullptr) {
  return mean_cost("mean_squared_error", SquaredError{}, x, target, tape);
}

}  // namespace scn

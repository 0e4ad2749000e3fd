// Binary cross-entropy: every channel is a yes or no of its own.
#pragma once

#include <cmath>

#include "scn/train/mean_cost.hpp"

namespace scn {

/// -target log p - (1 - target) log(1 - p) with p = 1 / (1 + exp(-x)), in a form in which nothing overflows.
struct BinaryCrossEntropy {
  template <class T>
  constexpr T value(T x, T target) const {
    return (x > T{} ? x : T{}) - x * target + std::log1p(std::exp(x > T{} ? -x : x));
  }
  template <class T>
  constexpr T slope(T x, T target) const {
    const T tail = std::exp(x > T{} ? -x : x);
    return (x > T{} ? T{1} : tail) / (T{1} + tail) - target;
  }
};

/// The mean over all elements of the cross-entropy of a logit x and the probability that is wanted, a 1 x 1 variable; 0
/// for none. `target` is row-major, of the shape of x, in [0, 1].
template <Device Dev, Numbers Range>
Variable<Dev, typename Dev::Accumulator> binary_cross_entropy(const Variable<Dev>& logits, const Range& target,
                                                              Tape* tape = nullptr) {
  for (const auto number : std::span(target))
    require(static_cast<double>(number) >= 0 && static_cast<double>(number) <= 1,
            "binary_cross_entropy: targets must lie in [0, 1], got ", static_cast<double>(number));
  return mean_cost("binary_cross_entropy", BinaryCrossEntropy{}, logits, target, tape);
}

}  // namespace scn

// Gradient clipping: no step is longer than it should be.
#pragma once

#include <cmath>
#include <utility>

#include "scn/autograd/parameter.hpp"

namespace scn {

namespace detail {

template <class T>
struct SquareOf {
  MatrixView<const T> x;
  constexpr T operator()(std::int64_t row, std::int64_t c) const { return x(row, c) * x(row, c); }
};

template <class T>
struct ScaleBy {
  MatrixView<T> x;
  T factor;
  constexpr void operator()(std::int64_t row, std::int64_t c) const { x(row, c) *= factor; }
};

}  // namespace detail

/// Scales all gradients by one factor so that together they have at most the length `most`, and returns the length that
/// they had; gradients whose length is not finite stay as they are. Buffers and variables without a gradient do not
/// count, shared ones do once. Waits for the device. Pascanu, Mikolov and Bengio, ICML 2013.
template <Device Dev>
double clip_gradients(const Parameters<Dev>& parameters, double most) {
  using T = typename Dev::Accumulator;
  require(most > 0, "clip_gradients: the greatest length must be above 0, got ", most);
  double sum = 0;
  for (const auto& variable : parameters.variables()) {
    if (!variable.has_gradient()) continue;
    Matrix<Dev, T> squares(variable.device(), 1, variable.channels());
    reduce(variable.device(), variable.rows(), variable.channels(), Segments{},
           detail::SquareOf<T>{variable.gradient().view()}, squares);
    for (const T square : squares.to_host()) sum += static_cast<double>(square);
  }
  const double length = std::sqrt(sum);
  if (!std::isfinite(length) || length <= most) return length;
  for (const auto& variable : parameters.variables())
    if (variable.has_gradient())
      parallel_for(variable.device(), variable.rows(), variable.channels(),
                   detail::ScaleBy<T>{variable.contribute().to.view(), static_cast<T>(most / length)});
  return length;
}

}  // namespace scn

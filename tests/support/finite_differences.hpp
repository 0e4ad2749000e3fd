// Central differences of any function of a list of numbers, and their comparison with a gradient.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "comparison.hpp"

/// Use: wrap the layer and a fixed weighting of its outputs as one function of the parameters or features, then
///
///   REQUIRE(oracle::gradient_difference(f, x, gradient) == "");
///   REQUIRE(oracle::gradient_difference(f, x, gradient, {.step = 1, .absolute = 0, .relative = 0}) == "");
///
/// the second where f is linear and everything integer, so that the quotient is exact. Where all elements cost too
/// much, direction_difference() compares along one direction.
namespace oracle {

using Function = std::function<double(const std::vector<double>&)>;

struct DifferenceSettings {
  double step = 1e-6, absolute = 1e-5, relative = 1e-3;
};

/// (f(x + step d) - f(x - step d)) / (2 step)
inline double directional_derivative(const Function& f, const std::vector<double>& x,
                                     const std::vector<double>& direction, double step = 1e-6) {
  std::vector<double> above = x, below = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    above[i] += step * direction.at(i);
    below[i] -= step * direction.at(i);
  }
  return (f(above) - f(below)) / (2 * step);
}

/// The derivative by every element; two calls of f each.
inline std::vector<double> numeric_gradient(const Function& f, const std::vector<double>& x, double step = 1e-6) {
  std::vector<double> gradient, moved = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    moved[i] = x[i] + step;
    const double above = f(moved);
    moved[i] = x[i] - step;
    const double below = f(moved);
    moved[i] = x[i];
    gradient.push_back((above - below) / (2 * step));
  }
  return gradient;
}

/// "" or the element of the gradient that is furthest off; the differences are the expected values.
inline std::string gradient_difference(const Function& f, const std::vector<double>& x,
                                       const std::vector<double>& gradient, const DifferenceSettings& settings = {}) {
  return difference(numeric_gradient(f, x, settings.step), gradient,
                    {.absolute = settings.absolute, .relative = settings.relative});
}

/// The same along one direction: the difference quotient against the product of gradient and direction.
inline std::string direction_difference(const Function& f, const std::vector<double>& x,
                                        const std::vector<double>& gradient, const std::vector<double>& direction,
                                        const DifferenceSettings& settings = {}) {
  if (gradient.size() != x.size()) return difference(x, gradient);
  double slope = 0;
  for (std::size_t i = 0; i < x.size(); ++i) slope += gradient[i] * direction.at(i);
  return difference(directional_derivative(f, x, direction, settings.step), slope,
                    {.absolute = settings.absolute, .relative = settings.relative});
}

}  // namespace oracle

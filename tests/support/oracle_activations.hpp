// Oracle of the activations beyond those of oracle_layers.hpp: value and derivative, each written out.
#pragma once

#include <cmath>

#include "oracle_layers.hpp"

/// Use: `activate(elu(), x)` and `activate_backward(elu(), x, dy)`, as with relu() and sigmoid().
namespace oracle {

inline Activation elu(double alpha = 1) {
  return {[alpha](double x) { return x > 0 ? x : alpha * (std::exp(x) - 1); },
          [alpha](double x) { return x > 0 ? 1 : alpha * std::exp(x); }};
}

/// The two constants are the fixed point of mean 0 and variance 1, from Klambauer et al.
inline Activation selu() {
  const double scale = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
  return {[=](double x) { return scale * elu(alpha).value(x); },
          [=](double x) { return scale * elu(alpha).derivative(x); }};
}

inline Activation gelu() {
  const auto distribution = [](double x) { return (1 + std::erf(x / std::sqrt(2.0))) / 2; };
  const auto density = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0)); };
  return {[=](double x) { return x * distribution(x); }, [=](double x) { return distribution(x) + x * density(x); }};
}

inline Activation silu() {
  const Activation logistic = sigmoid();
  return {[=](double x) { return x * logistic.value(x); },
          [=](double x) { return logistic.value(x) + x * logistic.derivative(x); }};
}

inline Activation softplus() {
  return {[](double x) { return std::log(1 + std::exp(x)); }, sigmoid().value};
}

inline Activation hard_sigmoid() {
  return {[](double x) { return std::fmin(std::fmax(x / 6 + 0.5, 0), 1); },
          [](double x) { return std::abs(x) < 3 ? 1.0 / 6 : 0; }};
}

}  // namespace oracle

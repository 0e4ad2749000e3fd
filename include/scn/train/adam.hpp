// Adam: gradient descent with a step size of its own for every number.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "scn/autograd/parameter.hpp"

namespace scn {

struct AdamSettings {
  double rate = 1e-3;
  double beta1 = 0.9;       ///< share of the mean gradient that a step keeps
  double beta2 = 0.999;     ///< share of the mean squared gradient that a step keeps
  double epsilon = 1e-8;    ///< added to the root of the mean square; above 0
  double weight_decay = 0;  ///< times the parameter, joins its gradient
};

namespace detail {

template <class T>
struct AdamStep {
  MatrixView<const T> gradient;
  MatrixView<T> value, mean, square;
  T keep1, take1, keep2, take2;  // beta and 1 - beta, the latter rounded once
  T rate, root;                  // with the corrections of the moments in them
  T epsilon, weight_decay;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T slope = gradient(row, c) + weight_decay * value(row, c);
    const T first = keep1 * mean(row, c) + take1 * slope;
    const T second = keep2 * square(row, c) + take2 * slope * slope;
    mean(row, c) = first;
    square(row, c) = second;
    value(row, c) -= rate * first / (root * std::sqrt(second) + epsilon);
  }
};

}  // namespace detail

/// Kingma and Ba, ICLR 2015, algorithm 1, in PyTorch's form. Shares the variables with the network and keeps two
/// moments for each; a variable's count of steps, which corrects its moments, is its own.
template <Device Dev>
class Adam {
  using T = typename Dev::Accumulator;

 public:
  explicit Adam(const Parameters<Dev>& parameters, const AdamSettings& settings = {}) : settings_(checked(settings)) {
    for (const Variable<Dev, T>& variable : parameters.variables())
      states_.push_back({variable, zeros_like(variable), zeros_like(variable)});
  }

  double rate() const { return settings_.rate; }
  void set_rate(double rate) {
    AdamSettings changed = settings_;
    changed.rate = rate;
    settings_ = checked(changed);
  }

  /// Uses the gradients and clears them; a variable without one is left alone, its moments too.
  void step() {
    for (State& state : states_) {
      const Variable<Dev, T>& variable = state.variable;
      if (!variable.has_gradient()) continue;
      const double steps = static_cast<double>(++state.steps);
      const double correction1 = 1 - std::pow(settings_.beta1, steps);
      const double correction2 = 1 - std::pow(settings_.beta2, steps);
      parallel_for(
          variable.device(), variable.rows(), variable.channels(),
          detail::AdamStep<T>{variable.gradient().view(), variable.value().view(), state.mean.view(),
                              state.square.view(), static_cast<T>(settings_.beta1), static_cast<T>(1 - settings_.beta1),
                              static_cast<T>(settings_.beta2), static_cast<T>(1 - settings_.beta2),
                              static_cast<T>(settings_.rate / correction1), static_cast<T>(1 / std::sqrt(correction2)),
                              static_cast<T>(settings_.epsilon), static_cast<T>(settings_.weight_decay)});
      variable.clear_gradient();
    }
  }

 private:
  struct State {
    Variable<Dev, T> variable;
    Matrix<Dev, T> mean, square;
    std::int64_t steps = 0;
  };

  static Matrix<Dev, T> zeros_like(const Variable<Dev, T>& variable) {
    return Matrix<Dev, T>::zeros(variable.device(), variable.rows().bound, variable.channels());
  }

  static bool is_amount(double number) { return std::isfinite(number) && number >= 0; }
  static const AdamSettings& checked(const AdamSettings& settings) {
    require(is_amount(settings.rate) && is_amount(settings.weight_decay),
            "Adam: rate and weight decay must be finite and not negative, got ", settings.rate, " and ",
            settings.weight_decay);
    require(is_amount(settings.epsilon) && settings.epsilon > 0, "Adam: epsilon must be finite and above 0, got ",
            settings.epsilon);
    for (const double beta : {settings.beta1, settings.beta2})
      require(beta >= 0 && beta < 1, "Adam: beta1 and beta2 must lie in [0, 1), got ", settings.beta1, " and ",
              settings.beta2);
    return settings;
  }

  AdamSettings settings_;
  std::vector<State> states_;
};

}  // namespace scn

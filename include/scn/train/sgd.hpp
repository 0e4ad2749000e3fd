// Stochastic gradient descent with momentum.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "scn/autograd/parameter.hpp"

namespace scn {

struct SGDSettings {
  double rate = 0.1;
  double momentum = 0;
  double weight_decay = 0;  ///< times the parameter, joins its gradient
  bool nesterov = false;    ///< needs a momentum; Sutskever et al., ICML 2013, as PyTorch writes it
};

namespace detail {

template <class T>
struct GradientDescentStep {
  MatrixView<const T> gradient;
  MatrixView<T> value, velocity;  // the latter without data if there is no momentum
  T rate, momentum, weight_decay;
  bool nesterov;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    T slope = gradient(row, c) + weight_decay * value(row, c);
    if (velocity.data != nullptr) {
      const T kept = momentum * velocity(row, c) + slope;
      velocity(row, c) = kept;
      slope = nesterov ? slope + momentum * kept : kept;
    }
    value(row, c) -= rate * slope;
  }
};

}  // namespace detail

/// PyTorch's rule: g = gradient + weight_decay w; v = momentum v + g, from v = 0; w -= rate v, or with Nesterov
/// w -= rate (g + momentum v). Shares the variables with the network; keeps v only if there is a momentum.
template <Device Dev>
class SGD {
  using T = typename Dev::Accumulator;

 public:
  explicit SGD(const Parameters<Dev>& parameters, const SGDSettings& settings = {}) : settings_(checked(settings)) {
    for (const Variable<Dev, T>& variable : parameters.variables())
      states_.push_back(
          {variable, settings.momentum > 0
                         ? Matrix<Dev, T>::zeros(variable.device(), variable.rows().bound, variable.channels())
                         : Matrix<Dev, T>()});
  }

  double rate() const { return settings_.rate; }
  void set_rate(double rate) {
    SGDSettings changed = settings_;
    changed.rate = rate;
    settings_ = checked(changed);
  }

  /// Uses the gradients and clears them; a variable without one is left alone, its velocity too.
  void step() {
    for (State& state : states_) {
      const Variable<Dev, T>& variable = state.variable;
      if (!variable.has_gradient()) continue;
      parallel_for(
          variable.device(), variable.rows(), variable.channels(),
          detail::GradientDescentStep<T>{variable.gradient().view(), variable.value().view(), state.velocity.view(),
                                         static_cast<T>(settings_.rate), static_cast<T>(settings_.momentum),
                                         static_cast<T>(settings_.weight_decay), settings_.nesterov});
      variable.clear_gradient();
    }
  }

 private:
  struct State {
    Variable<Dev, T> variable;
    Matrix<Dev, T> velocity;
  };

  static bool is_amount(double number) { return std::isfinite(number) && number >= 0; }
  static const SGDSettings& checked(const SGDSettings& settings) {
    require(is_amount(settings.rate) && is_amount(settings.momentum) && is_amount(settings.weight_decay),
            "SGD: rate, momentum and weight decay must be finite and not negative, got ", settings.rate, ", ",
            settings.momentum, " and ", settings.weight_decay);
    require(!settings.nesterov || settings.momentum > 0, "SGD: Nesterov's step needs a momentum above 0");
    return settings;
  }

  SGDSettings settings_;
  std::vector<State> states_;
};

}  // namespace scn

// Adam and AdamW: gradient descent with a step size of its own for every number.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scn/train/optimizer.hpp"

namespace scn {

struct AdamSettings {
  double rate = 1e-3;
  double beta1 = 0.9;       ///< share of the mean gradient that a step keeps
  double beta2 = 0.999;     ///< share of the mean squared gradient that a step keeps
  double epsilon = 1e-8;    ///< added to the root of the mean square; above 0
  double weight_decay = 0;  ///< times the parameter, joins its gradient; AdamW: times the rate, taken off it
};

namespace detail {

template <class T>
struct AdamStep {
  MatrixView<const T> gradient;
  MatrixView<T> value, mean, square;
  T keep1, take1, keep2, take2;   // beta and 1 - beta, the latter rounded once
  T rate, root;                   // with the corrections of the moments in them
  T epsilon, weight_decay, left;  // of the value: 1, or what decoupled decay leaves
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T slope = gradient(row, c) + weight_decay * value(row, c);
    const T first = keep1 * mean(row, c) + take1 * slope;
    const T second = keep2 * square(row, c) + take2 * slope * slope;
    mean(row, c) = first;
    square(row, c) = second;
    value(row, c) = left * value(row, c) - rate * first / (root * std::sqrt(second) + epsilon);
  }
};

}  // namespace detail

/// What both share; `decoupled` weight decay shrinks the parameters beside the step and does not join the gradient.
template <class Rule, Device Dev, bool decoupled>
class AdamRule : public Optimizer<Rule, Dev, AdamSettings> {
  using T = typename Dev::Accumulator;

 public:
  using Optimizer<Rule, Dev, AdamSettings>::Optimizer;

  static const AdamSettings& checked(const AdamSettings& settings) {
    const auto is_amount = [](double number) { return std::isfinite(number) && number >= 0; };
    require(is_amount(settings.rate) && is_amount(settings.weight_decay), Rule::name(),
            ": rate and weight decay must be finite and not negative, got ", settings.rate, " and ",
            settings.weight_decay);
    require(is_amount(settings.epsilon) && settings.epsilon > 0, Rule::name(),
            ": epsilon must be finite and above 0, got ", settings.epsilon);
    for (const double beta : {settings.beta1, settings.beta2})
      require(beta >= 0 && beta < 1, Rule::name(), ": beta1 and beta2 must lie in [0, 1), got ", settings.beta1,
              " and ", settings.beta2);
    return settings;
  }
  static std::vector<std::string> moment_names(const AdamSettings&) { return {"mean", "square"}; }
  static void update(const AdamSettings& settings, const Variable<Dev, T>& variable,
                     std::span<const Variable<Dev, T>> moments, std::int64_t step) {
    const auto steps = static_cast<double>(step);
    const double correction1 = 1 - std::pow(settings.beta1, steps), correction2 = 1 - std::pow(settings.beta2, steps);
    const double decay = settings.weight_decay;
    parallel_for(variable.device(), variable.rows(), variable.channels(),
                 detail::AdamStep<T>{variable.gradient().view(), variable.value().view(), moments[0].value().view(),
                                     moments[1].value().view(), static_cast<T>(settings.beta1),
                                     static_cast<T>(1 - settings.beta1), static_cast<T>(settings.beta2),
                                     static_cast<T>(1 - settings.beta2), static_cast<T>(settings.rate / correction1),
                                     static_cast<T>(1 / std::sqrt(correction2)), static_cast<T>(settings.epsilon),
                                     static_cast<T>(decoupled ? 0 : decay),
                                     static_cast<T>(decoupled ? 1 - settings.rate * decay : 1)});
  }
};

/// Kingma and Ba, ICLR 2015, algorithm 1, in PyTorch's form. Keeps two moments for each number; a variable's count of
/// steps, which corrects its moments, is its own.
template <Device Dev>
class Adam : public AdamRule<Adam<Dev>, Dev, false> {
 public:
  explicit Adam(const Parameters<Dev>& parameters, const AdamSettings& settings = {})
      : AdamRule<Adam<Dev>, Dev, false>({{parameters, settings}}) {}
  explicit Adam(const std::vector<ParameterGroup<Dev, AdamSettings>>& groups)
      : AdamRule<Adam<Dev>, Dev, false>(groups) {}
  static std::string name() { return "Adam"; }
};

/// Adam whose weight decay does not pass through the moments: w -= rate weight_decay w beside Adam's step. Loshchilov
/// and Hutter, ICLR 2019, in PyTorch's form.
template <Device Dev>
class AdamW : public AdamRule<AdamW<Dev>, Dev, true> {
 public:
  explicit AdamW(const Parameters<Dev>& parameters, const AdamSettings& settings = {.weight_decay = 0.01})
      : AdamRule<AdamW<Dev>, Dev, true>({{parameters, settings}}) {}
  explicit AdamW(const std::vector<ParameterGroup<Dev, AdamSettings>>& groups)
      : AdamRule<AdamW<Dev>, Dev, true>(groups) {}
  static std::string name() { return "AdamW"; }
};

}  // namespace scn

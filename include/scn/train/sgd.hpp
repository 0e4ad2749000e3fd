// Stochastic gradient descent with momentum.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scn/train/optimizer.hpp"

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
/// w -= rate (g + momentum v). Keeps v only if there is a momentum.
template <Device Dev>
class SGD : public Optimizer<SGD<Dev>, Dev, SGDSettings> {
  using Base = Optimizer<SGD<Dev>, Dev, SGDSettings>;
  using T = typename Dev::Accumulator;

 public:
  explicit SGD(const Parameters<Dev>& parameters, const SGDSettings& settings = {}) : Base({{parameters, settings}}) {}
  explicit SGD(const std::vector<ParameterGroup<Dev, SGDSettings>>& groups) : Base(groups) {}

  static std::string name() { return "SGD"; }
  static const SGDSettings& checked(const SGDSettings& settings) {
    require(is_amount(settings.rate) && is_amount(settings.momentum) && is_amount(settings.weight_decay),
            "SGD: rate, momentum and weight decay must be finite and not negative, got ", settings.rate, ", ",
            settings.momentum, " and ", settings.weight_decay);
    require(!settings.nesterov || settings.momentum > 0, "SGD: Nesterov's step needs a momentum above 0");
    return settings;
  }
  static std::vector<std::string> moment_names(const SGDSettings& settings) {
    return settings.momentum > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{};
  }
  static void update(const SGDSettings& settings, const Variable<Dev, T>& variable,
                     std::span<const Variable<Dev, T>> moments, std::int64_t) {
    parallel_for(variable.device(), variable.rows(), variable.channels(),
                 detail::GradientDescentStep<T>{variable.gradient().view(), variable.value().view(),
                                                moments.empty() ? MatrixView<T>{} : moments[0].value().view(),
                                                static_cast<T>(settings.rate), static_cast<T>(settings.momentum),
                                                static_cast<T>(settings.weight_decay), settings.nesterov});
  }

 private:
  static bool is_amount(double number) { return std::isfinite(number) && number >= 0; }
};

}  // namespace scn

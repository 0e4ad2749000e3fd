// Gradients of a layer or function against differences of its results, for whoever writes a layer.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "scn/core/random.hpp"
#include "scn/layers/layer.hpp"

namespace scn {

struct GradcheckSettings {
  double step = 1e-5;         ///< an element is moved by so much, up and down
  double tolerance = 1e-6;    ///< the largest relative error that passes
  double smallest = 1e-2;     ///< where both gradients are smaller, their difference is divided by this
  std::int64_t elements = 0;  ///< of each variable at most so many, evenly spread, are moved; 0: all
  bool training = true;       ///< whether the passes are those of training
};

/// The element whose gradient fits worst; no variable where there was nothing to check.
struct GradcheckResult {
  bool ok = true;
  double error = 0;  ///< |analytic - numeric| / max(|analytic|, |numeric|, smallest); infinite for what is no number
  std::string variable = {};
  std::int64_t row = 0, channel = 0;
  double analytic = 0, numeric = 0;
};

/// "0.weight(3, 1): gradient 0.5, by differences 0.25, relative error 0.5".
inline std::string to_string(const GradcheckResult& result) {
  std::ostringstream text;
  text << result.variable << '(' << result.row << ", " << result.channel << "): gradient " << result.analytic
       << ", by differences " << result.numeric << ", relative error " << result.error;
  return text.str();
}

namespace detail {

template <class T>
struct SetElement {
  MatrixView<T> matrix;
  std::int64_t row, channel;
  T value;
  constexpr void operator()(std::int64_t) const { matrix(row, channel) = value; }
};

/// An element that has another value for as long as this lives.
template <Device Dev>
class Moved {
 public:
  Moved(const Variable<Dev>& variable, std::int64_t row, std::int64_t channel, double from, double to)
      : variable_(variable), back_{variable.value().view(), row, channel, from} {
    auto there = back_;
    there.value = to;
    parallel_for(variable.device(), Rows{1}, there);
  }
  Moved(const Moved&) = delete;
  Moved& operator=(const Moved&) = delete;
  ~Moved() { parallel_for(variable_.device(), Rows{1}, back_); }

 private:
  Variable<Dev> variable_;
  SetElement<double> back_;
};

/// The weight of element i of a result in the sum whose gradient is taken: in [-1, 1), the same in every pass.
inline double weight_in_sum(std::size_t i) { return 2 * uniform(1, 0, i) - 1; }

template <class Result>
double weighted_sum(const Result& y) {
  const std::vector<double> values = values_of(y).value().to_host();
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * weight_in_sum(i);
  return sum;
}

}  // namespace detail

/// Compares the gradients of a weighted sum of function(&tape), a tensor or variable, to the named variables with its
/// central differences. All passes have the same random draws; running statistics stay, and so do the variables, whose
/// gradients are cleared. Every variable has to need a gradient. Costs two passes for each element.
///
///     gradcheck<Dev>([&](Tape* tape) { return mean_squared_error(layer(x, tape), y, tape); }, {{"x", x}})
template <Device Dev, class Function>
requires std::same_as<typename Dev::Scalar, double> GradcheckResult
gradcheck(const Function& function, const std::vector<std::pair<std::string, Variable<Dev>>>& variables,
          const GradcheckSettings& settings = {}) {
  require(settings.step > 0 && settings.smallest > 0 && settings.elements >= 0,
          "gradcheck: step and smallest have to be positive, elements not negative");
  for (const auto& [name, variable] : variables) {
    require(variable.needs_gradient(), "gradcheck: ", name, " needs no gradient");
    variable.clear_gradient();
  }
  const Pass silent{.record = false, .training = settings.training, .update_statistics = false};
  Tape source(silent), first = source.section();
  function(&first);
  Tape recording({.training = settings.training, .update_statistics = false}, first.draws());
  {
    const auto y = function(&recording);
    const Variable<Dev>& values = values_of(y);
    std::vector<double> weights(static_cast<std::size_t>(values.rows().bound * values.channels()));
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = detail::weight_in_sum(i);
    recording.backward(values, Matrix<Dev>::from_host(values.device(), values.rows().bound, values.channels(),
                                                      std::span<const double>(weights)));
  }

  GradcheckResult worst;
  for (const auto& [name, variable] : variables) {
    const std::vector<double> values = variable.value().to_host();
    std::vector<double> gradient(values.size());
    if (variable.has_gradient()) gradient = variable.gradient().to_host();
    variable.clear_gradient();
    const auto all = static_cast<std::int64_t>(values.size()), channels = variable.channels();
    const std::int64_t count = settings.elements == 0 ? all : std::min(all, settings.elements);
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t i = k * all / count, row = i / channels, channel = i % channels;
      const double value = values[static_cast<std::size_t>(i)], analytic = gradient[static_cast<std::size_t>(i)];
      const auto sum_at = [&, &moved = variable](double to) {
        const detail::Moved<Dev> there(moved, row, channel, value, to);
        Tape tape(silent, first.draws());
        return detail::weighted_sum(function(&tape));
      };
      const double above = value + settings.step, below = value - settings.step;
      const double numeric = (sum_at(above) - sum_at(below)) / (above - below);
      double error =
          std::abs(analytic - numeric) / std::max({std::abs(analytic), std::abs(numeric), settings.smallest});
      if (!std::isfinite(error)) error = std::numeric_limits<double>::infinity();
      if (worst.variable.empty() || error > worst.error)
        worst = {error <= settings.tolerance, error, name, row, channel, analytic, numeric};
    }
  }
  return worst;
}

namespace detail {

template <Device Dev, class Layer, class X>
GradcheckResult gradcheck_layer(const Layer& layer, const X& x, const GradcheckSettings& settings) {
  std::vector<std::pair<std::string, Variable<Dev>>> variables{{"features", values_of(x)}};
  std::vector<Parameter<Dev>> all;
  layer_parameters(layer, "", all);
  for (const Parameter<Dev>& parameter : all)
    if (parameter.trained && parameter.variable.needs_gradient())
      variables.emplace_back(parameter.name, parameter.variable);
  return gradcheck<Dev>([&](Tape* tape) { return layer(x, tape); }, variables, settings);
}

}  // namespace detail

/// The same for layer(x, &tape): the features of x, of which a copy is taken, and every trained parameter that is not
/// frozen.
///
///     CpuDevice<double> device;
///     const GradcheckResult result = gradcheck(MyLayer{device}, x);     // result.ok; to_string(result) says where
template <class Layer, int D, Device Dev>
GradcheckResult gradcheck(const Layer& layer, const SparseTensor<D, Dev>& x, const GradcheckSettings& settings = {}) {
  return detail::gradcheck_layer<Dev>(layer, x.with(Variable<Dev>(x.features.value().copy(), true)), settings);
}
template <class Layer, Device Dev>
GradcheckResult gradcheck(const Layer& layer, const Variable<Dev>& x, const GradcheckSettings& settings = {}) {
  return detail::gradcheck_layer<Dev>(layer, Variable<Dev>(x.value().copy(), true), settings);
}

}  // namespace scn

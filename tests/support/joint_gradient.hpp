// The gradient of a whole network at once: all features and parameters along common random directions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "layer_cases.hpp"

/// For networks of so many parameters that each of them by itself would cost too much; their layers have checks of
/// their own. Use: `CHECK(layer_cases::joint_gradient_difference(network, x) == "")`.
namespace layer_cases {

/// "" if the features and every trained parameter have a gradient that is not 0 everywhere, and the sum of the products
/// of all gradients with three random directions is the difference quotient of the weighted outputs along them. Wants
/// either constant statistics and few levels without a norm's help, or several rows for every norm.
template <class Layer, int D, class Dev>
std::string joint_gradient_difference(const Layer& layer, const scn::SparseTensor<D, Dev>& given, scn::Pass kind = {}) {
  kind.update_statistics = false;
  const auto x = given.with(scn::Variable<Dev>(given.features.value().copy(), true));
  std::vector<Named<Dev>> all{{"features", x.features}};
  for (const auto& parameter : parameters<Dev>(layer)) {
    parameter.variable.clear_gradient();
    if (parameter.trained) all.push_back({parameter.name, parameter.variable});
  }
  pass(layer, x, kind);
  std::vector<double> values, slopes;
  for (const auto& [name, variable] : all) {
    if (!variable.has_gradient()) return name + " has no gradient";
    const auto value = numbers(variable.value()), slope = numbers(variable.gradient());
    if (oracle::nonzero_part(slope) == 0) return "the gradient of " + name + " is 0";
    values.insert(values.end(), value.begin(), value.end());
    slopes.insert(slopes.end(), slope.begin(), slope.end());
  }
  const auto set_all = [&](const std::vector<double>& moved) {
    auto next = moved.begin();
    for (const auto& [name, variable] : all) {
      const auto end = next + variable.rows().bound * variable.channels();
      set(variable, std::vector<double>(next, end));
      next = end;
    }
  };
  const oracle::Function at = [&](const std::vector<double>& moved) {
    set_all(moved);
    return weighted_sum(layer, x, kind);
  };
  oracle::Random random(8);
  std::string found;
  for (int i = 0; i < 3 && found.empty(); ++i)
    found =
        oracle::direction_difference(at, values, slopes, oracle::random_reals(random, values.size()), {.step = 1e-8});
  set_all(values);
  return found;
}

}  // namespace layer_cases

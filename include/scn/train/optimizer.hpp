// What optimizers share: groups of parameters, rates, one step for every variable, and the state that a resumed run
// needs.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/autograd/parameter.hpp"

namespace scn {

/// Parameters with settings of their own: no weight decay for norms, a lower rate for layers that were trained before.
template <Device Dev, class Settings>
struct ParameterGroup {
  Parameters<Dev> parameters;
  Settings settings = {};
};

/// Base of optimizers; shares the variables with the network. Settings has a `rate`. Rule has `static std::string
/// name()`, `static const Settings& checked(const Settings&)`, which throws InvalidArgument, `static
/// std::vector<std::string> moment_names(const Settings&)`, what is kept for each number of a variable, and `static
/// void update(const Settings&, const Variable&, std::span<const Variable> moments, std::int64_t step)`, step from 1.
template <class Rule, Device Dev, class Settings>
class Optimizer {
 public:
  using DeviceType = Dev;
  using Value = Variable<Dev, typename Dev::Accumulator>;
  using Group = ParameterGroup<Dev, Settings>;

  /// Of a group, as it was set; a step uses it times the factor.
  double rate(std::size_t group = 0) const { return at(group).rate; }
  void set_rate(double rate, std::size_t group = 0) {
    Settings changed = at(group);
    changed.rate = rate;
    settings_[group] = Rule::checked(changed);
  }
  /// Schedules scale the rates of all groups alike: 1 at first.
  double rate_factor() const { return factor_; }
  void set_rate_factor(double factor) {
    require(std::isfinite(factor) && factor >= 0, Rule::name(),
            ": the factor of the rates must be finite and not negative, got ", factor);
    factor_ = factor;
  }

  /// Uses the gradients and clears them; a variable without one is left alone, its moments and its count of steps too.
  void step() {
    for (State& state : states_) {
      if (!state.variable.has_gradient()) continue;
      Settings settings = settings_[state.group];
      settings.rate *= factor_;
      Rule::update(settings, state.variable, state.moments, ++state.steps);
      state.variable.clear_gradient();
    }
  }

  /// What is kept for the numbers of each variable, "<parameter>.<moment>": with steps(), and rate_factor() where no
  /// schedule sets it, all that a resumed run needs.
  Parameters<Dev> moments() const {
    std::vector<Parameter<Dev>> all;
    for (const State& state : states_) {
      const auto names = Rule::moment_names(settings_[state.group]);
      for (std::size_t i = 0; i < names.size(); ++i)
        all.push_back({state.name + "." + names[i], state.moments[i], state.shape, false});
    }
    return Parameters<Dev>(std::move(all));
  }
  /// How often each variable was changed, in the order of the parameters.
  std::vector<std::int64_t> steps() const {
    std::vector<std::int64_t> all;
    for (const State& state : states_) all.push_back(state.steps);
    return all;
  }
  void set_steps(const std::vector<std::int64_t>& steps) {
    require(steps.size() == states_.size(), Rule::name(), ": got counts of steps for ", steps.size(),
            " variables, expected ", states_.size());
    for (const std::int64_t count : steps)
      require(count >= 0, Rule::name(), ": a count of steps must not be negative, got ", count);
    for (std::size_t i = 0; i < steps.size(); ++i) states_[i].steps = steps[i];
  }

 protected:
  explicit Optimizer(const std::vector<Group>& groups) {
    require(!groups.empty(), Rule::name(), ": there is no group of parameters");
    for (const Group& group : groups) {
      settings_.push_back(Rule::checked(group.settings));
      const std::size_t before = states_.size();
      for (const Parameter<Dev>& parameter : group.parameters) {
        if (parameter.trained) add(parameter, before);
      }
    }
  }

 private:
  struct State {
    std::string name;
    Value variable;
    std::vector<std::int64_t> shape;
    std::size_t group;
    std::vector<Value> moments;
    std::int64_t steps = 0;
  };

  /// A variable that its group names twice is one.
  void add(const Parameter<Dev>& parameter, std::size_t first_of_group) {
    const Value& variable = parameter.variable;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!states_[i].variable.same(variable)) continue;
      require(i >= first_of_group, Rule::name(), ": ", parameter.name, " is in two groups");
      return;
    }
    State state{parameter.name, variable, parameter.shape, settings_.size() - 1, {}};
    for (std::size_t i = 0; i < Rule::moment_names(settings_.back()).size(); ++i)
      state.moments.emplace_back(
          Matrix<Dev, typename Dev::Accumulator>::zeros(variable.device(), variable.rows().bound, variable.channels()));
    states_.push_back(std::move(state));
  }
  const Settings& at(std::size_t group) const {
    require(group < settings_.size(), Rule::name(), ": there are ", settings_.size(), " groups, none at ", group);
    return settings_[group];
  }

  std::vector<Settings> settings_;
  double factor_ = 1;
  std::vector<State> states_;
};

}  // namespace scn

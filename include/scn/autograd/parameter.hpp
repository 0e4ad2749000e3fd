// Named variables of a network, under the reference's state-dict names.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scn/autograd/variable.hpp"

namespace scn {

/// A weight, a bias, or a buffer such as a running mean (trained = false). `shape` is what files say.
template <Device Dev>
struct Parameter {
  std::string name;
  Variable<Dev, typename Dev::Accumulator> variable;
  std::vector<std::int64_t> shape;
  bool trained = true;
};

/// All parameters of a network, in the order of its layers. Shares the variables with the layers. A variable used by
/// two layers is listed under both names and stepped once (variables()).
template <Device Dev>
class Parameters {
 public:
  using Value = Variable<Dev, typename Dev::Accumulator>;

  Parameters() = default;
  explicit Parameters(std::vector<Parameter<Dev>> all) : all_(std::move(all)) {}

  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  std::size_t size() const { return all_.size(); }

  /// The parameter of that name, or null.
  const Parameter<Dev>* find(const std::string& name) const {
    for (const Parameter<Dev>& parameter : all_)
      if (parameter.name == name) return &parameter;
    return nullptr;
  }

  /// The trained variables, each once.
  std::vector<Value> variables() const {
    std::vector<Value> unique;
    for (const Parameter<Dev>& parameter : all_) {
      bool known = !parameter.trained;
      for (const Value& other : unique) known = known || other.same(parameter.variable);
      if (!known) unique.push_back(parameter.variable);
    }
    return unique;
  }

  /// Trained numbers, each shared variable counted once.
  std::int64_t elements() const {
    std::int64_t sum = 0;
    for (const Value& variable : variables()) sum += variable.rows().bound * variable.channels();
    return sum;
  }

 private:
  std::vector<Parameter<Dev>> all_;
};

}  // namespace scn

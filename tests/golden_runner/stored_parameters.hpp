// The parameters of a network, exchanged with files under their names and in their layout.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/expectation.hpp"
#include "golden_runner/variables.hpp"
#include "scn/autograd/parameter.hpp"

namespace golden {

template <class Dev>
class StoredParameters {
 public:
  using T = typename Dev::Accumulator;

  /// Files have the matrices called `transposed` the other way round.
  StoredParameters(std::vector<scn::Parameter<Dev>> parameters, std::set<std::string> transposed)
      : parameters_(std::move(parameters)), transposed_(std::move(transposed)) {}

  const std::vector<scn::Parameter<Dev>>& all() const { return parameters_; }

  /// Sets every parameter from the array `prefix` + its name, which has to be there and of its shape; a buffer that
  /// only the pass makes has an after_NAME alone.
  void load(Case& stored, const std::string& prefix) {
    for (const scn::Parameter<Dev>& parameter : parameters_) {
      const std::string name = prefix + parameter.name;
      if (!parameter.trained && !stored.has(name) && stored.has("after_" + parameter.name)) continue;
      std::vector<std::int64_t> shape = parameter.shape;
      if (transposed_.contains(parameter.name)) std::reverse(shape.begin(), shape.end());
      scn::require<scn::FormatError>(stored.has(name), "the file has no array ", name, " for the library's parameter");
      scn::require<scn::FormatError>(stored.shape(name) == shape, name,
                                     ": the shape in the file is not that of the library's parameter");
      const auto& variable = parameter.variable;
      const std::vector<double> values = flipped(parameter.name, shape, stored.reals(name));
      variable.value() = scn::Matrix<Dev, T>::from_host(variable.device(), variable.rows().bound, variable.channels(),
                                                        std::span<const double>(values));
    }
  }

  std::vector<double> value(const scn::Parameter<Dev>& parameter) const {
    return flipped(parameter.name, parameter.shape, host_values(parameter.variable));
  }
  std::vector<double> gradient(const scn::Parameter<Dev>& parameter) const {
    return flipped(parameter.name, parameter.shape, gradient_of(parameter.variable));
  }

 private:
  /// The transpose of a matrix of `shape` where files have it the other way round, else the values as they are.
  std::vector<double> flipped(const std::string& name, const std::vector<std::int64_t>& shape,
                              std::vector<double> values) const {
    if (!transposed_.contains(name)) return values;
    const auto rows = static_cast<std::size_t>(shape.at(0)), columns = static_cast<std::size_t>(shape.at(1));
    std::vector<double> result(values.size());
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        result[column * rows + row] = values[row * columns + column];
    return result;
  }

  std::vector<scn::Parameter<Dev>> parameters_;
  std::set<std::string> transposed_;
};

/// What the pass changed has to be in the file as after_NAME, and what is not there must be as it was.
template <class Dev>
void compare_states(Case& stored, const StoredParameters<Dev>& parameters, Expectation& expected) {
  using T = typename Dev::Accumulator;
  for (const scn::Parameter<Dev>& parameter : parameters.all()) {
    const std::vector<double> ours = parameters.value(parameter);
    if (stored.has("after_" + parameter.name)) {
      expected.state(parameter.name, ours);
      continue;
    }
    std::vector<double> before = stored.reals(parameter.name);
    for (double& value : before) value = static_cast<double>(static_cast<T>(value));
    stored.check(ours == before, parameter.name + ": the library changed it, the file does not say so");
  }
}

}  // namespace golden

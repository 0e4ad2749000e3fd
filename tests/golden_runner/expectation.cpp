// Which rule holds for a case.
#include "golden_runner/expectation.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "golden_runner/mended.hpp"

namespace golden {

namespace {

/// Whether the reference computes some layer of it by a function of single precision, in its double build too.
bool is_single_precision(const Node& node) {
  const std::string type = node.type();
  if (type == "ELU" || type == "SELU" || type == "BatchNormELU" || type == "spectral_norm") return true;
  for (const char* name : {"layers", "branches"})
    for (const Node& child : node.children(name))
      if (is_single_precision(child)) return true;
  return false;
}

}  // namespace

Expectation::Expectation(const Subject& subject) : subject_(subject), stored_(subject.stored) {
  if (stored_.is_double() && is_single_precision(subject.node)) loosening_ = 1e-6 / stored_.tolerance(Kind::output);
}

void Expectation::gradient(const std::string& parameter, const Numbers& ours) {
  const std::string array = "grad_" + parameter;
  // What nothing depends on, like a bias in front of a normalisation, has rounding for its gradient.
  const double exact = stored_.magnitude("f64/" + array), all = stored_.gradient_magnitude();
  const bool vanishes = exact > 0 && exact < 1e-12 * all;
  stored_.compare(array, ours, Kind::gradient, vanishes ? all : 0, loosening_);
}

bool Expectation::divides_by_zero(const std::string& parameter) const {
  return parameter.ends_with("running_var") &&
         std::ranges::any_of(stored_.reals("after_" + parameter), [](double value) { return std::isnan(value); });
}

void Expectation::state(const std::string& parameter, const Numbers& ours) {
  const std::string after = "after_" + parameter;
  if (divides_by_zero(parameter))
    stored_.compare_mended(after, one_row_variance(subject_, parameter), ours, Kind::state);
  else
    compare(after, ours, Kind::state);
}

std::unique_ptr<Expectation> expectation_of(const Subject& subject) {
  for (const auto rule :
       {dropout_rule, normalization_rule, max_pooling_rule, permutohedral_rule, checkpointed_rule, add_coords_rule})
    if (auto expectation = rule(subject)) return expectation;
  return std::make_unique<Expectation>(subject);
}

}  // namespace golden

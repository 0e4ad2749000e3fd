// What does not fit when a stored case is run in both precisions.
#pragma once

#include <array>
#include <exception>
#include <iterator>
#include <string>
#include <vector>

#include "golden_runner/case.hpp"
#include "golden_runner/dimension.hpp"
#include "scn/fwd.hpp"

namespace golden {

/// run_case() of each dimension that cases have.
template <class Dev>
inline constexpr std::array runs{run_case<1, Dev>, run_case<2, Dev>, run_case<3, Dev>,
                                 run_case<4, Dev>, run_case<5, Dev>, run_case<6, Dev>};

/// What did not fit on a device of doubles and on one of floats, each with the precision; throws Skipped.
template <class DoubleDev, class FloatDev>
std::vector<std::string> failures_of(const scn::SafetensorsFile& file) {
  const std::int64_t dimension = dimension_of(Case(file, true));
  if (dimension < 1 || dimension > std::ssize(runs<FloatDev>))
    throw scn::FormatError(scn::message("dimension: expected 1 to 6, got ", dimension));
  std::vector<std::string> failures;
  for (const bool is_double : {true, false}) {
    Case stored(file, is_double);
    std::vector<std::string> found;
    try {
      (is_double ? runs<DoubleDev> : runs<FloatDev>)[static_cast<std::size_t>(dimension - 1)](stored);
      found = stored.verdict();
    } catch (const Skipped&) {
      throw;
    } catch (const std::exception& error) {
      found = {error.what()};
    }
    for (const std::string& failure : found) failures.push_back((is_double ? "double: " : "float: ") + failure);
  }
  return failures;
}

}  // namespace golden

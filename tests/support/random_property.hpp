// A property tried on many random cases: those that prove nothing are drawn again and counted, one that fails is made
// smaller.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "random_cases.hpp"

/// Use:
///
///   const auto tried = oracle::try_property(seed, draw, property);       // Case draw(Random&)
///   INFO(tried.failure);                                                 // std::string property(const Case&, Random&)
///   CHECK(tried.kept == 200);
///   CHECK(tried.redrawn <= 200);
///
/// A property answers "" if it holds. Found by the type of the case are vacuity(case), "" if the case proves something;
/// parts(case), smaller cases cut from it; and text(case), for the message.
namespace oracle {

struct Tried {
  int kept = 0;         ///< cases on which the property held
  int redrawn = 0;      ///< cases that proved nothing
  std::string failure;  ///< of the first case that did not hold, and of the smallest part of it that does not either
};

/// The smallest case, by taking parts of parts, on which the property fails.
template <class Case, class Property>
Case smallest_failure(Case failing, const Random& random, const Property& property) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (Case& part : parts(failing)) {
      Random again = random;
      if (property(part, again).empty()) continue;
      failing = std::move(part);
      smaller = true;
      break;
    }
  }
  return failing;
}

/// Stops at the first failure, and after `cases` redrawn ones. Draw i has the seed `seed` + i, whatever was drawn
/// before.
template <class Draw, class Property>
Tried try_property(std::uint64_t seed, const Draw& draw, const Property& property, int cases = 200) {
  Tried tried;
  while (tried.kept < cases && tried.redrawn <= cases) {
    Random random((seed << 20) + static_cast<std::uint64_t>(tried.kept + tried.redrawn));
    const auto drawn = draw(random);
    if (!vacuity(drawn).empty()) {
      ++tried.redrawn;
      continue;
    }
    Random once = random;
    const std::string found = property(drawn, once);
    if (found.empty()) {
      ++tried.kept;
      continue;
    }
    const auto small = smallest_failure(drawn, random, property);
    tried.failure = "seed " + std::to_string(seed) + ", case " + std::to_string(tried.kept + tried.redrawn) + ": " +
                    found + "\n" + text(drawn) + "\nsmallest: " + property(small, random) + "\n" + text(small);
    break;
  }
  return tried;
}

}  // namespace oracle

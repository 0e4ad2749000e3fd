// A property as a check: it holds on 200 random cases, and not many more had to be drawn.
#pragma once

#include <cstdint>

#include "catch.hpp"
#include "library_pass.hpp"
#include "support/random_property.hpp"

namespace properties {

/// Case draw(Random&); std::string property(const Case&, Random&), "" if it holds. Cases that prove nothing are drawn
/// again, at most as many as are kept; the two numbers show with Catch's option -s.
template <class Draw, class Property>
void check(std::uint64_t seed, const Draw& draw, const Property& property) {
  const auto tried = oracle::try_property(seed, draw, property);
  INFO(tried.failure);
  CHECK(tried.kept == 200);
  CHECK(tried.redrawn <= 200);
}

template <class Property>
void check(std::uint64_t seed, const ConvolutionSettings& settings, const Property& property) {
  check(
      seed, [&](Random& random) { return random_convolution(random, settings); }, property);
}

}  // namespace properties

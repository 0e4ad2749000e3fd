// Random numbers of one training step or one item, by a counter.
#pragma once

#include <cstdint>

#include "scn/core/random.hpp"

namespace support {

/// Those of (seed, number) one after another: they depend on nothing that came before.
struct Draw {
  std::uint64_t seed = 0, number = 0, next = 0;
  double operator()(double low, double high) { return low + (high - low) * scn::uniform(seed, number, next++); }
  double normal() { return scn::normal(seed, number, next++); }  ///< of mean 0 and deviation 1
};

}  // namespace support

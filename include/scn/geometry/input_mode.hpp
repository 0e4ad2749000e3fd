// The numbers by which SparseConvNet names the ways with several points at one site.
#pragma once

#include "scn/core/error.hpp"
#include "scn/geometry/sites.hpp"

namespace scn {

/// Which of two readings of the numbers is meant: they differ in 1 and 2. Everywhere 0 says that points are distinct, 3
/// is the sum and 4 the mean.
enum class ModeNumbers {
  documented,      ///< 1 keeps the last point, 2 the first: the reference's documents, and what its BLInputLayer does
  as_input_layer,  ///< 1 keeps the first point, 2 the last: what its InputLayer does
};

/// `InputLayer<3>{device, extent, duplicates_of_mode(2, ModeNumbers::as_input_layer)}` keeps the points that a program
/// for SparseConvNet kept. Mode 0 is a promise there; here it is checked: Duplicates::reject. Throws InvalidArgument
/// for a number beyond 0 to 4.
inline Duplicates duplicates_of_mode(int mode, ModeNumbers numbers = ModeNumbers::documented) {
  require(mode >= 0 && mode <= 4, "duplicates_of_mode: expected a mode from 0 to 4, got ", mode);
  using enum Duplicates;
  const bool swapped = numbers == ModeNumbers::as_input_layer;
  const Duplicates modes[] = {reject, swapped ? first : last, swapped ? last : first, sum, mean};
  return modes[mode];
}

}  // namespace scn

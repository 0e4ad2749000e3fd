// The most that a processor's multiply-adds reach: what the share of the peak refers to.
#pragma once

#include "scn/cpu/instructions.hpp"

namespace suite {

/// Operations a second, two for each multiply-add in single precision, that a loop in registers reaches on this many
/// threads (0: all) with these instructions, those of `automatic` for `eigen`: the best of several short runs, measured
/// once for each number of threads and set of instructions. With features of bfloat16 as with floats.
double fma_peak(int threads, scn::Instructions instructions);

}  // namespace suite

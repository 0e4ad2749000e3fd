// The most that a processor's multiply-adds reach: what the share of the peak refers to.
#pragma once

#include "scn/fwd.hpp"

namespace suite {

/// Operations a second, two for each multiply-add in single precision, that a loop in registers reaches on the device's
/// threads with its instructions, those of `automatic` for `eigen`: the best of several short runs, measured once for
/// each number of threads and set of instructions.
double fma_peak(const scn::Cpu& device);

}  // namespace suite

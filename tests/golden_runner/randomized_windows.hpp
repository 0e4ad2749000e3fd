// The windows of a randomised stride, as the case has them drawn.
#pragma once

#include <cstdint>
#include <vector>

#include "golden_runner/expectation.hpp"

namespace golden {

/// For each axis the first input coordinate of every window.
using WindowStarts = std::vector<std::vector<std::int64_t>>;

/// The stored starts, none for a case without. Those that no rule reveals (-1) are filled in: by steps of stride - 1,
/// stride or stride + 1 between the others, such that as few input sites as possible are met, which is none unless they
/// are in a gap of another axis. Throws FormatError where there are no such steps.
WindowStarts window_starts(const Subject& subject);

/// Notes in the case where the rules do not reveal what is stored, -1 included.
void compare_window_starts(const Subject& subject);

}  // namespace golden

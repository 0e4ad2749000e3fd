// The dimension of a case.
#pragma once

#include "golden_runner/case.hpp"

namespace golden {

/// As it is named, or as the shapes of the arrays or the extents of the table tell it; 1 for rows alone.
std::int64_t dimension_of(const Case& stored);

}  // namespace golden

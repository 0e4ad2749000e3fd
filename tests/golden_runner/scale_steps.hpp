// The steps of a pyramid from their description in words.
#pragma once

#include <string>
#include <vector>

namespace golden {

struct ScaleStep {
  std::vector<int> size, stride;  ///< one number, or one for each axis
  bool convolves = false;         ///< else it pools
};

/// "input, then a 2/2 convolution, then a 3/2 max pooling": a step for each SIZE/STRIDE, in order; sizes and strides
/// may be lists like (3,2). Throws Skipped where there is none.
std::vector<ScaleStep> scale_steps(const std::string& words);

}  // namespace golden

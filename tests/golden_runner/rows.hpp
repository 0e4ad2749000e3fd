// Rows x channels numbers, for plain loops over them.
#pragma once

#include <cstdint>
#include <vector>

namespace golden {

struct Rows {
  std::vector<double> values;
  std::int64_t channels = 0;

  std::int64_t count() const { return channels == 0 ? 0 : static_cast<std::int64_t>(values.size()) / channels; }
  double& operator()(std::int64_t row, std::int64_t c) { return values[static_cast<std::size_t>(row * channels + c)]; }
  double operator()(std::int64_t row, std::int64_t c) const {
    return values[static_cast<std::size_t>(row * channels + c)];
  }
};

}  // namespace golden

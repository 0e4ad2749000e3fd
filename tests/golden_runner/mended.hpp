// What scn computes in place of results that record a defect of the reference; plain loops in double.
#pragma once

#include <cstdint>
#include <vector>

#include "golden_runner/sites.hpp"

namespace golden {

/// Rows x channels numbers.
struct Rows {
  std::vector<double> values;
  std::int64_t channels = 0;

  std::int64_t count() const { return channels == 0 ? 0 : static_cast<std::int64_t>(values.size()) / channels; }
  double& operator()(std::int64_t row, std::int64_t c) { return values[static_cast<std::size_t>(row * channels + c)]; }
  double operator()(std::int64_t row, std::int64_t c) const {
    return values[static_cast<std::size_t>(row * channels + c)];
  }
};

/// The true gradient of max pooling that drops the first channels: the reference forgets the offset. `size` and
/// `stride` have one number for each axis.
std::vector<double> max_pooling_gradient(const Rows& x, const std::vector<Coordinates>& in, const Rows& dy,
                                         const std::vector<Coordinates>& out, const std::vector<std::int64_t>& size,
                                         const std::vector<std::int64_t>& stride);

/// Batch normalisation in training with moments from two passes: the reference takes them in one.
struct NormalizationResult {
  Rows y, dx;
  std::vector<double> dweight, dbias;
  std::vector<double> spread;  ///< of each channel: |mean| / deviation
  double largest_term = 0;     ///< of those whose difference is dx
};
NormalizationResult normalize_in_two_passes(const Rows& x, const Rows& dy, const std::vector<double>& weight,
                                            const std::vector<double>& bias, double eps, double leakiness);

}  // namespace golden

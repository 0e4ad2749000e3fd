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

/// Batch normalisation in training with moments from two passes, for channels whose mean is above 1000 deviations: the
/// reference takes its moments in one pass.
class TwoPassNormalization {
 public:
  /// Reads in_features, grad_out, weight and bias of the case.
  TwoPassNormalization(Case& stored, double eps, double leakiness);

  void compare_outputs(Case& stored, const std::vector<double>& ours) const;
  void compare_input_gradient(Case& stored, const std::vector<double>& ours) const;
  /// `name` is weight or bias.
  void compare_gradient(Case& stored, const std::string& name, const std::vector<double>& ours) const;
  /// The stored running variance is a difference of squares even in double precision.
  void compare_variance(Case& stored, const std::string& array, const std::vector<double>& ours) const;

 private:
  void compute_channel(std::int64_t channel, double eps, double leakiness);
  void compare(Case& stored, const std::string& array, const std::vector<double>& two_pass,
               const std::vector<double>& ours, Kind kind, double scale = 0) const;

  Rows x_, dy_, y_, dx_;
  std::vector<double> weight_, bias_, dweight_, dbias_;
  std::vector<double> spread_;  // of each channel: |mean| / deviation
  double largest_spread_ = 0;
  double largest_term_ = 0;  // of those whose difference is dx
};

}  // namespace golden

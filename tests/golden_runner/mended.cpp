// The mended results, by their definitions.
#include "golden_runner/mended.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace golden {

std::vector<double> max_pooling_gradient(const Rows& x, const std::vector<Coordinates>& in, const Rows& dy,
                                         const std::vector<Coordinates>& out, const std::vector<std::int64_t>& size,
                                         const std::vector<std::int64_t>& stride) {
  const std::int64_t drop = x.channels - dy.channels;
  Rows dx{std::vector<double>(x.values.size()), x.channels};
  for (std::size_t o = 0; o < out.size(); ++o) {
    std::vector<std::int64_t> window;
    for (std::size_t i = 0; i < in.size(); ++i) {
      bool within = in[i].back() == out[o].back();
      for (std::size_t axis = 0; axis < size.size(); ++axis) {
        const std::int64_t tap = in[i][axis] - stride[axis] * out[o][axis];
        within = within && tap >= 0 && tap < size[axis];
      }
      if (within) window.push_back(static_cast<std::int64_t>(i));
    }
    for (std::int64_t c = 0; c < dy.channels; ++c) {
      double largest = 0;
      for (const std::int64_t i : window) largest = std::max(largest, x(i, c + drop));
      for (const std::int64_t i : window)
        if (x(i, c + drop) == largest) dx(i, c + drop) += dy(static_cast<std::int64_t>(o), c);
    }
  }
  return dx.values;
}

NormalizationResult normalize_in_two_passes(const Rows& x, const Rows& dy, const std::vector<double>& weight,
                                            const std::vector<double>& bias, double eps, double leakiness) {
  const std::int64_t rows = x.count();
  const auto count = static_cast<double>(rows);
  NormalizationResult result{x, x, {}, {}, {}, 0};
  for (std::int64_t c = 0; c < x.channels; ++c) {
    const auto channel = static_cast<std::size_t>(c);
    const double gain = weight.empty() ? 1 : weight[channel], shift = bias.empty() ? 0 : bias[channel];
    double mean = 0, variance = 0;
    for (std::int64_t row = 0; row < rows; ++row) mean += x(row, c) / count;
    for (std::int64_t row = 0; row < rows; ++row) variance += (x(row, c) - mean) * (x(row, c) - mean) / count;
    const double inverse = 1 / std::sqrt(variance + eps);
    result.spread.push_back(variance > 0 ? std::abs(mean) / std::sqrt(variance) : 0);

    std::vector<double> dz;
    double sum = 0, projection = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      const double normalized = (x(row, c) - mean) * inverse, z = gain * normalized + shift;
      result.y(row, c) = z > 0 ? z : leakiness * z;
      dz.push_back(dy.values.empty() ? 0 : dy(row, c) * (z > 0 ? 1 : leakiness));
      sum += dz.back();
      projection += dz.back() * normalized;
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      const double normalized = (x(row, c) - mean) * inverse, own = dz[static_cast<std::size_t>(row)];
      result.dx(row, c) = gain * inverse * (own - sum / count - normalized * projection / count);
      result.largest_term = std::max(result.largest_term, std::abs(gain * inverse * own));
    }
    result.dweight.push_back(projection);
    result.dbias.push_back(sum);
  }
  return result;
}

}  // namespace golden

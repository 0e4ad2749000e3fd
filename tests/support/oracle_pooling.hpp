// Oracle of max pooling, average pooling, unpooling, and the way to a dense array, forward and backward.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <vector>

#include "oracle_maps.hpp"
#include "oracle_sites.hpp"

/// Use: `max_pool(x, outputs, pairs)`, `average_pool(x, outputs, pairs, volume(window))`,
/// `unpool(x, finer, transposed(pairs))`, `to_dense(x, samples, channels, extent)`; each has a `_backward` that takes
/// the gradient of its result, and the gradient of active_max_pool is that of max_pool. `drop` leaves out that many
/// leading channels of the input; they get no gradient.
namespace oracle {

/// The largest value in the window, or 0 if none is above it; NaN is never larger.
inline Features max_pool(const Features& x, const SiteSet& outputs, const Pairs& pairs, std::size_t drop = 0) {
  const std::size_t channels = x.empty() ? drop : x.begin()->second.size();
  Features y = zeros(outputs, channels - drop);
  for (const Pair& pair : pairs)
    for (std::size_t channel = drop; channel < channels; ++channel) {
      const double value = x.at(pair.in).at(channel);
      double& largest = y.at(pair.out)[channel - drop];
      if (value > largest) largest = value;
    }
  return y;
}

/// The largest number in the window, whatever its sign, or 0 if there is none.
inline Features active_max_pool(const Features& x, const SiteSet& outputs, const Pairs& pairs, std::size_t drop = 0) {
  Features y = max_pool(x, outputs, pairs, drop);
  for (auto& [site, row] : y)
    for (std::size_t channel = 0; channel < row.size(); ++channel) {
      std::vector<double> numbers;
      for (const Pair& pair : pairs)
        if (const double value = x.at(pair.in).at(channel + drop); pair.out == site && !std::isnan(value))
          numbers.push_back(value);
      row[channel] = numbers.empty() ? 0 : *std::max_element(numbers.begin(), numbers.end());
    }
  return y;
}

/// Every input equal to its output gets the whole gradient: ties all do, and so does a 0 under an output of 0.
inline Features max_pool_backward(const Features& x, const Features& y, const Pairs& pairs, const Features& dy,
                                  std::size_t drop = 0) {
  Features dx = zeros(sites_of(x), x.empty() ? drop : x.begin()->second.size());
  for (const Pair& pair : pairs)
    for (std::size_t channel = drop; channel < x.at(pair.in).size(); ++channel)
      if (x.at(pair.in)[channel] == y.at(pair.out)[channel - drop])
        dx.at(pair.in)[channel] += dy.at(pair.out)[channel - drop];
  return dx;
}

/// The sum over the window divided by the number of its taps, occupied or not.
inline Features average_pool(const Features& x, const SiteSet& outputs, const Pairs& pairs, std::int64_t taps,
                             std::size_t drop = 0) {
  const std::size_t channels = x.empty() ? drop : x.begin()->second.size();
  Features y = zeros(outputs, channels - drop);
  for (const Pair& pair : pairs)
    for (std::size_t channel = drop; channel < channels; ++channel)
      y.at(pair.out)[channel - drop] += x.at(pair.in).at(channel) / static_cast<double>(taps);
  return y;
}

inline Features average_pool_backward(const Features& x, const Pairs& pairs, std::int64_t taps, const Features& dy,
                                      std::size_t drop = 0) {
  Features dx = zeros(sites_of(x), x.empty() ? drop : x.begin()->second.size());
  for (const Pair& pair : pairs)
    for (std::size_t channel = drop; channel < x.at(pair.in).size(); ++channel)
      dx.at(pair.in)[channel] += dy.at(pair.out)[channel - drop] / static_cast<double>(taps);
  return dx;
}

/// The pairs of each output.
inline std::map<Site, double> active_counts(const Pairs& pairs) {
  std::map<Site, double> counts;
  for (const Pair& pair : pairs) counts[pair.out] += 1;
  return counts;
}

/// The sum over the window divided by the number of its active sites; 0 where there are none.
inline Features active_average_pool(const Features& x, const SiteSet& outputs, const Pairs& pairs,
                                    std::size_t drop = 0) {
  Features y = average_pool(x, outputs, pairs, 1, drop);
  for (const auto& [site, count] : active_counts(pairs))
    for (double& value : y.at(site)) value /= count;
  return y;
}

inline Features active_average_pool_backward(const Features& x, const Pairs& pairs, Features dy, std::size_t drop = 0) {
  for (const auto& [site, count] : active_counts(pairs))
    for (double& value : dy.at(site)) value /= count;
  return average_pool_backward(x, pairs, 1, dy, drop);
}

/// The sum of all coarse sites whose window covers a fine one; the pairs run from coarse to fine.
inline Features unpool(const Features& x, const SiteSet& outputs, const Pairs& pairs, std::size_t drop = 0) {
  return average_pool(x, outputs, pairs, 1, drop);
}

inline Features unpool_backward(const Features& x, const Pairs& pairs, const Features& dy, std::size_t drop = 0) {
  return average_pool_backward(x, pairs, 1, dy, drop);
}

/// One row a sample: the sum of its sites, their mean, or their largest number; zeros without sites.
inline Rows global_sum(const Features& x, std::size_t samples, std::size_t channels) {
  Rows y(samples, Channels(channels, 0.0));
  for (const auto& [site, row] : x)
    for (std::size_t channel = 0; channel < channels; ++channel)
      y.at(static_cast<std::size_t>(site.sample))[channel] += row.at(channel);
  return y;
}

inline std::vector<double> sites_of_samples(const Features& x, std::size_t samples) {
  std::vector<double> counts(samples, 0.0);
  for (const auto& [site, row] : x) counts.at(static_cast<std::size_t>(site.sample)) += 1;
  return counts;
}

inline Rows global_mean(const Features& x, std::size_t samples, std::size_t channels) {
  Rows y = global_sum(x, samples, channels);
  const std::vector<double> counts = sites_of_samples(x, samples);
  for (std::size_t sample = 0; sample < samples; ++sample)
    for (double& value : y[sample]) value = counts[sample] == 0 ? 0 : value / counts[sample];
  return y;
}

inline Rows global_max(const Features& x, std::size_t samples, std::size_t channels) {
  Rows y(samples, Channels(channels, 0.0));
  for (std::size_t sample = 0; sample < samples; ++sample)
    for (std::size_t channel = 0; channel < channels; ++channel) {
      std::vector<double> numbers;
      for (const auto& [site, row] : x)
        if (static_cast<std::size_t>(site.sample) == sample && !std::isnan(row.at(channel)))
          numbers.push_back(row.at(channel));
      if (!numbers.empty()) y[sample][channel] = *std::max_element(numbers.begin(), numbers.end());
    }
  return y;
}

/// Place of a site's channel in an array (samples, channels, extent...), row-major, last axis fastest.
inline std::size_t dense_place(const Site& site, std::size_t channel, std::size_t channels, const Axes& extent) {
  if (!inside(site, extent)) throw std::out_of_range(text(site) + " is outside the extent");
  std::size_t place = static_cast<std::size_t>(site.sample) * channels + channel;
  for (std::size_t axis = 0; axis < extent.size(); ++axis)
    place = place * static_cast<std::size_t>(extent[axis]) + static_cast<std::size_t>(site.at[axis]);
  return place;
}

/// The array (samples, channels, extent...), zero where no site is; throws for more than 2^24 values.
inline std::vector<double> to_dense(const Features& x, std::size_t samples, std::size_t channels, const Axes& extent) {
  double values = static_cast<double>(samples) * static_cast<double>(channels);
  for (const std::int64_t length : extent) values *= static_cast<double>(length);
  if (values > double{1 << 24}) throw std::length_error("dense array of more than 2^24 values");
  std::vector<double> y(static_cast<std::size_t>(values), 0.0);
  for (const auto& [site, row] : x)
    for (std::size_t channel = 0; channel < channels; ++channel)
      y.at(dense_place(site, channel, channels, extent)) = row.at(channel);
  return y;
}

inline Features to_dense_backward(const Features& x, std::size_t channels, const Axes& extent,
                                  const std::vector<double>& dy) {
  Features dx = zeros(sites_of(x), channels);
  for (auto& [site, row] : dx)
    for (std::size_t channel = 0; channel < channels; ++channel)
      row[channel] = dy.at(dense_place(site, channel, channels, extent));
  return dx;
}

}  // namespace oracle

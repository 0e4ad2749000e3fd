// Oracle of losses, optimizer steps and the confusion matrix.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include "oracle_sites.hpp"

/// Use: `cross_entropy(logits, labels, {.weights = w, .ignore = 255})` and `mean_squared_error(x, target)` give .value
/// and .gradient; an optimizer object keeps the state of one parameter, `optimizer.step(values, gradient)` changes the
/// values; `Confusion` counts rows.
namespace oracle {

struct Loss {
  double value = 0;
  Rows gradient;  ///< of the rows given
};

/// weights: one a class, or empty for 1 each; rows labelled `ignore` take no part.
struct CrossEntropySettings {
  std::vector<double> weights = {};
  std::optional<std::int64_t> ignore = std::nullopt;
};

/// PyTorch's weighted mean: sum of weight[label] * -log softmax[label] over the sum of weight[label].
/// Where that divisor is 0 (no row counts) value and gradient are 0, PyTorch's NaN being of no use to a training run.
inline Loss cross_entropy(const Rows& logits, const std::vector<std::int64_t>& labels,
                          const CrossEntropySettings& settings = {}) {
  if (logits.size() != labels.size()) throw std::invalid_argument("logits and labels differ in number");
  Loss loss;
  double total = 0;
  for (std::size_t row = 0; row < logits.size(); ++row) {
    loss.gradient.emplace_back(logits[row].size(), 0.0);
    if (settings.ignore == labels[row]) continue;
    const std::size_t label = static_cast<std::size_t>(labels[row]);
    const double weight = settings.weights.empty() ? 1.0 : settings.weights.at(label);
    double largest = logits[row].at(label), sum = 0;
    for (const double logit : logits[row]) largest = logit > largest ? logit : largest;
    for (const double logit : logits[row]) sum += std::exp(logit - largest);
    loss.value += weight * (std::log(sum) + largest - logits[row][label]);
    for (std::size_t c = 0; c < logits[row].size(); ++c)
      loss.gradient[row][c] = weight * (std::exp(logits[row][c] - largest) / sum - (c == label ? 1 : 0));
    total += weight;
  }
  if (total == 0) return {0, Rows(loss.gradient.size(), Channels(logits.empty() ? 0 : logits[0].size(), 0.0))};
  loss.value /= total;
  for (Channels& row : loss.gradient)
    for (double& value : row) value /= total;
  return loss;
}

/// The mean over all elements; 0 for none.
inline Loss mean_squared_error(const Rows& x, const Rows& target) {
  if (x.size() != target.size()) throw std::invalid_argument("rows and targets differ in number");
  Loss loss{0, x};
  const double elements = static_cast<double>(flat(x).size());
  for (std::size_t row = 0; row < x.size(); ++row)
    for (std::size_t channel = 0; channel < x[row].size(); ++channel) {
      const double error = x[row][channel] - target[row].at(channel);
      loss.value += error * error / elements;
      loss.gradient[row][channel] = 2 * error / elements;
    }
  return loss;
}

/// Stochastic gradient descent as in PyTorch: weight decay joins the gradient, the first velocity is that gradient.
struct Sgd {
  double rate = 0.1, momentum = 0, weight_decay = 0;
  bool nesterov = false;
  std::vector<double> velocity = {};

  void step(std::vector<double>& values, const std::vector<double>& gradient) {
    velocity.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double slope = gradient.at(i) + weight_decay * values[i];
      velocity[i] = momentum * velocity[i] + slope;
      values[i] -= rate * (nesterov ? slope + momentum * velocity[i] : velocity[i]);
    }
  }
};

/// Adam as in PyTorch: bias-corrected moments, eps outside the root, weight decay joins the gradient.
struct Adam {
  double rate = 1e-3, first_decay = 0.9, second_decay = 0.999, eps = 1e-8, weight_decay = 0;
  std::vector<double> first = {}, second = {};
  int steps = 0;

  void step(std::vector<double>& values, const std::vector<double>& gradient) {
    first.resize(values.size(), 0.0);
    second.resize(values.size(), 0.0);
    ++steps;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double slope = gradient.at(i) + weight_decay * values[i];
      first[i] = first_decay * first[i] + (1 - first_decay) * slope;
      second[i] = second_decay * second[i] + (1 - second_decay) * slope * slope;
      const double mean = first[i] / (1 - std::pow(first_decay, steps));
      const double square = second[i] / (1 - std::pow(second_decay, steps));
      values[i] -= rate * mean / (std::sqrt(square) + eps);
    }
  }
};

/// counts[truth][prediction].
struct Confusion {
  std::vector<std::vector<std::int64_t>> counts;

  explicit Confusion(std::size_t classes) : counts(classes, std::vector<std::int64_t>(classes, 0)) {}

  void add(const std::vector<std::int64_t>& truth, const std::vector<std::int64_t>& prediction,
           std::optional<std::int64_t> ignore = std::nullopt) {
    for (std::size_t row = 0; row < truth.size(); ++row)
      if (ignore != truth[row])
        ++counts.at(static_cast<std::size_t>(truth[row])).at(static_cast<std::size_t>(prediction.at(row)));
  }

  /// Correct over correct + missed + falsely claimed; none for a class that is in neither list.
  std::optional<double> iou(std::size_t which) const {
    std::int64_t united = -counts[which][which];
    for (std::size_t other = 0; other < counts.size(); ++other) united += counts[which][other] + counts[other][which];
    if (united == 0) return std::nullopt;
    return static_cast<double>(counts[which][which]) / static_cast<double>(united);
  }

  /// The mean over the classes that have an IoU; 0 if none has.
  double mean_iou() const {
    double sum = 0, classes = 0;
    for (std::size_t which = 0; which < counts.size(); ++which)
      if (const auto value = iou(which)) sum += *value, classes += 1;
    return classes == 0 ? 0 : sum / classes;
  }

  /// Correct rows over all rows; 0 if there are none.
  double accuracy() const {
    std::int64_t correct = 0, all = 0;
    for (std::size_t truth = 0; truth < counts.size(); ++truth)
      for (std::size_t prediction = 0; prediction < counts.size(); ++prediction) {
        all += counts[truth][prediction];
        if (truth == prediction) correct += counts[truth][prediction];
      }
    return all == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(all);
  }
};

}  // namespace oracle

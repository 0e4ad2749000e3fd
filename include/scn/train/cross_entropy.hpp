// Softmax cross-entropy of rows of class scores, with class weights and a label to leave out.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "scn/autograd/tape.hpp"
#include "scn/train/labels.hpp"

namespace scn {

struct CrossEntropySettings {
  std::vector<double> weights = {};     ///< one per class, none negative; empty: 1 each
  std::int64_t ignore = ignored_label;  ///< rows with this label take no part; may be a class
};

namespace detail {

/// What a row is to be: its class, or -1 if it does not count, and its part of the sum of all weights.
template <class T>
struct RowTarget {
  std::int32_t label;
  T share;
};

/// The softmax of a row is exp(x - largest) / sum; without the largest, exp() overflows beyond 88 in float.
template <class T>
struct SoftmaxRow {
  T largest, sum;
};

/// Everything that the three kernels read and the first one writes.
template <class S, class T>
struct CrossEntropyRows {
  MatrixView<const S> logits;
  const RowTarget<T>* targets;
  SoftmaxRow<T>* softmax;

  constexpr bool counts(std::int64_t row) const { return targets[row].label >= 0; }
  constexpr T below_largest(std::int64_t row, std::int64_t c) const {
    return static_cast<T>(logits(row, c)) - softmax[row].largest;
  }
};

template <class S, class T>
struct PrepareSoftmax {
  CrossEntropyRows<S, T> rows;
  constexpr void operator()(std::int64_t row) const {
    if (!rows.counts(row)) return;
    SoftmaxRow<T>& softmax = rows.softmax[row];
    softmax = {static_cast<T>(rows.logits(row, 0)), T{}};
    for (std::int64_t c = 1; c < rows.logits.channels; ++c) {
      const T logit = static_cast<T>(rows.logits(row, c));
      if (logit > softmax.largest) softmax.largest = logit;
    }
    for (std::int64_t c = 0; c < rows.logits.channels; ++c) softmax.sum += std::exp(rows.below_largest(row, c));
  }
};

template <class S, class T>
struct CrossEntropyOfRow {
  CrossEntropyRows<S, T> rows;
  constexpr T operator()(std::int64_t row, std::int64_t) const {
    if (!rows.counts(row)) return T{};
    const RowTarget<T>& target = rows.targets[row];
    return target.share * (std::log(rows.softmax[row].sum) - rows.below_largest(row, target.label));
  }
};

template <class S, class T>
struct CrossEntropyBackward {
  CrossEntropyRows<S, T> rows;
  MatrixView<const T> dloss;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    T gradient{};
    if (rows.counts(row)) {
      const RowTarget<T>& target = rows.targets[row];
      const T probability = std::exp(rows.below_largest(row, c)) / rows.softmax[row].sum;
      gradient = dloss(0, 0) * target.share * (probability - (c == target.label ? T{1} : T{}));
    }
    store(dx(row, c), static_cast<S>(gradient), write);
  }
};

/// Checks labels and weights, and gives each row its class and share.
template <class T, Labels Range>
std::vector<RowTarget<T>> row_targets(std::int64_t rows, std::int64_t classes, const Range& range,
                                      const CrossEntropySettings& settings) {
  const std::span labels(range);
  const std::vector<double>& weights = settings.weights;
  require(static_cast<std::int64_t>(labels.size()) == rows, "cross_entropy: expected a label for each of ", rows,
          " rows, got ", labels.size());
  require(weights.empty() || static_cast<std::int64_t>(weights.size()) == classes || rows == 0,
          "cross_entropy: expected a weight for each of ", classes, " classes, got ", weights.size());
  require<LimitExceeded>(classes <= std::numeric_limits<std::int32_t>::max(), "cross_entropy: ", classes,
                         " classes are more than labels of 32 bits can name");
  for (std::size_t c = 0; c < weights.size(); ++c)
    require(std::isfinite(weights[c]) && weights[c] >= 0, "cross_entropy: the weight of class ", c, " is ", weights[c],
            ", expected a finite number that is not negative");
  const auto weight_of = [&](std::int64_t label) {
    if (label == settings.ignore) return 0.0;
    return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(label)];
  };
  double total = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::int64_t label{labels[row]};
    require(label == settings.ignore || (label >= 0 && label < classes), "cross_entropy: row ", row, " has label ",
            label, ", expected one of ", classes, " classes from 0 or ", settings.ignore, ", which is ignored");
    total += weight_of(label);
  }
  std::vector<RowTarget<T>> targets;
  targets.reserve(labels.size());
  for (const std::int64_t label : labels) {
    const double weight = weight_of(label);
    targets.push_back(weight > 0 ? RowTarget<T>{static_cast<std::int32_t>(label), static_cast<T>(weight / total)}
                                 : RowTarget<T>{-1, T{}});
  }
  return targets;
}

}  // namespace detail

/// The weighted mean over rows of -log softmax(logits)[label], a 1 x 1 variable: sum of weight * cost over sum of
/// weight, as in PyTorch. Where no row counts it is 0 with a gradient of 0. Does not wait: the weights are summed on
/// the host.
template <Device Dev, Labels Range>
Variable<Dev, typename Dev::Accumulator> cross_entropy(const Variable<Dev>& logits, const Range& labels,
                                                       Tape* tape = nullptr,
                                                       const CrossEntropySettings& settings = {}) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  using Target = detail::RowTarget<T>;
  Dev& device = logits.device();
  const auto host_targets = detail::row_targets<T>(logits.rows().bound, logits.channels(), labels, settings);
  Buffer<Target, Dev> targets(device, std::span<const Target>(host_targets));
  Buffer<detail::SoftmaxRow<T>, Dev> softmax(device, logits.rows().bound);
  const detail::CrossEntropyRows<S, T> rows{std::as_const(logits.value()).view(), targets.data(), softmax.data()};
  parallel_for(device, logits.rows(), detail::PrepareSoftmax<S, T>{rows});
  Matrix<Dev, T> mean(device, 1, 1);
  reduce(device, logits.rows(), 1, Segments{}, detail::CrossEntropyOfRow<S, T>{rows}, mean);

  const bool record = is_recording(tape, logits.needs_gradient());
  Variable<Dev, T> loss(std::move(mean), record);
  if (record)
    tape->record([logits, rows, targets = std::move(targets), softmax = std::move(softmax), loss] {
      if (!loss.has_gradient()) return;
      const auto [dx, write] = logits.contribute();
      parallel_for(logits.device(), logits.rows(), logits.channels(),
                   detail::CrossEntropyBackward<S, T>{rows, loss.gradient().view(), dx.view(), write});
    });
  return loss;
}

}  // namespace scn

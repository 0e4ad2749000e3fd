// Softmax cross-entropy of rows of class scores: class weights, a label to leave out, smoothed labels, hard rows first.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "scn/autograd/tape.hpp"
#include "scn/train/labels.hpp"

namespace scn {

struct CrossEntropySettings {
  std::vector<double> weights = {};     ///< one per class, none negative; empty: 1 each
  std::int64_t ignore = ignored_label;  ///< rows with this label take no part; may be a class
  double smoothing = 0;                 ///< share of every label that is spread evenly over all classes; below 1
  double focus = 0;                     ///< power of 1 - p by which a class found with probability p counts less
};

namespace detail {

/// What a row is to be: its class, or -1 if it does not count, and its part of the sum of all weights.
template <class T>
struct RowTarget {
  std::int32_t label;
  T share;
};

/// The softmax of a row is exp(x - largest) / sum; without the largest, exp() overflows beyond 88 in float. `pull` is
/// the sum of p dcost/dp over its classes.
template <class T>
struct SoftmaxRow {
  T largest, sum, pull;
};

/// Everything that the three kernels read and the first one writes. The cost of a row is the sum over its classes of
/// wanted (1 - p)^focus (-log p).
template <class S, class T>
struct CrossEntropyRows {
  MatrixView<const S> logits;
  const RowTarget<T>* targets;
  SoftmaxRow<T>* softmax;
  T smoothing, focus;

  constexpr bool counts(std::int64_t row) const { return targets[row].label >= 0; }
  constexpr T below_largest(std::int64_t row, std::int64_t c) const {
    return static_cast<T>(logits(row, c)) - softmax[row].largest;
  }
  constexpr T probability(std::int64_t row, std::int64_t c) const {
    return std::exp(below_largest(row, c)) / softmax[row].sum;
  }
  constexpr T minus_log(std::int64_t row, std::int64_t c) const {
    return std::log(softmax[row].sum) - below_largest(row, c);
  }
  constexpr T wanted(std::int64_t row, std::int64_t c) const {
    const T spread = smoothing / static_cast<T>(logits.channels);
    return c == targets[row].label ? T{1} - smoothing + spread : spread;
  }
  constexpr T cost(std::int64_t row, std::int64_t c) const {
    const T plain = minus_log(row, c);
    return focus == T{} ? plain : std::pow(T{1} - probability(row, c), focus) * plain;
  }
  /// p dcost/dp of a class
  constexpr T slope(std::int64_t row, std::int64_t c) const {
    if (focus == T{}) return T{-1};
    const T p = probability(row, c), rest = T{1} - p;
    if (rest <= T{}) return T{};
    return -std::pow(rest, focus - T{1}) * (focus * p * minus_log(row, c) + rest);
  }
  /// The sum of wanted * term(class), without the classes that are not wanted.
  template <class Term>
  constexpr T over_classes(std::int64_t row, const Term& term) const {
    if (smoothing == T{}) return term(targets[row].label);
    T sum{};
    for (std::int64_t c = 0; c < logits.channels; ++c) sum += wanted(row, c) * term(c);
    return sum;
  }
};

template <class S, class T>
struct PrepareSoftmax {
  CrossEntropyRows<S, T> rows;
  constexpr void operator()(std::int64_t row) const {
    if (!rows.counts(row)) return;
    SoftmaxRow<T>& softmax = rows.softmax[row];
    softmax = {static_cast<T>(rows.logits(row, 0)), T{}, T{}};
    for (std::int64_t c = 1; c < rows.logits.channels; ++c) {
      const T logit = static_cast<T>(rows.logits(row, c));
      if (logit > softmax.largest) softmax.largest = logit;
    }
    for (std::int64_t c = 0; c < rows.logits.channels; ++c) softmax.sum += std::exp(rows.below_largest(row, c));
    softmax.pull = rows.over_classes(row, [this, row](std::int64_t c) { return rows.slope(row, c); });
  }
};

template <class S, class T>
struct CrossEntropyOfRow {
  CrossEntropyRows<S, T> rows;
  constexpr T operator()(std::int64_t row, std::int64_t) const {
    if (!rows.counts(row)) return T{};
    return rows.targets[row].share * rows.over_classes(row, [this, row](std::int64_t c) { return rows.cost(row, c); });
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
      const bool wanted = rows.smoothing > T{} || c == rows.targets[row].label;
      const T own = wanted ? rows.wanted(row, c) * rows.slope(row, c) : T{};
      gradient = dloss(0, 0) * rows.targets[row].share * (own - rows.probability(row, c) * rows.softmax[row].pull);
    }
    store(dx(row, c), static_cast<S>(gradient), write);
  }
};

/// Checks labels and weights, and gives each row its class and share.
template <class T, Device Dev, Labels Range>
HostVector<RowTarget<T>> row_targets(const Variable<Dev>& logits, const Range& range,
                                     const CrossEntropySettings& settings) {
  const std::int64_t rows = logits.rows().bound, classes = logits.channels();
  const std::vector<double>& weights = settings.weights;
  require(weights.empty() || static_cast<std::int64_t>(weights.size()) == classes || rows == 0,
          "cross_entropy: expected a weight for each of ", classes, " classes, got ", weights.size());
  for (std::size_t c = 0; c < weights.size(); ++c)
    require(std::isfinite(weights[c]) && weights[c] >= 0, "cross_entropy: the weight of class ", c, " is ", weights[c],
            ", expected a finite number that is not negative");
  require(settings.smoothing >= 0 && settings.smoothing < 1 && settings.focus >= 0 && std::isfinite(settings.focus),
          "cross_entropy: smoothing must lie in [0, 1) and focus be finite and not negative, got ", settings.smoothing,
          " and ", settings.focus);
  const HostVector<std::int32_t> labels = checked_labels("cross_entropy", logits, range, settings.ignore);
  const auto weight_of = [&](std::int32_t label) {
    if (label < 0) return 0.0;
    return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(label)];
  };
  double total = 0;
  for (const std::int32_t label : labels) total += weight_of(label);
  HostVector<RowTarget<T>> targets(host_allocator<RowTarget<T>>(logits.device()));
  targets.reserve(labels.size());
  for (const std::int32_t label : labels) {
    const double weight = weight_of(label);
    targets.push_back(weight > 0 ? RowTarget<T>{label, static_cast<T>(weight / total)} : RowTarget<T>{-1, T{}});
  }
  return targets;
}

}  // namespace detail

/// The weighted mean over rows of -log softmax(logits)[label], a 1 x 1 variable: sum of weight * cost over sum of
/// weight, as in PyTorch. Where no row counts it is 0 with a gradient of 0. With smoothing every class is wanted, the
/// label with 1 - smoothing more than the others (Szegedy et al., CVPR 2016); a row counts with the weight of its
/// label. With a focus of 2, say, rows that are right already count little: the focal loss of Lin et al., ICCV 2017.
/// Does not wait: the weights are summed on the host.
template <Device Dev, Labels Range>
Variable<Dev, typename Dev::Accumulator> cross_entropy(const Variable<Dev>& logits, const Range& labels,
                                                       Tape* tape = nullptr,
                                                       const CrossEntropySettings& settings = {}) {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;
  using Target = detail::RowTarget<T>;
  Dev& device = logits.device();
  const auto host_targets = detail::row_targets<T>(logits, labels, settings);
  Buffer<Target, Dev> targets(device, std::span<const Target>(host_targets));
  Buffer<detail::SoftmaxRow<T>, Dev> softmax(device, logits.rows().bound);
  const detail::CrossEntropyRows<S, T> rows{std::as_const(logits.value()).view(), targets.data(), softmax.data(),
                                            static_cast<T>(settings.smoothing), static_cast<T>(settings.focus)};
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

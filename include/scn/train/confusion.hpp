// Confusion matrix of predicted and true classes, and the scores read from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scn/train/labels.hpp"

namespace scn {

/// Counts rows by true and predicted class, on the host; rows whose true label is `ignore` are left out.
class Confusion {
 public:
  static constexpr std::int64_t most_classes = 16384;  ///< the matrix then takes 2 GiB

  explicit Confusion(std::int64_t classes, std::int64_t ignore = ignored_label) : classes_(classes), ignore_(ignore) {
    require(classes >= 1, "Confusion: expected at least one class, got ", classes);
    require<LimitExceeded>(classes <= most_classes, "Confusion: ", classes, " classes are more than ", most_classes);
    counts_.resize(static_cast<std::size_t>(classes * classes));
  }

  std::int64_t classes() const { return classes_; }

  /// One prediction and one label for each row; adds to what was counted before.
  template <Labels Predictions, Labels Truth>
  void add(const Predictions& predictions, const Truth& labels) {
    const std::span predicted(predictions);
    const std::span wanted(labels);
    require(predicted.size() == wanted.size(), "Confusion: got ", predicted.size(), " predictions and ", wanted.size(),
            " labels");
    for (std::size_t row = 0; row < wanted.size(); ++row) {
      if (wanted[row] == ignore_) continue;
      require_class("label", row, wanted[row]);
      require_class("prediction", row, predicted[row]);
    }
    for (std::size_t row = 0; row < wanted.size(); ++row)
      if (wanted[row] != ignore_) ++counts_[place(wanted[row], predicted[row])];
  }

  /// Rows of class `label` that were taken for class `prediction`.
  std::int64_t count(std::int64_t label, std::int64_t prediction) const {
    require_class("label", label);
    require_class("prediction", prediction);
    return counts_[place(label, prediction)];
  }

  /// Intersection over union: hits over rows that are of this class, or were taken for it; nothing if there are none.
  std::optional<double> iou(std::int64_t label) const {
    const auto [hits, labelled, predicted] = tally(label);
    return fraction(hits, labelled + predicted - hits);
  }
  /// Twice the hits over rows of this class and rows taken for it, counted apart: the harmonic mean of the share of
  /// found rows and the share of right guesses; nothing if there are none.
  std::optional<double> f1(std::int64_t label) const {
    const auto [hits, labelled, predicted] = tally(label);
    return fraction(2 * hits, labelled + predicted);
  }
  /// Hits over rows taken for this class; nothing if there are none.
  std::optional<double> precision(std::int64_t label) const {
    const auto [hits, labelled, predicted] = tally(label);
    return fraction(hits, predicted);
  }
  /// Hits over rows of this class; nothing if there are none.
  std::optional<double> recall(std::int64_t label) const {
    const auto [hits, labelled, predicted] = tally(label);
    return fraction(hits, labelled);
  }

  /// The means over the classes that occur in truth or prediction; 0 if none does.
  double mean_iou() const {
    return mean([this](std::int64_t label) { return iou(label); });
  }
  double mean_f1() const {
    return mean([this](std::int64_t label) { return f1(label); });
  }

  /// Hits over all counted rows; 0 if there are none.
  double accuracy() const {
    std::int64_t hits = 0, all = 0;
    for (std::int64_t label = 0; label < classes_; ++label) hits += counts_[place(label, label)];
    for (const std::int64_t count : counts_) all += count;
    return all == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(all);
  }

 private:
  struct Tally {
    std::int64_t hits, labelled, predicted;
  };
  Tally tally(std::int64_t label) const {
    require_class("label", label);
    Tally result{counts_[place(label, label)], 0, 0};
    for (std::int64_t other = 0; other < classes_; ++other) {
      result.labelled += counts_[place(label, other)];
      result.predicted += counts_[place(other, label)];
    }
    return result;
  }
  static std::optional<double> fraction(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return std::nullopt;
    return static_cast<double>(part) / static_cast<double>(whole);
  }
  template <class Score>
  double mean(const Score& score) const {
    double sum = 0;
    std::int64_t occurring = 0;
    for (std::int64_t label = 0; label < classes_; ++label)
      if (const auto value = score(label)) {
        sum += *value;
        ++occurring;
      }
    return occurring == 0 ? 0.0 : sum / static_cast<double>(occurring);
  }
  std::size_t place(std::int64_t label, std::int64_t prediction) const {
    return static_cast<std::size_t>(label * classes_ + prediction);
  }
  void require_class(std::string_view what, std::int64_t value) const {
    require(value >= 0 && value < classes_, "Confusion: ", what, " ", value, " is none of the ", classes_, " classes");
  }
  void require_class(std::string_view what, std::size_t row, std::int64_t value) const {
    require(value >= 0 && value < classes_, "Confusion: row ", row, " has ", what, " ", value, ", expected one of ",
            classes_, " classes from 0");
  }

  std::int64_t classes_, ignore_;
  std::vector<std::int64_t> counts_;
};

}  // namespace scn

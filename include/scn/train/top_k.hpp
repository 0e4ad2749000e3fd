// Top-k accuracy: how often the true class is among the k with the largest scores.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "scn/train/labels.hpp"

namespace scn {

namespace detail {

/// How many channels a row's label stands behind: those of larger scores, and of equal ones with a lower number.
template <class S>
struct RankOfLabel {
  MatrixView<const S> scores;
  const std::int32_t* labels;
  std::int32_t* rank;
  constexpr void operator()(std::int64_t row) const {
    const std::int64_t label = labels[row];
    rank[row] = 0;
    for (std::int64_t c = 0; c < scores.channels && label >= 0; ++c) {
      const S own = scores(row, label), other = scores(row, c);
      if (other > own || (other == own && c < label) || own != own) ++rank[row];
    }
  }
};

}  // namespace detail

/// Counts rows whose label has one of the k largest scores, the lowest channel first among equal ones; k = 1 is the
/// accuracy of predictions(). Rows labelled `ignore` are left out; a label whose score is NaN is missed.
class TopK {
 public:
  explicit TopK(std::int64_t k, std::int64_t ignore = ignored_label) : k_(k), ignore_(ignore) {
    require(k >= 1, "TopK: expected at least one guess, got ", k);
  }

  /// Adds to what was counted before; waits for the device.
  template <Device Dev, Labels Range>
  void add(const Variable<Dev>& scores, const Range& labels) {
    Dev& device = scores.device();
    const auto host = detail::checked_labels("TopK", scores, labels, ignore_);
    const Buffer<std::int32_t, Dev> wanted(device, std::span<const std::int32_t>(host));
    Buffer<std::int32_t, Dev> rank(device, scores.rows().bound);
    parallel_for(
        device, scores.rows(),
        detail::RankOfLabel<typename Dev::Scalar>{std::as_const(scores.value()).view(), wanted.data(), rank.data()});
    const std::vector<std::int32_t> ranks = rank.to_host(device);
    for (std::size_t row = 0; row < host.size(); ++row) {
      if (host[row] < 0) continue;
      ++rows_;
      hits_ += ranks[row] < k_ ? 1 : 0;
    }
  }

  /// Hits over counted rows; 0 if there are none.
  double accuracy() const { return rows_ == 0 ? 0.0 : static_cast<double>(hits_) / static_cast<double>(rows_); }

 private:
  std::int64_t k_, ignore_, hits_ = 0, rows_ = 0;
};

}  // namespace scn

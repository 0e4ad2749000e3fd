// Class labels of rows: what losses and scores accept, and those that a network predicts.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "scn/autograd/variable.hpp"
#include "scn/core/host_pool.hpp"

namespace scn {

/// Rows with this label take no part, unless a setting names another; PyTorch's default.
inline constexpr std::int64_t ignored_label = -100;

/// A contiguous range of integers of which every value fits std::int64_t.
template <class Range>
concept Labels = requires(const Range& labels) {
  std::int64_t{*std::span(labels).data()};
};

namespace detail {

/// The class of each row of `scores`, or -1 for those with the label `ignore`, in host memory. Throws InvalidArgument,
/// in the name of `loss`, for labels that are not as many as rows or no class.
template <Device Dev, Labels Range>
HostVector<std::int32_t> checked_labels(std::string_view loss, const Variable<Dev>& scores, const Range& range,
                                        std::int64_t ignore) {
  const std::int64_t rows = scores.rows().bound, classes = scores.channels();
  const std::span labels(range);
  require(static_cast<std::int64_t>(labels.size()) == rows, loss, ": expected a label for each of ", rows,
          " rows, got ", labels.size());
  require<LimitExceeded>(classes <= std::numeric_limits<std::int32_t>::max(), loss, ": ", classes,
                         " classes are more than labels of 32 bits can name");
  HostVector<std::int32_t> result(host_allocator<std::int32_t>(scores.device()));
  result.reserve(labels.size());
  for (const std::int64_t label : labels) {
    require(label == ignore || (label >= 0 && label < classes), loss, ": row ", result.size(), " has label ", label,
            ", expected one of ", classes, " classes from 0 or ", ignore, ", which is ignored");
    result.push_back(label == ignore ? -1 : static_cast<std::int32_t>(label));
  }
  return result;
}

template <class S>
struct LargestChannel {
  MatrixView<const S> scores;
  std::int32_t* largest;
  constexpr void operator()(std::int64_t row) const {
    std::int64_t best = 0;
    for (std::int64_t c = 1; c < scores.channels; ++c)
      if (scores(row, c) > scores(row, best)) best = c;
    largest[row] = static_cast<std::int32_t>(best);
  }
};

}  // namespace detail

/// The channel with the largest score in each row, the lowest of equal ones; waits for the device.
template <Device Dev>
std::vector<std::int32_t> predictions(const Variable<Dev>& scores) {
  const std::int64_t rows = scores.rows().bound;
  require(rows == 0 || scores.channels() >= 1, "predictions: ", rows, " rows without channels name no class");
  Dev& device = scores.device();
  Buffer<std::int32_t, Dev> largest(device, rows);
  parallel_for(device, scores.rows(),
               detail::LargestChannel<typename Dev::Scalar>{std::as_const(scores.value()).view(), largest.data()});
  return largest.to_host(device);
}

}  // namespace scn

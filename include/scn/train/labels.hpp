// Class labels of rows: what losses and scores accept, and those that a network predicts.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "scn/autograd/variable.hpp"

namespace scn {

/// Rows with this label take no part, unless a setting names another; PyTorch's default.
inline constexpr std::int64_t ignored_label = -100;

/// A contiguous range of integers of which every value fits std::int64_t.
template <class Range>
concept Labels = requires(const Range& labels) {
  std::int64_t{*std::span(labels).data()};
};

namespace detail {

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

// Lovasz-softmax: a convex surrogate of one minus the intersection over union of each class.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "scn/train/probability_loss.hpp"

namespace scn {

namespace detail {

/// Adds the part of one class to the loss, and the derivatives by its probabilities to `slopes`, classes apart.
template <class T>
double add_lovasz_class(const std::vector<T>& p, std::span<const std::int32_t> labels, std::size_t classes,
                        std::size_t of, double share, std::vector<double>& slopes) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < labels.size(); ++row)
    if (labels[row] >= 0) rows.push_back(row);
  const auto wanted = [&](std::size_t row) { return labels[row] == static_cast<std::int32_t>(of); };
  const auto error = [&](std::size_t row) {
    const double probability = static_cast<double>(p[row * classes + of]);
    return wanted(row) ? 1 - probability : probability;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return error(a) > error(b); });
  const auto all = static_cast<double>(std::count_if(rows.begin(), rows.end(), wanted));
  double missed = 0, added = 0, before = 0, loss = 0;
  for (const std::size_t row : rows) {
    (wanted(row) ? missed : added) += 1;
    const double jaccard = 1 - (all - missed) / (all + added), step = share * (jaccard - before);
    before = jaccard;
    loss += step * error(row);
    slopes[row * classes + of] = wanted(row) ? -step : step;
  }
  return loss;
}

}  // namespace detail

/// The mean over the classes that have rows of the Lovasz extension of 1 - intersection over union at the errors of the
/// softmax of the logits: a 1 x 1 variable, 0 where no row counts; rows labelled `ignore` take no part. Sorts the rows
/// of each class on the host, O(rows log rows) for each; waits for the device. Berman, Triki and Blaschko, CVPR 2018.
template <Device Dev, Labels Range>
Variable<Dev, typename Dev::Accumulator> lovasz_softmax(const Variable<Dev>& logits, const Range& labels,
                                                        Tape* tape = nullptr, std::int64_t ignore = ignored_label) {
  using T = typename Dev::Accumulator;
  Dev& device = logits.device();
  const auto classes = static_cast<std::size_t>(logits.channels());
  const auto host = detail::checked_labels("lovasz_softmax", logits, labels, ignore);
  auto p = detail::class_probabilities(logits, Buffer<std::int32_t, Dev>(device, std::span<const std::int32_t>(host)));
  const std::vector<T> numbers = p.to_host();
  std::vector<bool> present(classes, false);
  for (const std::int32_t label : host)
    if (label >= 0) present[static_cast<std::size_t>(label)] = true;
  const auto occurring = std::count(present.begin(), present.end(), true);
  std::vector<double> slopes(numbers.size(), 0.0);
  double loss = 0;
  for (std::size_t c = 0; c < classes; ++c)
    if (present[c])
      loss += detail::add_lovasz_class(numbers, host, classes, c, 1 / static_cast<double>(occurring), slopes);
  const double value[] = {loss};
  return detail::loss_of_probabilities(
      logits, Matrix<Dev, T>::from_host(device, 1, 1, std::span<const double>(value)), std::move(p),
      Matrix<Dev, T>::from_host(device, logits.rows().bound, logits.channels(), std::span<const double>(slopes)), tape);
}

}  // namespace scn

// Dice loss: how far the probabilities of each class are from covering its rows and no others.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "scn/train/probability_loss.hpp"

namespace scn {

struct DiceSettings {
  double smoothing = 1;                 ///< added to both sides of the fraction; above 0
  std::int64_t ignore = ignored_label;  ///< rows with this label take no part
};

namespace detail {

/// The probability of a class, as a term of a sum, or only that of the class that is wanted.
template <class T>
struct ClassProbability {
  MatrixView<const T> p;
  const std::int32_t* labels;
  bool wanted;
  constexpr T operator()(std::int64_t row, std::int64_t c) const {
    return wanted && labels[row] != c ? T{} : p(row, c);
  }
};

/// Of each class: 1 - (2 hits + smoothing) / (all + rows + smoothing), as a share of the mean.
template <class T>
struct DiceOfClass {
  MatrixView<const T> hits, all, rows;  // 1 x classes: p summed over rows of the class, and over all; rows of the class
  T smoothing, share;
  constexpr T above(std::int64_t c) const { return T{2} * hits(0, c) + smoothing; }
  constexpr T below(std::int64_t c) const { return all(0, c) + rows(0, c) + smoothing; }
  constexpr T operator()(std::int64_t c, std::int64_t) const {
    return rows(0, c) > T{} ? share * (T{1} - above(c) / below(c)) : T{};
  }
};

template <class T>
struct DiceSlope {
  DiceOfClass<T> of;
  const std::int32_t* labels;
  MatrixView<T> slope;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    if (of.rows(0, c) <= T{}) return void(slope(row, c) = T{});
    const T below = of.below(c), wanted = labels[row] == c ? T{2} : T{};
    slope(row, c) = of.share * (of.above(c) / below - wanted) / below;
  }
};

}  // namespace detail

/// The mean over the classes that have rows of 1 - (2 sum of p over its rows + s) / (sum of p over all rows + its rows
/// + s), where p are the softmax of the logits: a 1 x 1 variable, 0 where no row counts. Milletari et al., 3DV 2016,
/// with plain instead of squared sums, so that rare classes weigh as much as others. Does not wait.
template <Device Dev, Labels Range>
Variable<Dev, typename Dev::Accumulator> dice_loss(const Variable<Dev>& logits, const Range& labels,
                                                   Tape* tape = nullptr, const DiceSettings& settings = {}) {
  using T = typename Dev::Accumulator;
  require(settings.smoothing > 0, "dice_loss: smoothing must be above 0, got ", settings.smoothing);
  Dev& device = logits.device();
  const std::int64_t classes = logits.channels();
  const auto host = detail::checked_labels("dice_loss", logits, labels, settings.ignore);
  HostVector<T> counts(static_cast<std::size_t>(classes), T{}, host_allocator<T>(device));
  for (const std::int32_t label : host)
    if (label >= 0) counts[static_cast<std::size_t>(label)] += T{1};
  std::int64_t present = 0;
  for (const T count : counts) present += count > T{} ? 1 : 0;

  const Buffer<std::int32_t, Dev> wanted(device, std::span<const std::int32_t>(host));
  const auto rows = Matrix<Dev, T>::from_host(device, 1, classes, std::span<const T>(counts));
  auto p = detail::class_probabilities(logits, wanted);
  Matrix<Dev, T> hits(device, 1, classes), all(device, 1, classes), value(device, 1, 1);
  const auto view = std::as_const(p).view();
  reduce(device, p.rows(), classes, Segments{}, detail::ClassProbability<T>{view, wanted.data(), true}, hits);
  reduce(device, p.rows(), classes, Segments{}, detail::ClassProbability<T>{view, wanted.data(), false}, all);
  const detail::DiceOfClass<T> of{std::as_const(hits).view(), std::as_const(all).view(), rows.view(),
                                  static_cast<T>(settings.smoothing),
                                  present > 0 ? T{1} / static_cast<T>(present) : T{}};
  reduce(device, Rows{classes}, 1, Segments{}, of, value);
  Matrix<Dev, T> slopes(device, p.rows().bound, classes);
  parallel_for(device, p.rows(), classes, detail::DiceSlope<T>{of, wanted.data(), slopes.view()});
  return detail::loss_of_probabilities(logits, std::move(value), std::move(p), std::move(slopes), tape);
}

}  // namespace scn

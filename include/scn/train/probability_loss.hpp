// What losses share that are functions of a whole batch of class probabilities.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/train/labels.hpp"

namespace scn::detail {

/// p(row, c) = softmax of the row's logits; 0 for rows whose label is -1, whatever their logits.
template <class S, class T>
struct SoftmaxOfRow {
  MatrixView<const S> logits;
  const std::int32_t* labels;
  MatrixView<T> p;
  constexpr void operator()(std::int64_t row) const {
    const bool counts = labels[row] >= 0;
    T largest = static_cast<T>(logits(row, 0)), sum{};
    for (std::int64_t c = 1; c < logits.channels; ++c)
      if (static_cast<T>(logits(row, c)) > largest) largest = static_cast<T>(logits(row, c));
    for (std::int64_t c = 0; c < logits.channels; ++c) {
      p(row, c) = counts ? std::exp(static_cast<T>(logits(row, c)) - largest) : T{};
      sum += p(row, c);
    }
    for (std::int64_t c = 0; c < logits.channels && counts; ++c) p(row, c) /= sum;
  }
};

/// dx = dloss p (slope - sum over the classes of p slope)
template <class S, class T>
struct SoftmaxBackwardOfRow {
  MatrixView<const T> p, slope, dloss;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row) const {
    T mean{};
    for (std::int64_t c = 0; c < p.channels; ++c) mean += p(row, c) * slope(row, c);
    for (std::int64_t c = 0; c < p.channels; ++c)
      store(dx(row, c), static_cast<S>(dloss(0, 0) * p(row, c) * (slope(row, c) - mean)), write);
  }
};

/// Class probabilities of rows, rows x classes; rows labelled -1 have none.
template <Device Dev>
Matrix<Dev, typename Dev::Accumulator> class_probabilities(const Variable<Dev>& logits,
                                                           const Buffer<std::int32_t, Dev>& labels) {
  using T = typename Dev::Accumulator;
  Dev& device = logits.device();
  Matrix<Dev, T> p(device, logits.rows().bound, logits.channels());
  parallel_for(device, logits.channels() > 0 ? logits.rows() : Rows{},
               SoftmaxOfRow<typename Dev::Scalar, T>{std::as_const(logits.value()).view(), labels.data(), p.view()});
  return p;
}

/// The loss as a variable; `slopes` are its derivatives by the probabilities.
template <Device Dev, class T>
Variable<Dev, T> loss_of_probabilities(const Variable<Dev>& logits, Matrix<Dev, T> value, Matrix<Dev, T> p,
                                       Matrix<Dev, T> slopes, Tape* tape) {
  const bool record = is_recording(tape, logits.needs_gradient());
  Variable<Dev, T> loss(std::move(value), record);
  if (record)
    tape->record([logits, p = std::move(p), slopes = std::move(slopes), loss] {
      if (!loss.has_gradient()) return;
      const auto [dx, write] = logits.contribute();
      parallel_for(logits.device(), logits.rows(),
                   SoftmaxBackwardOfRow<typename Dev::Scalar, T>{p.view(), slopes.view(), loss.gradient().view(),
                                                                 dx.view(), write});
    });
  return loss;
}

}  // namespace scn::detail

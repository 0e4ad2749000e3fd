// Exponential moving average of the weights of a network, which often scores better than the last ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "scn/autograd/parameter.hpp"

namespace scn {

namespace detail {

template <class T>
struct MoveAverage {  // average += share (value - average)
  MatrixView<const T> value;
  MatrixView<T> average;
  T share;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    average(row, c) += share * (value(row, c) - average(row, c));
  }
};

}  // namespace detail

/// Averages of the trained parameters, from their values when it is made; shares the variables with the network. Polyak
/// and Juditsky, 1992; the first updates move faster, (1 + n) / (10 + n) of the average being kept after n of them, so
/// that untrained weights are forgotten.
template <Device Dev>
class MovingAverage {
  using T = typename Dev::Accumulator;

 public:
  explicit MovingAverage(const Parameters<Dev>& parameters, double decay = 0.999) : decay_(decay) {
    require(decay >= 0 && decay < 1, "MovingAverage: decay must lie in [0, 1), got ", decay);
    std::vector<Variable<Dev, T>> known;
    for (const Parameter<Dev>& parameter : parameters) {
      if (!parameter.trained ||
          std::any_of(known.begin(), known.end(), [&](const auto& one) { return one.same(parameter.variable); }))
        continue;
      known.push_back(parameter.variable);
      averages_.push_back(
          {parameter.name, Variable<Dev, T>(parameter.variable.value().copy()), parameter.shape, false});
    }
    variables_ = std::move(known);
  }

  /// Takes in the values of now; after every step of the optimizer.
  void update() {
    const double kept = std::min(decay_, static_cast<double>(1 + updates_) / static_cast<double>(10 + updates_));
    ++updates_;
    for (std::size_t i = 0; i < variables_.size(); ++i)
      parallel_for(variables_[i].device(), variables_[i].rows(), variables_[i].channels(),
                   detail::MoveAverage<T>{std::as_const(variables_[i].value()).view(),
                                          averages_[i].variable.value().view(), static_cast<T>(1 - kept)});
  }

  /// Exchanges the values of the network with the averages: before scoring, and again before training goes on.
  void exchange() {
    for (std::size_t i = 0; i < variables_.size(); ++i) std::swap(variables_[i].value(), averages_[i].variable.value());
  }

  /// Under the parameters' names, for files; with updates() all that a resumed run needs.
  Parameters<Dev> averages() const { return Parameters<Dev>(averages_); }
  std::int64_t updates() const { return updates_; }
  void set_updates(std::int64_t updates) {
    require(updates >= 0, "MovingAverage: the number of updates must not be negative, got ", updates);
    updates_ = updates;
  }

 private:
  double decay_;
  std::int64_t updates_ = 0;
  std::vector<Variable<Dev, T>> variables_;
  std::vector<Parameter<Dev>> averages_;
};

}  // namespace scn

// What tests of Trainer train: rows of random numbers to random classes, through dropout and a norm.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scn/cpu/cpu.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/dropout.hpp"
#include "scn/layers/first_not_finite.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/train/adam.hpp"
#include "scn/train/cross_entropy.hpp"
#include "support/variables.hpp"

namespace trainer_task {

using Double = scn::CpuDevice<double>;

struct Batch {
  std::vector<double> rows;
  std::vector<std::int32_t> labels;
};

struct Task {
  using Net = scn::Sequential<scn::NetworkInNetwork<Double>, scn::BatchNormReLU<Double>, scn::Dropout,
                              scn::NetworkInNetwork<Double>>;

  explicit Task(Double& device_)
      : device(device_), net{{device_, 3, 8}, {device_, 8}, scn::Dropout{0.25}, {device_, 8, 2}} {}

  Double& device;
  Net net;
  std::function<void()> before_loss = [] {};
  double poison = 0;  // added to the first number of a batch
  std::vector<double> scores = {};

  std::int64_t batches() const { return 5; }
  /// The batch depends on epoch and index alone.
  Batch load(std::int64_t epoch, std::int64_t index) const {
    Batch batch;
    const auto draw = static_cast<std::uint64_t>(epoch * batches() + index);
    for (std::uint64_t i = 0; i < 12; ++i) batch.rows.push_back(scn::uniform(9, draw, i) - 0.5);
    for (std::size_t row = 0; row < 4; ++row) batch.labels.push_back(batch.rows[3 * row] > 0 ? 1 : 0);
    return batch;
  }
  scn::Variable<Double> loss(const Batch& batch, scn::Tape* tape) const {
    before_loss();
    return scn::cross_entropy(net(input(batch), tape), batch.labels, tape);
  }
  double score(std::int64_t epoch) const {
    return scores.empty() ? static_cast<double>(epoch) : scores.at(static_cast<std::size_t>(epoch));
  }
  std::string fault(const Batch& batch) const { return scn::first_not_finite(net, input(batch)); }

  scn::Variable<Double> input(const Batch& batch) const {
    auto rows = batch.rows;
    rows[0] += poison;
    return variable_of(device, 4, 3, rows, false);
  }
};

/// All parameters and statistics, one after the other.
inline std::vector<double> numbers(const Task& task) {
  std::vector<double> all;
  for (const auto& one : task.net.parameters()) {
    const auto part = numbers_of(one.variable.value());
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace trainer_task

// Steps of training whose numbers are kept, to compare devices by.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "scn/autograd/tape.hpp"
#include "scn/train/cross_entropy.hpp"
#include "scn/train/sgd.hpp"

namespace traced_training {

/// What some steps of training give: losses, and the first outputs and gradients of all parameters, one list.
struct Training {
  std::vector<double> losses, numbers;
};

/// Of a classifier of points; `data` has sites, features and labels.
template <class Net, class Input, class Data>
Training train(const Net& net, const Input& input, const Data& data, int steps) {
  scn::SGD optimizer{net.parameters(), {.rate = 0.05, .momentum = 0.9}};
  Training result;
  const auto append = [&](const auto& values) {
    for (const auto value : values) result.numbers.push_back(static_cast<double>(value));
  };
  for (int step = 0; step < steps; ++step) {
    scn::Tape tape;
    const auto y = net(input(data.sites, data.features), &tape);
    const auto loss = scn::cross_entropy(y, data.labels, &tape);
    tape.backward(loss);
    result.losses.push_back(static_cast<double>(loss.value().to_host()[0]));
    if (step == 0) {
      append(y.value().to_host());
      for (const auto& parameter : net.parameters())
        if (parameter.trained) append(parameter.variable.gradient().to_host());
    }
    optimizer.step();
  }
  return result;
}

/// |got - expected| / |expected|; 1 where they are not as many.
inline double relative_error(const std::vector<double>& got, const std::vector<double>& expected) {
  if (got.size() != expected.size()) return 1;
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(got[i] - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return std::sqrt(error / norm);
}

}  // namespace traced_training

// Dropout of channels by given noise.
#pragma once

#include "golden_runner/case.hpp"
#include "golden_runner/variables.hpp"
#include "scn/layers/batchwise_dropout.hpp"

namespace golden {

template <class Dev>
void run_multiplicative_dropout(Case& stored, Dev& device) {
  scn::LayerLog log;
  scn::Tape tape({.training = stored.training()}, &log);
  const std::int64_t rows = stored.shape("in_features").at(0), channels = stored.shape("in_features").at(1);
  const auto x = variable_of(device, stored.reals("in_features"), rows, channels);
  const auto noise = variable_of(device, stored.reals("noise"), 1, channels);
  const auto y = scn::batchwise_multiplicative_dropout(x, noise, stored.real("leakiness", 1), &tape);
  stored.compare("out_features", host_values(y), Kind::output);
  stored.compare_counts(log.total().counts);
  if (!stored.has("grad_out")) return;
  backward(tape, y, stored.reals("grad_out"));
  stored.compare("grad_in", gradient_of(x), Kind::gradient);
}

}  // namespace golden

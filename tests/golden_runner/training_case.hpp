// Steps of SGD on the mean squared error, then one evaluation.
#pragma once

#include <vector>

#include "golden_runner/body.hpp"
#include "golden_runner/feed.hpp"
#include "scn/train/mean_squared_error.hpp"
#include "scn/train/sgd.hpp"

namespace golden {

/// Counters are sums over all passes, that of the evaluation included.
template <int D, class Dev>
void run_training(Case& stored, Dev& device) {
  Body<D, Dev> network(stored, device);
  network.parameters().load(stored, "state0_");
  scn::SGD<Dev> optimizer(scn::Parameters<Dev>(network.parameters().all()),
                          {.rate = stored.real("lr", 0.1),
                           .momentum = stored.real("momentum", 0),
                           .weight_decay = stored.real("weight_decay", 0),
                           .nesterov = stored.integer("nesterov", 0) != 0});
  const std::vector<Coordinates> out = stored.coordinates("out_coords", D);
  const std::vector<double> target = stored.reals("target");
  const std::int64_t channels = stored.shape("target").at(1), steps = stored.integer("steps", 20);
  std::vector<double> losses;
  scn::LayerLog log;
  for (std::int64_t step = 0; step <= steps; ++step) {
    const bool last = step == steps;
    scn::Tape tape({.record = !last, .training = !last}, &log);
    const Feed<D, Dev> in = feed<D>(stored, device, scn::Window<D>{}, scn::Duplicates::reject, &tape);
    const auto y = network(in.x, &tape);
    const RowMatch match = match_rows(stored, "out_coords", out, coordinates_of(*y.sites, device), nullptr);
    if (last) {
      stored.compare("eval_out_features", match.to_file(host_values(y.features), y.channels()), Kind::state);
      break;
    }
    const auto loss = scn::mean_squared_error(y.features, match.from_file(target, channels), &tape);
    losses.push_back(host_values(loss).front());
    tape.backward(loss);
    optimizer.step();
  }
  stored.compare("losses", losses, Kind::loss);
  for (const auto& parameter : network.parameters().all())
    stored.compare(scn::message("state", steps, "_", parameter.name), network.parameters().value(parameter),
                   Kind::state);
  stored.compare_counts(log.total().counts);
}

}  // namespace golden

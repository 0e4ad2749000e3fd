// Data-dependent initialisation: reweight and rebias.
#pragma once

#include "golden_runner/body.hpp"
#include "golden_runner/feed.hpp"
#include "golden_runner/tensor_results.hpp"
#include "scn/layers/reweight.hpp"

namespace golden {

/// The reference calls a layer with weight and bias twice, before and after it changes them, and the others once.
inline scn::Counts initialisation_counts(const Case& stored, const scn::LayerLog& log) {
  scn::Counts counts = log.total().counts;
  for (const scn::LayerRow& layer : log.rows())
    if (stored.has(layer.path + ".weight") && stored.has(layer.path + ".bias")) counts += layer.counts;
  return counts;
}

template <int D, class Dev>
void run_initialisation(Case& stored, Dev& device) {
  Body<D, Dev> body(stored, device);
  body.parameters().load(stored, "");
  const Feed<D, Dev> in = feed<D>(stored, device, scn::Window<D>{}, scn::Duplicates::reject, nullptr);
  scn::LayerLog log;
  scn::Tape tape({.record = false, .training = stored.training(), .update_statistics = false}, &log);
  body(in.x, &tape);
  stored.compare_counts(initialisation_counts(stored, log));

  const scn::Pass pass{.training = stored.training()};
  const bool divides = body.node().text({"call"}, stored.op()).ends_with("reweight");
  const auto y = divides ? scn::reweight(body.layers(), scn::Tensors<D, Dev>{in.x}, pass).front()
                         : scn::rebias(body.layers(), scn::Tensors<D, Dev>{in.x}, pass).front();
  const std::vector<Coordinates> out = stored.has("out_coords") ? stored.coordinates("out_coords", D) : in.coordinates;
  const RowMatch match = match_rows(stored, "out_coords", out, coordinates_of(*y.sites, device), nullptr);
  stored.compare("out_features", match.to_file(host_values(y.features), y.channels()), Kind::output);
  Expectation expected({stored, body.node(), in.coordinates, out});
  compare_states(stored, body.parameters(), expected);
}

}  // namespace golden

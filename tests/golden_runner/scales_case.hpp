// The sites of each scale of a pyramid.
#pragma once

#include <string>
#include <vector>

#include "golden_runner/feed.hpp"
#include "golden_runner/scale_steps.hpp"
#include "scn/layers/convolution.hpp"

namespace golden {

/// Only the notes of the case say, in words, how the scales were made, and of which steps the work was counted.
template <int D, class Dev>
void run_scales(Case& stored, Dev& device) {
  const Feed<D, Dev> in = feed<D>(stored, device, scn::Window<D>{}, scn::Duplicates::reject, nullptr);
  scn::LayerLog log;
  scn::Tape tape({.record = false, .training = false}, &log);
  scn::SparseTensor<D, Dev> tensor = in.x;
  const std::vector<ScaleStep> steps = scale_steps(stored.text("notes", ""));
  const auto compare = [&](std::size_t scale) {
    const std::string name = scn::message("scale", scale, "_");
    if (stored.has(name + "spatial_size")) stored.compare_integers(name + "spatial_size", numbers_of(*tensor.extent()));
    if (stored.has(name + "coords"))
      match_rows(stored, name + "coords", stored.coordinates(name + "coords", D), coordinates_of(*tensor.sites, device),
                 nullptr);
    if (const auto samples = stored.integer(scn::message("batch_size_scale", scale), -1); samples >= 0)
      stored.check(tensor.samples() == samples,
                   scn::message(name, "samples: expected ", samples, ", got ", tensor.samples()));
  };
  compare(0);
  for (std::size_t scale = 1; scale <= steps.size(); ++scale) {
    const ScaleStep& step = steps[scale - 1];
    const scn::Convolution<D, Dev> layer(device, in.x.channels(), in.x.channels(), point<D>(step.size),
                                         point<D>(step.stride), {.bias = false});
    tensor = layer(tensor, step.convolves ? &tape : nullptr);
    compare(scale);
  }
  stored.compare_counts(log.total().counts);
}

}  // namespace golden

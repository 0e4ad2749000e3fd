// The ways back from sites to points and to lists of points.
#pragma once

#include "golden_runner/input_cases.hpp"
#include "scn/layers/bl_output_layer.hpp"
#include "scn/layers/output_layer.hpp"

namespace golden {

/// in_features are rows of in_coords, on the sites that `start` made of the points; out_features are those of points.
template <class Layer, int D, class Dev>
void compare_points(Case& stored, Dev& device, const scn::SparseTensor<D, Dev>& start) {
  scn::LayerLog log;
  scn::Tape tape({.training = stored.training()}, &log);
  const RowMatch match = match_rows(stored, "in_coords", stored.coordinates("in_coords", D),
                                    coordinates_of(*start.sites, device), nullptr);
  const std::int64_t channels = stored.shape("in_features").at(1);
  const auto x =
      variable_of(device, match.from_file(stored.reals("in_features"), channels), start.rows().bound, channels);
  const auto y = Layer(device)(start.with(x), &tape);
  stored.compare("out_features", host_values(y), Kind::output);
  stored.compare_counts(log.total().counts);
  if (!stored.has("grad_out")) return;
  backward(tape, y, stored.reals("grad_out"));
  stored.compare("grad_in", match.to_file(gradient_of(x), channels), Kind::gradient);
}

template <int D, class Dev>
void run_output_layer(Case& stored, Dev& device) {
  const std::vector<Coordinates> points = stored.coordinates("points", D);
  compare_points<scn::OutputLayer<D, Dev>>(stored, device,
                                           start_at<D>(device, points, extent_for<D>(stored, "spatial_size", points),
                                                       input_mode(stored, 3), samples_argument<D>(stored, "points")));
}

template <int D, class Dev>
void run_bl_output_layer(Case& stored, Dev& device) {
  const std::vector<scn::Point<D>> points = list_points<D>(stored, "points");
  const scn::BLInputLayer<D, Dev> layer(device, extent_for_lists<D>(stored, points), list_mode(stored));
  compare_points<scn::BLOutputLayer<D, Dev>>(
      stored, device,
      layer(std::span<const scn::Point<D>>(points), std::vector<float>(points.size()),
            {.samples = stored.shape("points").at(0), .channels = 1}));
}

}  // namespace golden

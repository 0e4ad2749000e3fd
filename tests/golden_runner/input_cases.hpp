// The ways into a sparse tensor: points, lists of points, dense tensors, and batches that grow location by location.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "golden_runner/feed.hpp"
#include "golden_runner/tensor_results.hpp"
#include "scn/layers/bl_input_layer.hpp"
#include "scn/layers/dense_to_sparse.hpp"
#include "scn/tensor/input_batch.hpp"

namespace golden {

/// The samples that the call asked for, at least; it is not asked where the coordinates have no sample column.
template <int D>
std::int64_t samples_argument(const Case& stored, const std::string& points) {
  const bool has_column = stored.shape(points).at(1) == D + 1;
  return has_column ? std::max(stored.integer("batch_size_argument", 0), std::int64_t{0}) : 1;
}

template <int D, class Dev>
void run_input_layer(Case& stored, Dev& device) {
  scn::LayerLog log;
  scn::Tape tape({.training = stored.training()}, &log);
  const std::vector<Coordinates> points = stored.coordinates("in_coords", D);
  const std::int64_t channels = stored.shape("in_features").at(1);
  const auto source = variable_of(device, stored.reals("in_features"), std::ssize(points), channels);
  const auto sites = sites_of<D>(points);
  const scn::InputLayer<D, Dev> layer(device, extent_for<D>(stored, "spatial_size", points), input_mode(stored, 3));
  const auto y = layer(std::span<const scn::Site<D>>(sites), source,
                       {.samples = samples_argument<D>(stored, "in_coords"), .channels = channels}, &tape);
  compare_input_gradient(stored, tape, y, compare_tensor(stored, y, device), source);
  stored.compare_counts(log.total().counts);
}

/// The points of (batch, length, D) coordinates; a negative first coordinate marks an unused slot.
template <int D>
std::vector<scn::Point<D>> list_points(Case& stored, const std::string& array) {
  const std::vector<std::int64_t> numbers = stored.whole_numbers(array);
  std::vector<scn::Point<D>> points;
  for (auto at = numbers.begin(); at != numbers.end(); at += D) points.push_back(point_of<D>({at, at + D}));
  return points;
}

/// The extent of the case, or none if a point that is no padding lies outside it.
template <int D>
std::optional<scn::Point<D>> extent_for_lists(Case& stored, const std::vector<scn::Point<D>>& points) {
  std::vector<Coordinates> used;
  for (const scn::Point<D>& point : points)
    if (point[0] >= 0) used.push_back(numbers_of(point));
  return extent_for<D>(stored, "spatial_size", used);
}

/// The mode of the case as the reference's BLInputLayer reads it.
inline scn::Duplicates list_mode(const Case& stored) {
  return scn::duplicates_of_mode(static_cast<int>(stored.integer("mode", 3)));
}

template <int D, class Dev>
void run_bl_input_layer(Case& stored, Dev& device) {
  scn::LayerLog log;
  scn::Tape tape({.training = stored.training()}, &log);
  const std::vector<scn::Point<D>> points = list_points<D>(stored, "in_coords");
  const std::int64_t samples = stored.shape("in_coords").at(0), channels = stored.shape("in_features").at(2);
  const auto source = variable_of(device, stored.reals("in_features"), std::ssize(points), channels);
  const scn::BLInputLayer<D, Dev> layer(device, extent_for_lists<D>(stored, points), list_mode(stored));
  const auto y =
      layer(std::span<const scn::Point<D>>(points), source, {.samples = samples, .channels = channels}, &tape);
  compare_input_gradient(stored, tape, y, compare_tensor(stored, y, device), source);
  stored.compare_counts(log.total().counts);
}

template <int D, class Dev>
void run_dense_to_sparse(Case& stored, Dev& device) {
  scn::LayerLog log;
  scn::Tape tape({.training = stored.training()}, &log);
  const std::vector<std::int64_t>& sizes = stored.shape("in_dense");
  const scn::DenseShape<D> shape{sizes.at(0), sizes.at(1), point_of<D>({sizes.begin() + 2, sizes.end()})};
  const auto source = variable_of(device, stored.reals("in_dense"), shape.batch_size * shape.channels, shape.volume());
  const auto y = scn::DenseToSparse<D, Dev>(device)({shape, source}, &tape);
  compare_input_gradient(stored, tape, y, compare_tensor(stored, y, device), source);
  stored.compare_counts(log.total().counts);
}

/// Locations with a sample column, or the tensors of consecutive samples at their offsets.
template <int D, class Dev>
void run_input_batch(Case& stored, Dev& device) {
  scn::InputBatch<D, double> batch(point_of<D>(stored.whole_numbers("spatial_size")));
  if (stored.has("in_coords")) {
    const auto sites = sites_of<D>(stored.coordinates("in_coords", D));
    batch.set_locations(std::span<const scn::Site<D>>(sites), stored.reals("in_features"),
                        stored.integer("overwrite", 0) != 0 ? scn::Existing::overwrite : scn::Existing::keep);
  }
  for (int i = 0; stored.has(scn::message("tensor", i)); ++i) {
    const std::string name = scn::message("tensor", i);
    std::vector<std::int64_t> size = stored.shape(name);
    size.pop_back();  // the channels
    const auto offset = stored.integers(scn::message("offset", i), std::vector<std::int64_t>(D));
    // The reference compares in single precision.
    const double threshold = static_cast<double>(static_cast<float>(stored.real("threshold", 0)));
    batch.add_sample_from_tensor(stored.reals(name), point_of<D>(size), point_of<D>(offset), threshold);
  }
  compare_tensor(stored, batch.sparse_tensor(device), device);
  stored.compare_counts({});
}

}  // namespace golden

// The tensor that a case starts from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "golden_runner/sites.hpp"
#include "golden_runner/variables.hpp"
#include "scn/geometry/input_mode.hpp"
#include "scn/layers/input_layer.hpp"

namespace golden {

/// The input of a case: row r of `source` is the file's row of the matched sites.
template <int D, class Dev>
struct Feed {
  scn::SparseTensor<D, Dev> x;
  scn::Variable<Dev> source;
  RowMatch match;
  std::vector<Coordinates> coordinates;  ///< of the rows in the file
  bool clipped = false;                  ///< sites lie outside the stored extent, so x has none
};

/// The stored extent, or none if a site lies outside it.
template <int D>
std::optional<scn::Point<D>> extent_for(Case& stored, const std::string& array, const std::vector<Coordinates>& rows) {
  if (!stored.has(array)) return std::nullopt;
  const std::vector<std::int64_t> size = stored.whole_numbers(array);
  for (const Coordinates& row : rows)
    if (!inside(row, size)) return std::nullopt;
  return point_of<D>(size);
}

/// The mode of the case as the reference's InputLayer reads it.
inline scn::Duplicates input_mode(const Case& stored, int fallback) {
  const std::int64_t mode = stored.integer("mode", fallback);
  return scn::duplicates_of_mode(static_cast<int>(mode), scn::ModeNumbers::as_input_layer);
}

/// Rows of in_coords, or of in_features without coordinates (one site each, in one dimension).
template <int D>
std::vector<Coordinates> input_coordinates(Case& stored) {
  if (stored.has("in_coords")) return stored.coordinates("in_coords", D);
  std::vector<Coordinates> rows(static_cast<std::size_t>(stored.shape("in_features").at(0)));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    rows[row].resize(D + 1);
    rows[row][0] = static_cast<std::int64_t>(row);
  }
  return rows;
}

/// A tensor on `rows` without features of its own: where a history begins.
template <int D, class Dev>
scn::SparseTensor<D, Dev> start_at(Dev& device, const std::vector<Coordinates>& rows,
                                   const std::optional<scn::Point<D>>& extent, scn::Duplicates duplicates,
                                   std::int64_t samples) {
  const std::vector<scn::Site<D>> sites = sites_of<D>(rows);
  return scn::InputLayer<D, Dev>(device, extent, duplicates)(
      std::span<const scn::Site<D>>(sites), std::vector<float>(sites.size()), {.samples = samples, .channels = 1});
}

/// The features on the sites that `window` reaches from the finer scale, for layers that lead back to it.
template <int D, class Dev>
Feed<D, Dev> feed_from_finer(Case& stored, Dev& device, const scn::Window<D>& window) {
  Feed<D, Dev> result;
  result.coordinates = input_coordinates<D>(stored);
  const std::vector<Coordinates> fine = stored.coordinates("fine_coords", D);
  const auto extent = extent_for<D>(stored, "fine_spatial_size", fine);
  result.clipped = stored.has("fine_spatial_size") && !extent;
  const auto start = start_at<D>(device, fine, extent, scn::Duplicates::reject, stored.integer("batch_size", 0));
  const auto level = start.rulebook->strided(start.sites, window);
  const std::vector<std::int64_t> size = stored.whole_numbers("spatial_size");
  if (extent) stored.compare_integers("spatial_size", numbers_of(*level.sites->extent()));
  result.match = match_rows(stored, "in_coords", result.coordinates, coordinates_of(*level.sites, device),
                            result.clipped ? &size : nullptr);
  const std::int64_t channels = stored.shape("in_features").at(1);
  result.source = variable_of(device, result.match.from_file(stored.reals("in_features"), channels),
                              level.sites->count(), channels);
  result.x = {result.source, level.sites, start.rulebook};
  return result;
}

/// The input as the case has it, with gradients down to its rows. With fine_coords that scale is made first.
template <int D, class Dev>
Feed<D, Dev> feed(Case& stored, Dev& device, const scn::Window<D>& window, scn::Duplicates duplicates,
                  scn::Tape* tape) {
  if (stored.has("fine_coords")) return feed_from_finer(stored, device, window);
  Feed<D, Dev> result;
  result.coordinates = input_coordinates<D>(stored);
  const std::int64_t channels = stored.shape("in_features").at(1);
  const auto rows = std::ssize(result.coordinates);
  scn::require<scn::FormatError>(stored.shape("in_features").at(0) == rows, "in_features has ",
                                 stored.shape("in_features").at(0), " rows, in_coords ", rows);
  const auto extent = extent_for<D>(stored, "spatial_size", result.coordinates);
  result.clipped = stored.has("spatial_size") && !extent;
  for (std::int64_t row = 0; row < rows; ++row) result.match.ours.push_back(row);
  result.match.stored = result.match.ours;
  result.source = variable_of(device, stored.reals("in_features"), rows, channels);
  const auto sites = sites_of<D>(result.coordinates);
  result.x = scn::InputLayer<D, Dev>(device, extent, duplicates)(
      std::span<const scn::Site<D>>(sites), result.source,
      {.samples = stored.integer("batch_size", 0), .channels = channels}, tape);
  return result;
}

}  // namespace golden

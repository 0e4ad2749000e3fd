// From points with features, as the caller has them, to a sparse tensor.
#pragma once

#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>

#include "scn/layers/point_rows.hpp"
#include "scn/tensor/point_buffer.hpp"

namespace scn {

/// What the points alone do not tell.
struct Batch {
  std::int64_t samples = 0;   ///< at least so many samples; those without points are empty
  std::int64_t channels = 0;  ///< needed only where there are no points to tell it
};

namespace detail {

void require_batch(const auto& layer, const Batch& batch) {
  require(batch.samples >= 0 && batch.channels >= 0, layer, ": a batch has no negative samples or channels");
}

template <int D>
void require_positive_extent(const auto& layer, const std::optional<Point<D>>& extent) {
  for (int axis = 0; extent && axis < D; ++axis)
    if ((*extent)[axis] < 1)
      throw InvalidArgument(message(layer, ": the extent ", to_string(*extent), " is not positive"));
}

/// Row-major points x channels numbers of the host as a variable; the channels follow from their count. Throws unless
/// they fit the points and the batch.
template <class Dev, std::ranges::contiguous_range Numbers>
Variable<Dev> point_features(const auto& layer, Dev& device, std::int64_t points, const Numbers& features,
                             const Batch& batch) {
  const auto numbers = static_cast<std::int64_t>(std::ranges::size(features));
  require(points == 0 ? numbers == 0 : numbers % points == 0 && numbers > 0, layer, ": ", numbers,
          " features do not fit ", points, " points");
  const std::int64_t channels = points > 0 ? numbers / points : batch.channels;
  require(batch.channels == 0 || batch.channels == channels, layer, ": features have ", channels,
          " channels, expected ", batch.channels);
  using Number = std::ranges::range_value_t<Numbers>;
  const std::span<const Number> values(std::ranges::data(features), static_cast<std::size_t>(numbers));
  return Variable<Dev>(Matrix<Dev>::from_host(device, points, channels, values));
}

}  // namespace detail

/// Sorts points into sites, merges those at one site, and starts the rulebook of everything that follows. Points lie in
/// [0, extent), or anywhere in int32 without an extent. Throws InvalidArgument for a site outside the extent, a
/// negative sample, and under Duplicates::reject for two points at one site. O(points log points); waits for the device
/// in every call.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class InputLayer {
 public:
  explicit InputLayer(Dev& device, std::optional<Point<D>> extent = {}, Duplicates duplicates = Duplicates::sum)
      : device_(&device), extent_(extent), duplicates_(duplicates) {
    detail::require_positive_extent(name(), extent);
  }

  static std::string name() { return message("InputLayer<", D, ">"); }

  /// Row-major points x channels numbers in host memory; the channels follow from their count.
  template <std::ranges::contiguous_range Numbers>
  SparseTensor<D, Dev> operator()(std::span<const Site<D>> sites, const Numbers& features,
                                  const Batch& batch = {}) const {
    detail::require_batch(name, batch);
    const auto points = static_cast<std::int64_t>(sites.size());
    return (*this)(sites, detail::point_features(name, *device_, points, features, batch), batch);
  }

  /// Features that are already on the device, one row a point; they get their gradient if they need one.
  SparseTensor<D, Dev> operator()(std::span<const Site<D>> sites, const Variable<Dev>& features,
                                  const Batch& batch = {}, Tape* tape = nullptr) const {
    detail::require_batch(name, batch);
    require(features.rows().bound == static_cast<std::int64_t>(sites.size()), name, ": ", features.rows().bound,
            " rows of features for ", sites.size(), " points");
    InputSites<D, Dev> input = in_layer(name, [&] {
      Dev& device = features.device();
      return make_sites<D>(device, Buffer<Site<D>, Dev>(device, sites), extent_, batch.samples, duplicates_);
    });
    return detail::merge_points(std::move(input), features, tape);
  }

  /// Points that lie on the device already, as many as it knows of. Does not wait where the device has Limits; then
  /// `batch` tells how many samples there are, 1 unless it says more.
  SparseTensor<D, Dev> operator()(const PointBuffer<D, Dev>& points, const Batch& batch = {},
                                  Tape* tape = nullptr) const {
    detail::require_batch(name, batch);
    const Variable<Dev>& features = points.features();
    InputSites<D, Dev> input = in_layer(name, [&] {
      return make_sites<D>(features.device(), points.sites(), points.rows(), extent_, batch.samples, duplicates_);
    });
    return detail::merge_points(std::move(input), features, tape);
  }

 private:
  Dev* device_;
  std::optional<Point<D>> extent_;
  Duplicates duplicates_;
};

}  // namespace scn

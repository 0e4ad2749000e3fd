// From a batch of equally long lists of points to a sparse tensor.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/input_layer.hpp"

namespace scn {

namespace detail {

/// to[i] = from[index[i]], or -1 where the index is negative.
struct Compose {
  const std::int32_t* from;
  const std::int32_t* index;
  std::int32_t* to;
  constexpr void operator()(std::int64_t i) const { to[i] = index[i] < 0 ? -1 : from[index[i]]; }
};

template <Device Dev>
Buffer<std::int32_t, Dev> compose(Dev& device, const Buffer<std::int32_t, Dev>& from,
                                  const Buffer<std::int32_t, Dev>& index) {
  Buffer<std::int32_t, Dev> to(device, index.size());
  parallel_for(device, Rows{index.size()}, Compose{from.data(), index.data(), to.data()});
  return to;
}

}  // namespace detail

/// Takes samples x length points and samples x length x channels features, row-major, as prepare_BLInput makes them: BL
/// stands for batch and length. A point whose first coordinate is negative is padding: it has no site, adds nothing and
/// gets no gradient. All else is as in InputLayer; a refusal there counts points without the padding. O(points log
/// points).
template <int D, Device Dev = Cpu>
requires Dimension<D>
class BLInputLayer {
 public:
  explicit BLInputLayer(Dev& device, std::optional<Point<D>> extent = {}, Duplicates duplicates = Duplicates::sum)
      : device_(&device), extent_(extent), duplicates_(duplicates) {
    detail::require_positive_extent(name(), extent);
  }

  static std::string name() { return message("BLInputLayer<", D, ">"); }

  /// Features in host memory. `batch.samples` is the number of lists, exactly; their length follows from it.
  template <std::ranges::contiguous_range Numbers>
  SparseTensor<D, Dev> operator()(std::span<const Point<D>> points, const Numbers& features, const Batch& batch) const {
    detail::require_batch(name(), batch);
    const auto count = static_cast<std::int64_t>(points.size());
    return (*this)(points, detail::point_features(name(), *device_, count, features, batch), batch);
  }

  /// Features that are already on the device, one row a point; they get their gradient if they need one.
  SparseTensor<D, Dev> operator()(std::span<const Point<D>> points, const Variable<Dev>& features, const Batch& batch,
                                  Tape* tape = nullptr) const {
    detail::require_batch(name(), batch);
    const auto count = static_cast<std::int64_t>(points.size());
    require<LimitExceeded>(count < std::numeric_limits<std::int32_t>::max(), name(),
                           ": a batch holds at most 2147483646 points, got ", count);
    require(count == 0 || (batch.samples > 0 && count % batch.samples == 0), name(), ": ", count, " points are not ",
            batch.samples, " lists of one length");
    require(features.rows().bound == count, name(), ": ", features.rows().bound, " rows of features for ", count,
            " points");
    std::vector<Site<D>> sites;
    std::vector<std::int32_t> place_of_point, point_of_place(points.size(), -1);
    for (std::int64_t place = 0; place < count; ++place) {
      const Point<D>& point = points[static_cast<std::size_t>(place)];
      if (point[0] < 0) continue;
      point_of_place[static_cast<std::size_t>(place)] = static_cast<std::int32_t>(sites.size());
      place_of_point.push_back(static_cast<std::int32_t>(place));
      sites.push_back({static_cast<std::int32_t>(place / (count / batch.samples)), point});
    }
    Dev& device = features.device();
    InputSites<D, Dev> input = in_layer(message(name(), ", padding not counted"), [&] {
      const Buffer<Site<D>, Dev> listed(device, std::span<const Site<D>>(sites));
      return make_sites<D>(device, listed, extent_, batch.samples, duplicates_);
    });
    input.points = with_padding(device, *input.points, place_of_point, point_of_place);
    return detail::merge_points(std::move(input), features, tape);
  }

 private:
  /// The map of the points that are left, told by their places in the lists.
  static std::shared_ptr<const PointMap<Dev>> with_padding(Dev& device, const PointMap<Dev>& map,
                                                           std::span<const std::int32_t> place_of_point,
                                                           std::span<const std::int32_t> point_of_place) {
    const Buffer<std::int32_t, Dev> places(device, place_of_point), numbers(device, point_of_place);
    auto padded = std::make_shared<PointMap<Dev>>();
    padded->duplicates = map.duplicates;
    padded->row_of_point = detail::compose(device, map.row_of_point, numbers);
    padded->points = detail::compose(device, places, map.points);
    padded->first = Buffer<std::int64_t, Dev>(device, map.first.size());
    copy_memory(device, padded->first.data(), map.first.data(), map.first.size() * std::int64_t{sizeof(std::int64_t)});
    return padded;
  }

  Dev* device_;
  std::optional<Point<D>> extent_;
  Duplicates duplicates_;
};

}  // namespace scn

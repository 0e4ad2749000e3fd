// Real points of a batch, with the sites around them: where features are interpolated.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/core/matrix.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

/// Which sites a point is near: the 2^D whose centres are the corners of the cube around it, or the one that it lies
/// in.
enum class Nearness { corners, site };

namespace detail {

/// The share of corner `tap` of a point: a product over the axes of its fraction or the rest up to 1.
template <int D, class T>
struct CornerShare {
  MatrixView<const T> fractions;
  constexpr T operator()(std::int64_t point, std::int64_t tap) const {
    T share{1};
    for (int axis = D - 1; axis >= 0; --axis, tap /= 2) {
      const T fraction = fractions(point, axis);
      share *= tap % 2 == 1 ? fraction : T{1} - fraction;
    }
    return share;
  }
};

}  // namespace detail

/// Points in the unit of the sites: the centre of a site lies at its coordinates + 0.5, so that quantize() with an edge
/// of 1 gives the site that a point lies in. For sites of a level with stride s divide coordinates by s. Prepared once
/// for any number of tensors; copies share what they hold.
template <int D, Device Dev>
requires Dimension<D>
class RealPoints {
 public:
  using T = typename Dev::Accumulator;

  /// Row-major points x D coordinates in host memory; the sample of each point, or none where all are of sample 0.
  /// Throws InvalidArgument for a coordinate that is not finite and for a negative sample, LimitExceeded for a point
  /// outside all sites that int32 can number. O(points).
  template <std::ranges::contiguous_range Numbers>
  requires std::floating_point<std::ranges::range_value_t<Numbers>> RealPoints(
      Dev& device, const Numbers& coordinates, std::span<const std::int32_t> samples = {},
      Nearness nearness = Nearness::corners)
      : window_{.size = Point<D>(nearness == Nearness::corners ? 2 : 1)} {
    const auto numbers = static_cast<std::int64_t>(std::ranges::size(coordinates)), points = numbers / D;
    require(numbers % D == 0, name(), ": ", numbers, " numbers do not make points of ", D, " coordinates");
    require(samples.empty() || std::ssize(samples) == points, name(), ": ", samples.size(), " samples for ", points,
            " points");
    require<LimitExceeded>(points < std::numeric_limits<std::int32_t>::max(), name(),
                           ": at most 2147483646 points, got ", points);
    std::vector<Site<D>> lowest(static_cast<std::size_t>(points));
    std::vector<T> fractions(static_cast<std::size_t>(numbers));
    std::int32_t last_sample = -1;
    for (std::int64_t point = 0; point < points; ++point) {
      Site<D>& site = lowest[static_cast<std::size_t>(point)];
      if (!samples.empty()) site.sample = samples[static_cast<std::size_t>(point)];
      require(site.sample >= 0, name(), ": point ", point, " has the negative sample index ", site.sample);
      last_sample = std::max(last_sample, site.sample);
      for (int axis = 0; axis < D; ++axis) {
        const std::int64_t place = point * D + axis;
        const double coordinate = static_cast<double>(std::ranges::data(coordinates)[place]);
        require(std::isfinite(coordinate), name(), ": coordinate ", axis, " of point ", point, " is not finite");
        const double shifted = nearness == Nearness::corners ? coordinate - 0.5 : coordinate,
                     down = std::floor(shifted);
        require<LimitExceeded>(down >= double{std::numeric_limits<std::int32_t>::min()} &&
                                   down <= double{std::numeric_limits<std::int32_t>::max()},
                               name(), ": coordinate ", axis, " of point ", point, " is ", coordinate,
                               ", beyond the range of int32");
        site.at[axis] = static_cast<std::int32_t>(down);
        fractions[static_cast<std::size_t>(place)] =
            nearness == Nearness::corners ? static_cast<T>(shifted - down) : T{};
      }
    }
    lowest_ = std::make_shared<const Sites<D, Dev>>(Buffer<Site<D>, Dev>(device, std::span<const Site<D>>(lowest)),
                                                    std::int64_t{last_sample} + 1);
    fractions_ = std::make_shared<const Matrix<Dev, T>>(
        Matrix<Dev, T>::from_host(device, points, D, std::span<const T>(fractions)));
  }

  static std::string name() { return message("RealPoints<", D, ">"); }

  Rows rows() const { return lowest_->rows(); }
  /// The lowest corner of each point, or the site it lies in: the outputs of the map from the sites around.
  const std::shared_ptr<const Sites<D, Dev>>& lowest() const { return lowest_; }
  /// From these outputs to the sites around, one tap a corner.
  const Window<D>& window() const { return window_; }
  /// share(point, tap), for kernels: non-negative, and 1 in sum over all taps.
  detail::CornerShare<D, T> share() const { return {std::as_const(*fractions_).view()}; }

 private:
  Window<D> window_;
  std::shared_ptr<const Sites<D, Dev>> lowest_;
  std::shared_ptr<const Matrix<Dev, T>> fractions_;
};

}  // namespace scn

// A batch that is collected location by location, until it becomes a sparse tensor.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/tensor/dense_tensor.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// What becomes of the features that a location already has.
enum class Existing { keep, overwrite };

namespace detail {

/// y(row, c) = x(point, c) of the first point there, or of the last that overwrites.
template <class S>
struct LastWord {
  const std::int32_t* points;
  const std::int64_t* first;
  const std::uint8_t* overwrites;
  MatrixView<const S> x;
  MatrixView<S> y;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    std::int64_t point = points[first[row]];
    for (std::int64_t i = first[row] + 1; i < first[row + 1]; ++i)
      if (overwrites[points[i]] != 0) point = points[i];
    y(row, c) = x(point, c);
  }
};

}  // namespace detail

/// Lives in host memory. Locations lie in [0, spatial_size) on every axis; the first features given fix the number of
/// channels. Every call costs O(numbers given), sparse_tensor() O(locations log locations); nothing is copied in
/// between. Throws InvalidArgument for a location outside, a negative sample, no sample yet, or features that do not
/// fit; a call that throws has added nothing.
template <int D, class Number = float>
requires Dimension<D>
class InputBatch {
 public:
  explicit InputBatch(const Point<D>& spatial_size) : spatial_size_(spatial_size) {
    for (int axis = 0; axis < D; ++axis)
      require(spatial_size[axis] >= 1, name(), ": the spatial size ", to_string(spatial_size), " is not positive");
  }

  static std::string name() { return message("InputBatch<", D, ">"); }

  std::int64_t samples() const { return samples_; }

  /// Begins a sample, which is the current one from now on.
  void add_sample() { ++samples_; }

  /// Channels of one location of the current sample.
  void set_location(const Point<D>& location, std::span<const Number> features, Existing existing = Existing::keep) {
    set_locations(std::span<const Point<D>>(&location, 1), features, existing);
  }

  /// Row-major locations x channels numbers for locations of the current sample.
  void set_locations(std::span<const Point<D>> locations, std::span<const Number> features,
                     Existing existing = Existing::keep) {
    require(samples_ > 0, name(), ": there is no sample yet, call add_sample() first");
    std::vector<Site<D>> sites;
    sites.reserve(locations.size());
    for (const Point<D>& location : locations) sites.push_back({static_cast<std::int32_t>(samples_ - 1), location});
    set_locations(std::span<const Site<D>>(sites), features, existing);
  }

  /// The same for locations of any sample; the batch grows to hold the highest.
  void set_locations(std::span<const Site<D>> sites, std::span<const Number> features,
                     Existing existing = Existing::keep) {
    const auto numbers = static_cast<std::int64_t>(features.size()), count = static_cast<std::int64_t>(sites.size());
    require(count == 0 ? numbers == 0 : numbers % count == 0, name(), ": ", numbers, " features do not fit ", count,
            " locations");
    if (count == 0) return;
    require_channels(numbers / count);
    for (const Site<D>& site : sites) {
      require(site.sample >= 0, name(), ": location ", to_string(site.at), " has the negative sample index ",
              site.sample);
      require(is_inside(site.at), name(), ": location ", to_string(site.at), " of sample ", site.sample,
              " lies outside the spatial size ", to_string(spatial_size_));
    }
    channels_ = numbers / count;
    for (const Site<D>& site : sites) samples_ = std::max(samples_, std::int64_t{site.sample} + 1);
    sites_.insert(sites_.end(), sites.begin(), sites.end());
    features_.insert(features_.end(), features.begin(), features.end());
    overwrites_.resize(sites_.size(), existing == Existing::overwrite ? 1 : 0);
  }

  /// Begins a sample and puts a dense tensor of shape (size..., channels), the channels fastest, into it with its first
  /// cell at `offset`: of the cells inside the spatial size those of which a channel is above `threshold` in magnitude.
  void add_sample_from_tensor(std::span<const Number> tensor, const Point<D>& size, const Point<D>& offset = 0,
                              Number threshold = 0) {
    const auto numbers = static_cast<std::int64_t>(tensor.size());
    const std::int64_t cells = in_layer(name(), [&] { return DenseShape<D>{1, 1, size}.volume(); });
    bool positive = true;
    for (int axis = 0; axis < D; ++axis) positive = positive && size[axis] >= 1;
    require(positive && numbers % cells == 0, name(), ": ", numbers, " numbers do not fit a tensor of ",
            to_string(size));
    const std::int64_t channels = numbers / cells;
    require_channels(channels);
    channels_ = channels;
    add_sample();
    for (std::int64_t cell = 0; cell < cells; ++cell) {
      const std::span<const Number> features =
          tensor.subspan(static_cast<std::size_t>(cell * channels), static_cast<std::size_t>(channels));
      bool active = false;
      for (const Number feature : features) active = active || std::abs(feature) > threshold;
      const std::optional<Point<D>> location = active ? place(cell, size, offset) : std::nullopt;
      if (location) set_location(*location, features);
    }
  }

  /// Everything so far as a tensor on a device, with a rulebook of its own and no points to go back to.
  template <Device Dev>
  SparseTensor<D, Dev> sparse_tensor(Dev& device) const {
    using S = typename Dev::Scalar;
    const Buffer<Site<D>, Dev> sites(device, std::span<const Site<D>>(sites_));
    const Buffer<std::uint8_t, Dev> overwrites(device, std::span<const std::uint8_t>(overwrites_));
    const InputSites<D, Dev> input =
        in_layer(name(), [&] { return make_sites<D>(device, sites, spatial_size_, samples_, Duplicates::first); });
    const Matrix<Dev> x =
        Matrix<Dev>::from_host(device, sites.size(), channels_.value_or(0), std::span<const Number>(features_));
    Matrix<Dev> y(device, input.sites->rows().bound, x.channels());
    parallel_for(device, y.rows(), y.channels(),
                 detail::LastWord<S>{input.points->points.data(), input.points->first.data(), overwrites.data(),
                                     x.view(), y.view()});
    return {Variable<Dev>(std::move(y)), input.sites,
            std::make_shared<Rulebook<D, Dev>>(device, InputSites<D, Dev>{input.sites, nullptr})};
  }

 private:
  void require_channels(std::int64_t channels) const {
    require(!channels_ || *channels_ == channels, name(), ": features have ", channels, " channels, expected ",
            channels_.value_or(0));
  }
  bool is_inside(const Point<D>& location) const {
    bool inside = true;
    for (int axis = 0; axis < D; ++axis) inside = inside && location[axis] >= 0 && location[axis] < spatial_size_[axis];
    return inside;
  }
  /// Where cell `cell` of a tensor goes, if that is inside.
  std::optional<Point<D>> place(std::int64_t cell, const Point<D>& size, const Point<D>& offset) const {
    Point<D> location;
    for (int axis = D - 1; axis >= 0; --axis) {
      const std::int64_t coordinate = offset[axis] + cell % size[axis];
      if (coordinate < 0 || coordinate >= spatial_size_[axis]) return std::nullopt;
      location[axis] = static_cast<std::int32_t>(coordinate);
      cell /= size[axis];
    }
    return location;
  }

  Point<D> spatial_size_;
  std::int64_t samples_ = 0;
  std::optional<std::int64_t> channels_;
  std::vector<Site<D>> sites_;            // in the order given, locations repeated
  std::vector<Number> features_;          // channels for each of them
  std::vector<std::uint8_t> overwrites_;  // whether it overwrites what was there
};

}  // namespace scn

// Points with features that stay in one place of a device's memory and are filled anew for every pass.
#pragma once

#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <utility>

#include "scn/autograd/variable.hpp"
#include "scn/geometry/sites.hpp"

namespace scn {

/// The input of a pass that is recorded once: InputLayer reads from it as many points as were set last, a number that
/// the device knows. Move-only.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class PointBuffer {
 public:
  /// Room for `most` points of `channels` channels; there are none yet.
  PointBuffer(Dev& device, std::int64_t most, std::int64_t channels)
      : sites_(checked(device, most, channels), most),
        features_(Matrix<Dev>::zeros(device, most, channels)),
        count_(device, 1) {
    fill_zero(device, count_.data(), sizeof(std::int64_t));
  }

  static std::string name() { return message("PointBuffer<", D, ">"); }

  /// Takes these points, with row-major points x channels numbers, instead of the former. Does not wait for the device,
  /// and both may change as soon as this returns. Throws LimitExceeded where there is no room for them.
  template <std::ranges::contiguous_range Numbers>
  void set(std::span<const Site<D>> sites, const Numbers& features) {
    const auto count = static_cast<std::int64_t>(sites.size());
    require<LimitExceeded>(count <= sites_.size(), name(), ": there is room for ", sites_.size(), " points, got ",
                           count);
    using Number = std::ranges::range_value_t<Numbers>;
    const std::span<const Number> numbers(std::ranges::data(features), std::ranges::size(features));
    const std::int64_t channels = features_.channels();
    require(std::ssize(numbers) == count * channels, name(), ": ", numbers.size(), " features do not fit ", count,
            " points of ", channels, " channels");
    Dev& device = features_.device();
    upload(device, count_.data(), &count, sizeof(count));
    if (count == 0) return;
    upload(device, sites_.data(), sites.data(), count * std::int64_t{sizeof(Site<D>)});
    const auto converted = Matrix<Dev>::from_host(device, count, channels, numbers);
    const auto from = converted.view();
    copy_memory(device, features_.value().view().data, from.data,
                count * from.pitch * std::int64_t{sizeof(typename Dev::Scalar)});
  }

  const Buffer<Site<D>, Dev>& sites() const { return sites_; }
  const Variable<Dev>& features() const { return features_; }
  /// The room, and the number of points that were set last.
  Rows rows() const { return {sites_.size(), count_.data()}; }

 private:
  static Dev& checked(Dev& device, std::int64_t most, std::int64_t channels) {
    require(most >= 0 && channels >= 1, name(), ": ", most, " points of ", channels, " channels are no input");
    return device;
  }

  Buffer<Site<D>, Dev> sites_;
  Variable<Dev> features_;
  Buffer<std::int64_t, Dev> count_;
};

}  // namespace scn

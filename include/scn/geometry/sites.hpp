// The active sites of one level: immutable, in Z-order, each at most once.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scn/core/buffer.hpp"
#include "scn/geometry/point.hpp"

namespace scn {

/// As messages name it.
template <int D>
std::string to_text(const Site<D>& site) {
  return message("site ", to_string(site.at), " of sample ", site.sample);
}

/// Rows are numbered in int32. Throws LimitExceeded.
inline void require_rows(std::int64_t count) {
  require<LimitExceeded>(count < std::numeric_limits<std::int32_t>::max(),
                         "a level holds at most 2147483646 sites, got ", count);
}

/// What happens to several input points at one site. `sum` is the default everywhere, as in the reference.
enum class Duplicates { reject, first, last, sum, mean };

/// Of sites that were made without waiting, because the device has Limits: how many there are, and their place there.
template <Device Dev>
struct BoundedRows {
  Buffer<std::int64_t, Dev> exact;  ///< one number; empty where the host knows
  std::int64_t level = 0;           ///< steps to coarser levels since the input's, those to finer ones taken off
};

/// Row r of every feature matrix on these sites belongs to site r. Rows are in Z-order (geometry/order.hpp), which
/// depends on the set of sites alone. Made by make_sites, reach, expand and select of the device.
///
/// Where the device has Limits, there is room for as many sites as the level may have, and only the device knows how
/// many there are; what lies behind them means nothing.
template <int D, Device Dev>
class Sites {
 public:
  using Index = typename Dev::template SiteIndex<D>;

  Sites(Buffer<Site<D>, Dev> sites, std::optional<Point<D>> extent, std::int64_t samples, Index index,
        BoundedRows<Dev> bounded = {})
      : sites_(std::move(sites)),
        extent_(extent),
        samples_(samples),
        index_(std::move(index)),
        bounded_(std::move(bounded)) {}

  /// Places that only ever stand at the output end of a map: in the order given, several may be at one site. Nothing
  /// can be looked up in them.
  Sites(Buffer<Site<D>, Dev> places, std::int64_t samples)
      : sites_(std::move(places)), samples_(samples), distinct_(false) {}

  /// Whether no two rows are at one site, and rows are in Z-order.
  bool distinct() const { return distinct_; }

  Rows rows() const { return {sites_.size(), bounded_.exact.data()}; }
  /// The exact number of sites. Throws InvalidArgument where only the device knows it.
  std::int64_t count() const {
    require(rows().exact == nullptr, "Sites: only the device knows how many there are, ask for count(device)");
    return sites_.size();
  }
  /// The same; waits for the device where rows().exact is set.
  std::int64_t count(Dev& device) const {
    return rows().exact == nullptr ? sites_.size() : bounded_.exact.to_host(device).front();
  }
  /// The place of these sites in Limits.
  std::int64_t level() const { return bounded_.level; }
  /// Coordinates lie in [0, extent) when there is one; otherwise the whole int32 range is allowed.
  const std::optional<Point<D>>& extent() const { return extent_; }
  /// Samples of the batch, those without sites included.
  std::int64_t samples() const { return samples_; }
  /// Site of row r, in device memory.
  const Site<D>* data() const { return sites_.data(); }
  const Index& index() const { return index_; }
  /// Copy in host memory; waits for the device.
  std::vector<Site<D>> to_host(Dev& device) const {
    std::vector<Site<D>> sites(static_cast<std::size_t>(count(device)));
    if (!sites.empty()) download(device, sites.data(), data(), std::ssize(sites) * std::int64_t{sizeof(Site<D>)});
    return sites;
  }

 private:
  Buffer<Site<D>, Dev> sites_;
  std::optional<Point<D>> extent_;
  std::int64_t samples_;
  bool distinct_ = true;
  Index index_;
  BoundedRows<Dev> bounded_;
};

/// Where the caller's points went: the row of each point, and the points of each row in the caller's order.
template <Device Dev>
struct PointMap {
  Duplicates duplicates = Duplicates::sum;
  Buffer<std::int32_t, Dev> row_of_point;  ///< one per point
  Buffer<std::int32_t, Dev> points;        ///< the points sorted by row, in the caller's order within a row
  Buffer<std::int64_t, Dev> first;         ///< points of row r: points[first[r]] .. points[first[r + 1])
};

/// Sites with the way back to the points they were made from.
template <int D, Device Dev>
struct InputSites {
  std::shared_ptr<const Sites<D, Dev>> sites;
  std::shared_ptr<const PointMap<Dev>> points;
};

}  // namespace scn

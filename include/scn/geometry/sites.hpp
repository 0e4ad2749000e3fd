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

/// Row r of every feature matrix on these sites belongs to site r. Rows are in Z-order (geometry/order.hpp), which
/// depends on the set of sites alone. Made by make_sites, reach, expand and select of the device.
template <int D, Device Dev>
class Sites {
 public:
  using Index = typename Dev::template SiteIndex<D>;

  Sites(Buffer<Site<D>, Dev> sites, std::optional<Point<D>> extent, std::int64_t samples, Index index)
      : sites_(std::move(sites)), extent_(extent), samples_(samples), index_(std::move(index)) {}

  /// Places that only ever stand at the output end of a map: in the order given, several may be at one site. Nothing
  /// can be looked up in them.
  Sites(Buffer<Site<D>, Dev> places, std::int64_t samples)
      : sites_(std::move(places)), samples_(samples), distinct_(false) {}

  /// Whether no two rows are at one site, and rows are in Z-order.
  bool distinct() const { return distinct_; }

  Rows rows() const { return {sites_.size()}; }
  /// The exact number of sites; waits for the device where rows().exact is set.
  std::int64_t count() const { return sites_.size(); }
  /// Coordinates lie in [0, extent) when there is one; otherwise the whole int32 range is allowed.
  const std::optional<Point<D>>& extent() const { return extent_; }
  /// Samples of the batch, those without sites included.
  std::int64_t samples() const { return samples_; }
  /// Site of row r, in device memory.
  const Site<D>* data() const { return sites_.data(); }
  const Index& index() const { return index_; }
  /// Copy in host memory; waits for the device.
  std::vector<Site<D>> to_host(Dev& device) const { return sites_.to_host(device); }

 private:
  Buffer<Site<D>, Dev> sites_;
  std::optional<Point<D>> extent_;
  std::int64_t samples_;
  bool distinct_ = true;
  Index index_;
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

// From a site to its row: an open-addressing table of row numbers beside the sorted sites.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "scn/geometry/point.hpp"

namespace scn::cpu {

/// Finds rows of sites in expected constant time. Holds row numbers only, so every coordinate is a valid key.
template <int D>
class SiteIndex {
 public:
  SiteIndex() = default;
  /// `sites` must stay where they are. They are distinct. At most half of the table is filled.
  SiteIndex(const Site<D>* sites, std::int64_t count) : sites_(sites) {
    rows_.assign(std::bit_ceil(static_cast<std::size_t>(2 * count + 2)), -1);
    for (std::int64_t row = 0; row < count; ++row) {
      std::size_t slot = hash(sites[row]) & (rows_.size() - 1);
      while (rows_[slot] >= 0) slot = (slot + 1) & (rows_.size() - 1);
      rows_[slot] = static_cast<std::int32_t>(row);
    }
  }

  /// The row of a site, or -1.
  std::int32_t find(const Site<D>& site) const {
    std::size_t slot = hash(site) & (rows_.size() - 1);
    while (rows_[slot] >= 0 && sites_[rows_[slot]] != site) slot = (slot + 1) & (rows_.size() - 1);
    return rows_[slot];
  }

  /// Mixes all bits of all coordinates, so that lines and multiples of powers of two spread like random points.
  static std::size_t hash(const Site<D>& site) {
    std::uint64_t mixed = static_cast<std::uint32_t>(site.sample) + 0x9E3779B97F4A7C15u;
    for (int axis = 0; axis < D; ++axis) {
      mixed = (mixed ^ static_cast<std::uint32_t>(site.at[axis])) * 0xD6E8FEB86659FD93u;
      mixed ^= mixed >> 32;
    }
    return static_cast<std::size_t>(mixed);
  }

 private:
  const Site<D>* sites_ = nullptr;
  std::vector<std::int32_t> rows_{-1};
};

}  // namespace scn::cpu

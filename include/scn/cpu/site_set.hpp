// Distinct sites, numbered in the order in which they came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/site_index.hpp"

namespace scn::cpu {

/// Expected constant time for each insertion; every site is a valid key.
template <int D>
class SiteSet {
 public:
  explicit SiteSet(const std::shared_ptr<HostPool>& pool)
      : sites_(PoolAllocator<Site<D>>(pool)), table_(64, -1, PoolAllocator<std::int32_t>(pool)) {}

  /// The number of a site, which is new if it equals the size() before.
  std::int32_t insert(const Site<D>& site) {
    if (!sites_.empty() && sites_.back() == site) return last();  // siblings are neighbours in the row order
    const std::size_t slot = free_or_same(site);
    if (table_[slot] >= 0) return table_[slot];
    sites_.push_back(site);
    table_[slot] = last();
    if (2 * sites_.size() >= table_.size()) {
      table_.assign(2 * table_.size(), -1);
      for (std::size_t number = 0; number < sites_.size(); ++number)
        table_[free_or_same(sites_[number])] = static_cast<std::int32_t>(number);
    }
    return last();
  }

  std::int64_t size() const { return static_cast<std::int64_t>(sites_.size()); }
  std::span<const Site<D>> sites() const { return sites_; }

 private:
  std::int32_t last() const { return static_cast<std::int32_t>(sites_.size()) - 1; }
  std::size_t free_or_same(const Site<D>& site) const {
    std::size_t slot = SiteIndex<D>::hash(site) & (table_.size() - 1);
    while (table_[slot] >= 0 && sites_[static_cast<std::size_t>(table_[slot])] != site)
      slot = (slot + 1) & (table_.size() - 1);
    return slot;
  }

  HostVector<Site<D>> sites_;
  HostVector<std::int32_t> table_;  // of numbers; -1 is a free place
};

}  // namespace scn::cpu

// From a site to its row: blocks of 64 places, a bit for each site, and a table of the blocks.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <utility>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/bits.hpp"
#include "scn/cpu/parallel.hpp"
#include "scn/geometry/order.hpp"
#include "scn/geometry/point.hpp"

namespace scn::cpu {

/// Finds rows of sites in expected constant time. The bits of a block say whether a site is there, and those below it
/// how many rows come before. Blocks are found by an index of the same kind, of their own coordinates, as long as that
/// makes them clearly fewer, and in a hash table from there on. Every coordinate is a valid key.
template <int D>
class SiteIndex {
 public:
  /// The sites of one block: bit p of `word` is set for place p, and their rows begin with `first`.
  struct Block {
    std::uint64_t word = 0;
    std::int32_t first = 0;

    bool has(int place) const { return (word >> place & 1) != 0; }
    std::int32_t row(int place) const { return first + count_bits(word & bits_below(place)); }
  };

  SiteIndex() = default;

  /// `sites` are distinct and in row order. O(count).
  SiteIndex(const std::shared_ptr<HostPool>& pool, int threads, const Site<D>* sites, std::int64_t count)
      : SiteIndex(pool, count) {
    constexpr std::int64_t share = 8192;
    const std::int64_t shares = (count + share - 1) / share;
    const auto begins = [&](std::int64_t row) {
      return row == 0 || ZBlock<D>::of(sites[row]) != ZBlock<D>::of(sites[row - 1]);
    };
    HostVector<std::int64_t> first(static_cast<std::size_t>(shares + 1), PoolAllocator<std::int64_t>(pool));
    parallel(threads, shares, [&](std::int64_t part) {
      std::int64_t blocks = 0;
      for (std::int64_t row = part * share, end = std::min(count, row + share); row < end; ++row) blocks += begins(row);
      first[static_cast<std::size_t>(part + 1)] = blocks;
    });
    std::partial_sum(first.begin(), first.end(), first.begin());
    keys_.resize(static_cast<std::size_t>(first.back()));
    blocks_.resize(keys_.size());
    parallel(threads, shares, [&](std::int64_t part) {  // a block belongs to the share it begins in
      auto block = static_cast<std::size_t>(first[static_cast<std::size_t>(part)]);
      const auto last = static_cast<std::size_t>(first[static_cast<std::size_t>(part + 1)]);
      std::int64_t row = part * share;
      while (block < last && !begins(row)) ++row;
      for (; block < last; ++block) {
        const Site<D> key = ZBlock<D>::of(sites[row]);
        Block made{0, static_cast<std::int32_t>(row)};
        do made.word |= std::uint64_t{1} << ZBlock<D>::place(sites[row].at);
        while (++row < count && ZBlock<D>::of(sites[row]) == key);
        keys_[block] = key;
        blocks_[block] = made;
      }
    });
    find_blocks_by(pool, threads, nullptr);
  }

  /// The sites of blocks with these coordinates, in row order, and words, of which none is 0; `above`, if there is one,
  /// is an index of these coordinates. O(blocks).
  SiteIndex(const std::shared_ptr<HostPool>& pool, int threads, HostVector<Site<D>> keys,
            const HostVector<std::uint64_t>& words, std::shared_ptr<const SiteIndex> above)
      : SiteIndex(pool, 0) {
    keys_ = std::move(keys);
    blocks_.resize(keys_.size());
    for (std::size_t block = 0; block < keys_.size(); ++block) {
      blocks_[block] = {words[block], static_cast<std::int32_t>(rows_)};
      rows_ += count_bits(words[block]);
    }
    find_blocks_by(pool, threads, std::move(above));
  }

  /// The row of a site, or -1.
  std::int32_t find(const Site<D>& site) const {
    const std::int32_t number = find_block(ZBlock<D>::of(site));
    if (number < 0) return -1;
    const Block& block = blocks_[static_cast<std::size_t>(number)];
    const int place = ZBlock<D>::place(site.at);
    return block.has(place) ? block.row(place) : -1;
  }

  /// The number of the block of these coordinates (ZBlock::of()), or -1.
  std::int32_t find_block(const Site<D>& key) const {
    if (above_) return above_->find(key);
    return table_.empty() ? -1 : table_[search(key).slot].block;
  }

  /// How many places of the table a search for these coordinates of a block looks at: what hostile ones could make
  /// many.
  std::int64_t places_looked_at(const Site<D>& key) const {
    if (above_) return above_->places_looked_at(ZBlock<D>::of(key));
    return table_.empty() ? 0 : search(key).places;
  }

  std::int64_t rows() const { return rows_; }
  /// The sites, in row order.
  void write_sites(int threads, Site<D>* sites) const {
    constexpr std::int64_t share = 2048;
    const auto number = static_cast<std::int64_t>(blocks_.size());
    parallel(threads, (number + share - 1) / share, [&](std::int64_t part) {
      for (std::int64_t block = part * share; block < std::min(number, (part + 1) * share); ++block) {
        const Site<D>& key = keys_[static_cast<std::size_t>(block)];
        Site<D>* to = sites + blocks_[static_cast<std::size_t>(block)].first;
        for (std::uint64_t left = blocks_[static_cast<std::size_t>(block)].word; left != 0; left &= left - 1, ++to)
          *to = ZBlock<D>::site(key, std::countr_zero(left));
      }
    });
  }
  /// In row order.
  std::span<const Block> blocks() const { return blocks_; }
  /// The coordinates of each block.
  std::span<const Site<D>> keys() const { return keys_; }
  /// The index of the blocks' coordinates, or null.
  const std::shared_ptr<const SiteIndex>& above() const { return above_; }

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
  struct Slot {
    std::uint32_t tag = 0;    // bits of the hash: other blocks are told apart without a look at their coordinates
    std::int32_t block = -1;  // -1 is a free place
  };

  SiteIndex(const std::shared_ptr<HostPool>& pool, std::int64_t rows)
      : rows_(rows),
        blocks_(PoolAllocator<Block>(pool)),
        keys_(PoolAllocator<Site<D>>(pool)),
        table_(PoolAllocator<Slot>(pool)) {}

  struct Search {
    std::size_t slot;  // that of the block, or a free one
    std::int64_t places;
  };
  Search search(const Site<D>& key) const {
    const std::size_t mixed = hash(key);
    Search at{mixed & (table_.size() - 1), 1};
    for (; table_[at.slot].block >= 0; at.slot = (at.slot + 1) & (table_.size() - 1), ++at.places)
      if (table_[at.slot].tag == tag(mixed) && keys_[static_cast<std::size_t>(table_[at.slot].block)] == key) break;
    return at;
  }

  static std::uint32_t tag(std::size_t mixed) { return static_cast<std::uint32_t>(mixed >> 32); }

  void find_blocks_by(const std::shared_ptr<HostPool>& pool, int threads, std::shared_ptr<const SiteIndex> above) {
    const auto number = static_cast<std::int64_t>(blocks_.size());
    above_ = std::move(above);
    if (above_) return;
    if (6 % D == 0 && number > 64 && 4 * number < 3 * rows_) {  // else the blocks' own codes begin with another axis
      above_ =
          std::allocate_shared<const SiteIndex>(PoolAllocator<SiteIndex>(pool), pool, threads, keys_.data(), number);
      return;
    }
    table_.resize(std::bit_ceil(2 * blocks_.size() + 2));
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
      const std::size_t mixed = hash(keys_[block]);
      std::size_t slot = mixed & (table_.size() - 1);
      while (table_[slot].block >= 0) slot = (slot + 1) & (table_.size() - 1);
      table_[slot] = {tag(mixed), static_cast<std::int32_t>(block)};
    }
  }

  std::int64_t rows_ = 0;
  HostVector<Block> blocks_;
  HostVector<Site<D>> keys_;
  std::shared_ptr<const SiteIndex> above_;
  HostVector<Slot> table_;
};

}  // namespace scn::cpu

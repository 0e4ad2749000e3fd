// From a site to its row: blocks of 64 places, a bit for each site, and a table of the blocks.
#pragma once

#include <bit>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <vector>

#include "scn/geometry/order.hpp"
#include "scn/geometry/point.hpp"

namespace scn::cpu {

/// Number of set bits; the instruction for it is not part of every x86 processor's, and the library's is a table.
constexpr int count_bits(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555u;
  word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
  word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return static_cast<int>(word * 0x0101010101010101u >> 56);
}

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
    std::int32_t row(int place) const { return first + count_bits(word & ((std::uint64_t{1} << place) - 1)); }
  };

  SiteIndex() = default;
  /// `sites` are distinct and in row order. O(count).
  SiteIndex(const Site<D>* sites, std::int64_t count) {
    for (std::int64_t row = 0; row < count; ++row) {
      const Site<D> key = ZBlock<D>::of(sites[row]);
      if (keys_.empty() || keys_.back() != key) {
        keys_.push_back(key);
        blocks_.push_back({0, static_cast<std::int32_t>(row)});
      }
      blocks_.back().word |= std::uint64_t{1} << ZBlock<D>::place(sites[row].at);
    }
    const auto number = std::ssize(blocks_);
    if (6 % D == 0 && number > 64 && 4 * number < 3 * count) {  // else the blocks' own codes begin with another axis
      above_ = std::make_unique<SiteIndex>(keys_.data(), number);
      return;
    }
    table_.assign(std::bit_ceil(2 * blocks_.size() + 2), -1);
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
      std::size_t slot = hash(keys_[block]) & (table_.size() - 1);
      while (table_[slot] >= 0) slot = (slot + 1) & (table_.size() - 1);
      table_[slot] = static_cast<std::int32_t>(block);
    }
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
    std::size_t slot = hash(key) & (table_.size() - 1);
    while (table_[slot] >= 0 && keys_[static_cast<std::size_t>(table_[slot])] != key)
      slot = (slot + 1) & (table_.size() - 1);
    return table_[slot];
  }

  /// In row order.
  std::span<const Block> blocks() const { return blocks_; }
  /// The coordinates of each block.
  std::span<const Site<D>> keys() const { return keys_; }
  /// The index of the blocks' coordinates, or null.
  const SiteIndex* above() const { return above_.get(); }

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
  std::vector<Block> blocks_;
  std::vector<Site<D>> keys_;
  std::unique_ptr<SiteIndex> above_;
  std::vector<std::int32_t> table_{-1};  // of blocks; -1 is a free place
};

}  // namespace scn::cpu

// Maps by blocks: the pairs of two sets of sites, found by looking at the words of blocks that meet.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/block_window.hpp"
#include "scn/cpu/pool.hpp"
#include "scn/cpu/rules.hpp"
#include "scn/cpu/site_index.hpp"

namespace scn::cpu {

/// Which blocks meet is a map of the same kind between the blocks' coordinates, whose taps are the steps. What an
/// output sees of a block is one `and` of two words; only pairs that are there cost more.
template <int D>
class BlockMap {
  using Block = typename SiteIndex<D>::Block;

 public:
  /// Between the sites of two indices, which stay, by a window that BlockWindow covers.
  BlockMap(const std::shared_ptr<HostPool>& pool, BlockWindow<D> window, const SiteIndex<D>& in,
           const SiteIndex<D>& out)
      : pool_(pool), window_(std::move(window)), in_(&in), out_(&out) {
    if (in.above() && out.above() && window_.has_above())
      above_ = std::allocate_shared<const BlockMap>(PoolAllocator<BlockMap>(pool), pool,
                                                    BlockWindow<D>::above(pool, window_), *in.above(), *out.above());
  }

  const BlockWindow<D>& window() const { return window_; }

  /// Appends the pairs of output rows [begin, end), row after row.
  void append(std::int64_t begin, std::int64_t end, RuleList& list) const {
#if defined(__x86_64__)
    if (has_bit_instructions()) return append_by_instructions(begin, end, list);
#endif
    append_by<ExtractByLoop>(begin, end, list);
  }

  /// The same by a given way to put bits together.
  template <class Extract>
  [[gnu::always_inline]] void append_by(std::int64_t begin, std::int64_t end, RuleList& list) const {
    const auto blocks = out_->blocks();
    const auto last =
        std::partition_point(blocks.begin(), blocks.end(), [end](const Block& b) { return b.first < end; });
    auto block = std::partition_point(blocks.begin(), last, [begin](const Block& b) { return b.first <= begin; });
    if (block != blocks.begin()) --block;
    RuleList meetings(pool_);
    append_blocks(block - blocks.begin(), last - blocks.begin(), meetings);
    HostVector<Block> near(window_.steps().size(), PoolAllocator<Block>(pool_));  // by step; empty where none
    const Rule* meeting = meetings.begin();
    for (; block != last; ++block) {
      const Rule* const met = meeting;
      for (; meeting != meetings.end() && meeting->out == block - blocks.begin(); ++meeting)
        near[static_cast<std::size_t>(meeting->tap)] = in_->blocks()[static_cast<std::size_t>(meeting->in)];
      Rule* to = list.room(window_.volume() * count_bits(block->word));
      std::int32_t row = block->first;
      for (std::uint64_t word = block->word; word != 0; word &= word - 1, ++row)
        if (row >= begin && row < end) to = write_row<Extract>(std::countr_zero(word), row, near.data(), to);
      list.end_at(to);
      for (const Rule* left = met; left != meeting; ++left) near[static_cast<std::size_t>(left->tap)].word = 0;
    }
  }

  /// Appends which blocks meet: pairs of input blocks and output blocks [begin, end), block after block, a tap for each
  /// step. Steps through which no site of the block sees anything may be left out.
  void append_blocks(std::int64_t begin, std::int64_t end, RuleList& list) const {
    if (above_) return above_->append(begin, end, list);
    const auto steps = static_cast<std::int32_t>(window_.steps().size());
    for (std::int64_t block = begin; block < end; ++block) {
      const Site<D>& key = out_->keys()[static_cast<std::size_t>(block)];
      const std::uint64_t word = out_->blocks()[static_cast<std::size_t>(block)].word;
      for (std::int32_t step = 0; step < steps; ++step) {
        std::uint64_t seen = 0;
        for (std::uint64_t left = word; left != 0 && seen == 0; left &= left - 1)
          seen = window_.sees(std::countr_zero(left))[step];
        Site<D> near;
        if (seen == 0 || !window_.input(key, step, near)) continue;
        const std::int32_t found = in_->find_block(near);
        if (found >= 0) list.push_back({step, found, static_cast<std::int32_t>(block)});
      }
    }
  }

 private:
#if defined(__x86_64__)
  [[gnu::target("popcnt,bmi")]] void append_by_instructions(std::int64_t begin, std::int64_t end,
                                                            RuleList& list) const {
    append_by<ExtractByInstruction>(begin, end, list);
  }
#endif

  /// The pairs of one output: which taps have an input is a word of bits, put together from the blocks around. Gives
  /// the end of them.
  template <class Extract>
  [[gnu::always_inline]] Rule* write_row(int place, std::int32_t row, const Block* near, Rule* to) const {
    for (std::int32_t n = 0, words = window_.words(place); n < words; ++n) {
      const auto word = window_.word(place, n);
      std::uint64_t taps = 0;
      for (const auto* look = word.begin; look != word.end; ++look)
        taps |= Extract()(near[look->step].word, look->sees) << look->shift;
      for (; taps != 0; taps &= taps - 1) {
        const auto& seen = word.seen[std::countr_zero(taps)];
        *to++ = {seen.tap, near[seen.step].row(seen.place), row};
      }
    }
    return to;
  }

  std::shared_ptr<HostPool> pool_;
  BlockWindow<D> window_;
  const SiteIndex<D>*in_, *out_;
  std::shared_ptr<const BlockMap> above_;  // of the blocks' coordinates, where both indices have one
};

}  // namespace scn::cpu

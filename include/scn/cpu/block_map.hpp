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
    if (in.above() && out.above())
      above_ = std::allocate_shared<const BlockMap>(PoolAllocator<BlockMap>(pool), pool,
                                                    BlockWindow<D>::above(pool, window_), *in.above(), *out.above());
  }

  const BlockWindow<D>& window() const { return window_; }

  /// Appends the pairs of output rows [begin, end), row after row.
  void append(std::int64_t begin, std::int64_t end, RuleList& list) const {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi")) return append_by_popcnt(begin, end, list);
#endif
    append_rows(begin, end, list);
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
  struct Hit {  // the inputs that one output sees of one block
    std::uint64_t inputs;
    std::int32_t step, place, row;
  };

#if defined(__x86_64__)
  [[gnu::target("popcnt,bmi")]] void append_by_popcnt(std::int64_t begin, std::int64_t end, RuleList& list) const {
    append_rows(begin, end, list);
  }
#endif

  [[gnu::always_inline]] void append_rows(std::int64_t begin, std::int64_t end, RuleList& list) const {
    const auto blocks = out_->blocks();
    const auto last =
        std::partition_point(blocks.begin(), blocks.end(), [end](const Block& b) { return b.first < end; });
    auto block = std::partition_point(blocks.begin(), last, [begin](const Block& b) { return b.first <= begin; });
    if (block != blocks.begin()) --block;
    RuleList meetings(pool_);
    append_blocks(block - blocks.begin(), last - blocks.begin(), meetings);
    const auto steps = static_cast<std::int64_t>(window_.steps().size());
    const cpu::Block memory(pool_, static_cast<std::size_t>(64 * steps) * sizeof(Hit));
    Hit* const hits = static_cast<Hit*>(memory.data());
    HostVector<Block> near(static_cast<std::size_t>(steps), PoolAllocator<Block>(pool_));  // by step; empty where none
    const Rule* meeting = meetings.begin();
    for (; block != last; ++block) {
      const Rule* const met = meeting;
      for (; meeting != meetings.end() && meeting->out == block - blocks.begin(); ++meeting)
        near[static_cast<std::size_t>(meeting->tap)] = in_->blocks()[static_cast<std::size_t>(meeting->in)];
      Hit* hit = hits;
      std::int32_t row = block->first;
      for (std::uint64_t word = block->word; word != 0; word &= word - 1, ++row) {
        if (row < begin || row >= end) continue;
        const std::int32_t place = std::countr_zero(word);
        const std::uint64_t* const sees = window_.sees(place);
        for (const std::int32_t step : window_.met(place)) {  // without a branch: most are empty there
          *hit = {near[static_cast<std::size_t>(step)].word & sees[step], step, place, row};
          hit += hit->inputs != 0;
        }
      }
      append_hits(hits, hit, near.data(), list);
      for (const Rule* left = met; left != meeting; ++left) near[static_cast<std::size_t>(left->tap)] = {};
    }
  }

  [[gnu::always_inline]] void append_hits(const Hit* hit, const Hit* last, const Block* near, RuleList& list) const {
    std::int64_t count = 0;
    for (const Hit* of = hit; of != last; ++of) count += count_bits(of->inputs);
    Rule* to = list.room(count);
    for (; hit != last; ++hit) {
      const Block& by = near[hit->step];
      const std::uint64_t seen = window_.sees(hit->place)[hit->step];
      const std::int32_t* const taps = window_.taps() + window_.first_tap(hit->place)[hit->step];
      for (std::uint64_t left = hit->inputs; left != 0; left &= left - 1) {
        const std::uint64_t below = (left & (~left + 1)) - 1;
        *to++ = {taps[count_bits(seen & below)], by.first + count_bits(by.word & below), hit->row};
      }
    }
    list.end_at(to);
  }

  std::shared_ptr<HostPool> pool_;
  BlockWindow<D> window_;
  const SiteIndex<D>*in_, *out_;
  std::shared_ptr<const BlockMap> above_;  // of the blocks' coordinates, where both indices have one
};

}  // namespace scn::cpu

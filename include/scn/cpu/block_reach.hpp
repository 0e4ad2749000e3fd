// Sites at the other end of a window, by blocks: whole words of sites lead to words of sites there.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/block_map.hpp"
#include "scn/cpu/block_window.hpp"
#include "scn/cpu/parallel.hpp"
#include "scn/cpu/rules.hpp"
#include "scn/cpu/site_index.hpp"
#include "scn/cpu/site_order.hpp"
#include "scn/cpu/site_set.hpp"
#include "scn/geometry/order.hpp"

namespace scn::cpu {

/// Which end of a window is looked for.
enum class Towards { outputs, inputs };

/// The outputs that at least one site leads to, or the inputs that at least one site sees. The blocks there are found
/// by the same search among the blocks' coordinates, so that the sites of a level follow from the words of the one
/// before, and nothing is sorted but a few blocks at the top. O(pairs).
template <int D>
class BlockReach {
 public:
  BlockReach(std::shared_ptr<HostPool> pool, int threads, Towards towards)
      : pool_(std::move(pool)), threads_(threads), towards_(towards) {}

  /// From the sites of an index, clipped to int32 and to `extent`.
  SiteIndex<D> operator()(const SiteIndex<D>& from, const BlockWindow<D>& window,
                          const std::optional<Point<D>>& extent) const {
    const auto leads = places_led_to(window);
    Reached to{HostVector<Site<D>>(PoolAllocator<Site<D>>(pool_)), HostVector<std::uint64_t>(memory()), nullptr};
    if (from.above() && window.has_above())
      search_by_blocks(from, window, leads, to);
    else
      search(from, window, leads, to);
    clip(to, extent);
    return SiteIndex<D>(pool_, threads_, std::move(to.keys), to.words, std::move(to.above));
  }

 private:
  struct Reached {
    HostVector<Site<D>> keys;  // of blocks, in row order
    HostVector<std::uint64_t> words;
    std::shared_ptr<const SiteIndex<D>> above;  // of the keys
  };

  PoolAllocator<std::uint64_t> memory() const { return PoolAllocator<std::uint64_t>(pool_); }

  /// [step][place]: where a site at this place of its block leads to within the block there.
  HostVector<std::uint64_t> places_led_to(const BlockWindow<D>& window) const {
    const std::size_t steps = window.steps().size();
    HostVector<std::uint64_t> leads(64 * steps, memory());
    for (int out = 0; out < 64; ++out)
      for (std::size_t step = 0; step < steps; ++step) {
        std::uint64_t seen = window.sees(out)[step];
        if (towards_ == Towards::inputs) leads[64 * step + static_cast<std::size_t>(out)] = seen;
        for (; towards_ == Towards::outputs && seen != 0; seen &= seen - 1)
          leads[64 * step + static_cast<std::size_t>(std::countr_zero(seen))] |= std::uint64_t{1} << out;
      }
    return leads;
  }
  static std::uint64_t led_to(const HostVector<std::uint64_t>& leads, std::int32_t step, std::uint64_t word) {
    const std::uint64_t* const by = leads.data() + std::ptrdiff_t{64} * step;
    std::uint64_t to = 0;
    for (; word != 0; word &= word - 1) to |= by[std::countr_zero(word)];
    return to;
  }

  /// Where the blocks of `from` are few, or far from each other.
  void search(const SiteIndex<D>& from, const BlockWindow<D>& window, const HostVector<std::uint64_t>& leads,
              Reached& to) const {
    SiteSet<D> keys(pool_);
    HostVector<std::uint64_t> words(memory());
    const auto steps = static_cast<std::int32_t>(window.steps().size());
    for (std::size_t block = 0; block < from.blocks().size(); ++block)
      for (std::int32_t step = 0; step < steps; ++step) {
        const std::uint64_t word = led_to(leads, step, from.blocks()[block].word);
        const Site<D>& key = from.keys()[block];
        Site<D> there;
        const bool exists =
            towards_ == Towards::outputs ? window.output(key, step, there) : window.input(key, step, there);
        if (!exists || clipped(there, word, std::nullopt) == 0) continue;
        const auto number = static_cast<std::size_t>(keys.insert(there));
        if (number == words.size()) words.push_back(0);
        words[number] |= word;
      }
    to.keys.reserve(words.size());
    to.words.reserve(words.size());
    HostVector<Site<D>> corners{PoolAllocator<Site<D>>(pool_)};  // the order of rows is that of sites, not of blocks
    for (const Site<D>& key : keys.sites()) corners.push_back(ZBlock<D>::site(key, 0));
    for (const std::int32_t number : z_order(pool_, threads_, corners.data(), keys.size()).points) {
      to.keys.push_back(keys.sites()[static_cast<std::size_t>(number)]);
      to.words.push_back(words[static_cast<std::size_t>(number)]);
    }
  }

  void search_by_blocks(const SiteIndex<D>& from, const BlockWindow<D>& window, const HostVector<std::uint64_t>& leads,
                        Reached& to) const {
    auto steps = BlockWindow<D>::above(pool_, window);
    to.above = std::allocate_shared<const SiteIndex<D>>(PoolAllocator<SiteIndex<D>>(pool_),
                                                        (*this)(*from.above(), steps, std::nullopt));
    to.keys.resize(static_cast<std::size_t>(to.above->rows()));
    to.words.resize(to.keys.size());
    to.above->write_sites(threads_, to.keys.data());
    const SiteIndex<D>& in = towards_ == Towards::outputs ? *from.above() : *to.above;
    const SiteIndex<D>& out = towards_ == Towards::outputs ? *to.above : *from.above();
    const BlockMap<D> map(pool_, std::move(steps), in, out);
    constexpr std::int64_t share = 1024;
    parallel(threads_, (out.rows() + share - 1) / share, [&](std::int64_t part) {
      RuleList meetings(pool_);
      map.append(part * share, std::min(out.rows(), (part + 1) * share), meetings);
      for (const Rule& meeting : meetings)
        if (towards_ == Towards::outputs)
          to.words[static_cast<std::size_t>(meeting.out)] |=
              led_to(leads, meeting.tap, from.blocks()[static_cast<std::size_t>(meeting.in)].word);
        else  // several tasks may meet at one input block
          std::atomic_ref(to.words[static_cast<std::size_t>(meeting.in)])
              .fetch_or(led_to(leads, meeting.tap, from.blocks()[static_cast<std::size_t>(meeting.out)].word),
                        std::memory_order_relaxed);
    });
  }

  /// Leaves out sites beyond int32 or the extent, and blocks without any.
  void clip(Reached& to, const std::optional<Point<D>>& extent) const {
    std::size_t kept = 0;
    for (std::size_t block = 0; block < to.keys.size(); ++block) {
      const std::uint64_t word = clipped(to.keys[block], to.words[block], extent);
      if (word == 0) continue;
      to.keys[kept] = to.keys[block];
      to.words[kept++] = word;
    }
    if (kept < to.keys.size()) to.above = nullptr;
    to.keys.resize(kept);
    to.words.resize(kept);
  }
  static std::uint64_t clipped(const Site<D>& key, std::uint64_t word, const std::optional<Point<D>>& extent) {
    bool whole = true;
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t side = 1 << ZBlock<D>::bits(axis), low = side * key.at[axis];
      if (!fits_int32(low)) return 0;
      whole = whole && (!extent || (low >= 0 && low + side <= (*extent)[axis]));
    }
    for (std::uint64_t left = whole ? 0 : word; left != 0; left &= left - 1) {
      const Point<D> at = ZBlock<D>::position(std::countr_zero(left));
      for (int axis = 0; axis < D; ++axis) {
        const std::int64_t place = (std::int64_t{key.at[axis]} << ZBlock<D>::bits(axis)) + at[axis];
        if (place < 0 || place >= (*extent)[axis]) word &= ~(left & (~left + 1));
      }
    }
    return word;
  }

  std::shared_ptr<HostPool> pool_;
  int threads_;
  Towards towards_;
};

}  // namespace scn::cpu

// Maps on the CPU: pairs cut into tiles of output rows and sorted by (tap, output row) within each.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/parallel.hpp"
#include "scn/cpu/pool.hpp"
#include "scn/geometry/rules.hpp"

namespace scn::cpu {

/// Pairs in the order in which they are found, in memory of a pool.
class RuleList {
 public:
  explicit RuleList(std::shared_ptr<HostPool> pool) : pool_(std::move(pool)) {}

  /// Where `count` more can be written; they belong to the list once end_at() says how far.
  Rule* room(std::int64_t count) {
    if (end_ + count > room_) {
      room_ = std::max<std::int64_t>({end_ + count, 2 * room_, 4096});
      Block larger(pool_, static_cast<std::size_t>(room_) * sizeof(Rule));
      std::copy_n(begin(), end_, static_cast<Rule*>(larger.data()));
      memory_ = std::move(larger);
    }
    return begin() + end_;
  }
  void end_at(const Rule* end) { end_ = end - begin(); }
  void push_back(const Rule& rule) {
    Rule* const to = room(1);
    *to = rule;
    end_at(to + 1);
  }

  std::int64_t size() const { return end_; }
  Rule* begin() { return static_cast<Rule*>(memory_.data()); }
  Rule* end() { return begin() + end_; }
  const Rule* begin() const { return static_cast<const Rule*>(memory_.data()); }
  const Rule* end() const { return begin() + end_; }
  const std::shared_ptr<HostPool>& pool() const { return pool_; }

 private:
  std::shared_ptr<HostPool> pool_;
  Block memory_;
  std::int64_t end_ = 0, room_ = 0;
};

/// Pair p of tile t joins input row in[p] and output row t * tile_rows + out[p]. The pairs of tap k that end in tile t
/// are [begin(k, t), end(k, t)), sorted by output row: one task computes one tile alone. The lists lie tile by tile,
/// six bytes a pair; copies of a map share them, and they may outlive the device.
struct Rules {
  std::int64_t inputs = 0, outputs = 0, taps = 0;
  std::int64_t tile_rows = 1, tiles = 0;
  std::span<const std::int32_t> in;
  std::span<const std::uint16_t> out;
  std::span<const std::int64_t> first;  ///< where the pairs of each tile and, within it, of each tap begin
  bool unique_inputs = true;
  bool mirrored = false;   ///< tap k holds the pairs of tap taps - 1 - k, the roles of input and output swapped
  bool backwards = false;  ///< tap k's pairs are where the lists have those of tap taps - 1 - k

  Rules() = default;
  /// Tiles are large enough to share a tap's weights and few enough that `first` stays small; no result depends on it.
  Rules(std::int64_t inputs_, std::int64_t outputs_, std::int64_t taps_)
      : inputs(inputs_), outputs(outputs_), taps(taps_) {
    const auto eighth = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(outputs / 8 + 1)));
    tile_rows = std::clamp<std::int64_t>(eighth, 64, 1024);
    while (count_tiles() * taps > (std::int64_t{1} << 22) && tile_rows < std::min<std::int64_t>(outputs, 65536))
      tile_rows *= 2;
    tiles = count_tiles();
  }

  std::int64_t begin(std::int64_t tap, std::int64_t tile) const { return first[place(tap, tile)]; }
  std::int64_t end(std::int64_t tap, std::int64_t tile) const { return first[place(tap, tile) + 1]; }
  /// The pairs of a tile lie together.
  struct Range {
    std::int64_t begin, end;
  };
  Range pairs_of(std::int64_t tile) const {
    return {first[static_cast<std::size_t>(tile * taps)], first[static_cast<std::size_t>((tile + 1) * taps)]};
  }
  std::int64_t size() const { return static_cast<std::int64_t>(in.size()); }
  /// Memory of the lists: pairs, and where those of each tap and tile begin.
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(in.size_bytes() + out.size_bytes() + first.size_bytes());
  }

  /// All pairs on the host, sorted by (tap, out).
  std::vector<Rule> pairs() const {
    std::vector<Rule> list;
    list.reserve(in.size());
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t tile = 0; tile < tiles; ++tile)
        for (std::int64_t pair = begin(tap, tile), last = end(tap, tile); pair < last; ++pair)
          list.push_back({static_cast<std::int32_t>(tap), in[static_cast<std::size_t>(pair)],
                          static_cast<std::int32_t>(tile * tile_rows + out[static_cast<std::size_t>(pair)])});
    return list;
  }

  /// Within one tap an output row occurs at most once, and so does an input row, except where this is false: two
  /// outputs of a randomised stride may start at one place, and so may two points between the same sites.
  bool inputs_unique() const { return unique_inputs; }

  /// Fills the map: list(tile, rules) appends the pairs of one tile, those of each tap sorted by output. O(pairs +
  /// taps * tiles).
  template <class List>
  void build(const std::shared_ptr<HostPool>& pool, int threads, const List& list) {
    const std::int64_t places = taps * tiles;
    Block starts(pool, static_cast<std::size_t>(places + 1) * sizeof(std::int64_t));
    auto* const start = static_cast<std::int64_t*>(starts.data());
    std::fill_n(start, places + 1, 0);
    HostVector<Part> parts(static_cast<std::size_t>(tiles), PoolAllocator<Part>(pool));
    parallel(threads, tiles, [&](std::int64_t tile) {
      RuleList rules(pool);
      list(tile, rules);
      parts[static_cast<std::size_t>(tile)] = sorted_by_tap(pool, rules, tile, start + tile * taps + 1);
    });
    std::partial_sum(start, start + places + 1, start);
    const auto count = static_cast<std::size_t>(start[places]);
    auto lists = std::allocate_shared<Lists>(PoolAllocator<Lists>(pool));
    lists->pairs = Block(pool, count * (sizeof(std::int32_t) + sizeof(std::uint16_t)));  // one block wastes less
    auto* const all_in = static_cast<std::int32_t*>(lists->pairs.data());
    auto* const all_out = reinterpret_cast<std::uint16_t*>(all_in + count);
    in = {all_in, count};
    out = {all_out, count};
    parallel(threads, tiles, [&](std::int64_t tile) {
      const Part& part = parts[static_cast<std::size_t>(tile)];
      const std::int64_t to = start[tile * taps];
      std::copy_n(part.in(), part.count, all_in + to);
      std::copy_n(part.out(), part.count, all_out + to);
    });
    first = {start, static_cast<std::size_t>(places + 1)};
    lists->first = std::move(starts);
    lists_ = std::move(lists);
  }

 private:
  struct Lists {
    Block pairs, first;
  };
  /// The pairs of one tile, in order, until all are counted.
  struct Part {
    std::int64_t count = 0;
    Block memory;

    std::int32_t* in() const { return static_cast<std::int32_t*>(memory.data()); }
    std::uint16_t* out() const { return reinterpret_cast<std::uint16_t*>(in() + count); }
  };

  std::size_t place(std::int64_t tap, std::int64_t tile) const {
    return static_cast<std::size_t>(tile * taps + (backwards ? taps - 1 - tap : tap));
  }
  std::int64_t count_tiles() const { return (outputs + tile_rows - 1) / tile_rows; }

  /// counts[k]: the number of pairs of tap k, 0 before.
  Part sorted_by_tap(const std::shared_ptr<HostPool>& pool, const RuleList& rules, std::int64_t tile,
                     std::int64_t* counts) const {
    Part part{rules.size(), Block(pool, static_cast<std::size_t>(rules.size()) * 6)};
    for (const Rule& rule : rules) ++counts[rule.tap];
    Block places(pool, static_cast<std::size_t>(taps) * sizeof(std::int64_t));
    auto* const next = static_cast<std::int64_t*>(places.data());
    std::exclusive_scan(counts, counts + taps, next, std::int64_t{0});
    std::int32_t* const part_in = part.in();
    std::uint16_t* const part_out = part.out();
    const auto row = static_cast<std::int32_t>(tile * tile_rows);
    for (const Rule& rule : rules) {
      const std::int64_t pair = next[rule.tap]++;
      part_in[pair] = rule.in;
      part_out[pair] = static_cast<std::uint16_t>(rule.out - row);
    }
    return part;
  }

  std::shared_ptr<const Lists> lists_;
};

/// The same pairs with the roles of input and output swapped. O(pairs); where taps lie symmetric about zero the lists
/// are shared.
inline Rules transposed(const std::shared_ptr<HostPool>& pool, int threads, const Rules& rules) {
  if (rules.mirrored) {
    Rules swapped = rules;
    swapped.backwards = !rules.backwards;
    return swapped;
  }
  Rules swapped(rules.outputs, rules.inputs, rules.taps);
  swapped.unique_inputs = rules.unique_inputs;
  const int shift = std::countr_zero(static_cast<std::uint64_t>(swapped.tile_rows));
  const std::int64_t parts = std::clamp<std::int64_t>(rules.tiles, 1, 64);
  const auto each = [&](std::int64_t part, const auto& f) {  // f(rule) for the pairs of a share of the tiles
    for (std::int64_t tile = part * rules.tiles / parts; tile < (part + 1) * rules.tiles / parts; ++tile)
      for (std::int64_t tap = 0; tap < rules.taps; ++tap)
        for (std::int64_t pair = rules.begin(tap, tile), last = rules.end(tap, tile); pair < last; ++pair)
          f(Rule{static_cast<std::int32_t>(tap),
                 static_cast<std::int32_t>(tile * rules.tile_rows + rules.out[static_cast<std::size_t>(pair)]),
                 rules.in[static_cast<std::size_t>(pair)]});
  };
  // Where the pairs of each part of the old tiles go within each new tile.
  HostVector<std::int64_t> next(static_cast<std::size_t>(swapped.tiles * parts + 1), PoolAllocator<std::int64_t>(pool));
  parallel(threads, parts, [&](std::int64_t part) {
    each(part, [&](const Rule& rule) { ++next[static_cast<std::size_t>((rule.out >> shift) * parts + part + 1)]; });
  });
  std::partial_sum(next.begin(), next.end(), next.begin());
  Block memory(pool, static_cast<std::size_t>(rules.size()) * sizeof(Rule));
  Rule* const moved = static_cast<Rule*>(memory.data());
  parallel(threads, parts, [&](std::int64_t part) {
    each(part,
         [&](const Rule& rule) { moved[next[static_cast<std::size_t>((rule.out >> shift) * parts + part)]++] = rule; });
  });
  swapped.build(pool, threads, [&](std::int64_t tile, RuleList& list) {
    const std::int64_t begin = tile == 0 ? 0 : next[static_cast<std::size_t>(tile * parts - 1)];
    const std::int64_t end = next[static_cast<std::size_t>((tile + 1) * parts - 1)];
    HostVector<std::int32_t> place(static_cast<std::size_t>(swapped.tile_rows + 1), PoolAllocator<std::int32_t>(pool));
    const std::int64_t mask = swapped.tile_rows - 1;
    for (std::int64_t i = begin; i < end; ++i) ++place[static_cast<std::size_t>((moved[i].out & mask) + 1)];
    std::partial_sum(place.begin(), place.end(), place.begin());
    Rule* const sorted = list.room(end - begin);
    for (std::int64_t i = begin; i < end; ++i)
      sorted[place[static_cast<std::size_t>(moved[i].out & mask)]++] = moved[i];
    list.end_at(sorted + (end - begin));
  });
  return swapped;
}

}  // namespace scn::cpu

// Maps on the CPU: pairs sorted by (tap, output row), cut into tiles of output rows.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"
#include "scn/cpu/parallel.hpp"
#include "scn/geometry/rules.hpp"

namespace scn::cpu {

/// By the input last, so that the order is one where an output meets several inputs through one tap.
inline void sort_by_tap_and_output(std::vector<Rule>& list) {
  std::sort(list.begin(), list.end(), [](const Rule& a, const Rule& b) {
    return std::tuple(a.tap, a.out, a.in) < std::tuple(b.tap, b.out, b.in);
  });
}

/// Pair p joins input row in[p] and output row out[p]. The pairs of tap k that end in tile t are
/// [first[k * tiles + t], first[k * tiles + t + 1]), sorted by output row: one task computes one tile alone.
struct Rules {
  std::int64_t inputs = 0, outputs = 0, taps = 0;
  std::int64_t tile_rows = 1, tiles = 0;
  std::vector<std::int32_t> in, out;
  std::vector<std::int64_t> first;
  bool unique_inputs = true;
  bool mirrored = false;  ///< tap k holds the pairs of tap taps - 1 - k, the roles of input and output swapped

  Rules() = default;
  /// Tiles are large enough to share a tap's weights and few enough that `first` stays small; no result depends on it.
  Rules(std::int64_t inputs_, std::int64_t outputs_, std::int64_t taps_)
      : inputs(inputs_), outputs(outputs_), taps(taps_) {
    const auto eighth = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(outputs / 8 + 1)));
    tile_rows = std::clamp<std::int64_t>(eighth, 64, 1024);
    while (count_tiles() * taps > (std::int64_t{1} << 22) && tile_rows < outputs) tile_rows *= 2;
    tiles = count_tiles();
  }

  std::int64_t begin(std::int64_t tap, std::int64_t tile) const {
    return first[static_cast<std::size_t>(tap * tiles + tile)];
  }
  std::int64_t end(std::int64_t tap, std::int64_t tile) const {
    return first[static_cast<std::size_t>(tap * tiles + tile + 1)];
  }
  std::int64_t size() const { return static_cast<std::int64_t>(in.size()); }
  /// Memory of the lists: pairs, and where those of each tap and tile begin.
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(std::span(in).size_bytes() + std::span(out).size_bytes() +
                                     std::span(first).size_bytes());
  }

  /// All pairs on the host, sorted by (tap, out).
  std::vector<Rule> pairs() const {
    std::vector<Rule> list;
    list.reserve(in.size());
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t pair = tiles > 0 ? begin(tap, 0) : 0, last = tiles > 0 ? end(tap, tiles - 1) : 0; pair < last;
           ++pair)
        list.push_back(
            {static_cast<std::int32_t>(tap), in[static_cast<std::size_t>(pair)], out[static_cast<std::size_t>(pair)]});
    return list;
  }

  /// Within one tap an output row occurs at most once, and so does an input row, except where this is false: two
  /// outputs of a randomised stride may start at one place, and so may two points between the same sites.
  bool inputs_unique() const { return unique_inputs; }

  /// Fills the map: list(tile, rules) appends the pairs of one tile, those of each tap sorted by output.
  void build(int threads, const std::function<void(std::int64_t, std::vector<Rule>&)>& list) {
    std::vector<std::vector<Rule>> parts(static_cast<std::size_t>(tiles));
    first.assign(static_cast<std::size_t>(taps * tiles + 1), 0);
    parallel(threads, tiles, [&](std::int64_t tile) {
      auto& part = parts[static_cast<std::size_t>(tile)];
      list(tile, part);
      for (const Rule& rule : part) ++first[static_cast<std::size_t>(rule.tap * tiles + tile + 1)];
    });
    for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
    in.resize(static_cast<std::size_t>(first.back()));
    out.resize(in.size());
    parallel(threads, tiles, [&](std::int64_t tile) {
      std::vector<std::int64_t> next(static_cast<std::size_t>(taps));
      for (std::int64_t tap = 0; tap < taps; ++tap) next[static_cast<std::size_t>(tap)] = begin(tap, tile);
      for (const Rule& rule : parts[static_cast<std::size_t>(tile)]) {
        const auto pair = static_cast<std::size_t>(next[static_cast<std::size_t>(rule.tap)]++);
        in[pair] = rule.in;
        out[pair] = rule.out;
      }
    });
  }

 private:
  std::int64_t count_tiles() const { return (outputs + tile_rows - 1) / tile_rows; }
};

/// The same pairs with the roles of input and output swapped. O(pairs); a copy where taps lie symmetric about zero.
inline Rules transposed(int threads, const Rules& rules) {
  Rules swapped(rules.outputs, rules.inputs, rules.taps);
  if (rules.mirrored) {
    swapped.mirrored = true;
    swapped.first = {0};
    for (std::int64_t tap = rules.taps - 1; tap >= 0; --tap)
      for (std::int64_t tile = 0; tile < rules.tiles; ++tile) {
        const std::int64_t begin = rules.begin(tap, tile), end = rules.end(tap, tile);
        swapped.in.insert(swapped.in.end(), rules.in.begin() + begin, rules.in.begin() + end);
        swapped.out.insert(swapped.out.end(), rules.out.begin() + begin, rules.out.begin() + end);
        swapped.first.push_back(swapped.size());
      }
    return swapped;
  }
  swapped.unique_inputs = rules.unique_inputs;
  std::vector<std::vector<Rule>> parts(static_cast<std::size_t>(swapped.tiles));
  for (const Rule& rule : rules.pairs())
    parts[static_cast<std::size_t>(rule.in / swapped.tile_rows)].push_back({rule.tap, rule.out, rule.in});
  swapped.build(threads, [&](std::int64_t tile, std::vector<Rule>& part) {
    part = std::move(parts[static_cast<std::size_t>(tile)]);
    sort_by_tap_and_output(part);
  });
  return swapped;
}

}  // namespace scn::cpu

// Maps on the GPU: pairs in groups, each of one tap and one tile of 128 outputs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

#include "scn/cuda/stream.cuh"
#include "scn/geometry/rules.hpp"

namespace scn::cuda {

/// Outputs of a tile: what one block of a kernel computes.
inline constexpr std::int64_t tile_rows = 128;

/// What kernels see of a map; pointers are to device memory. A group is the pairs of one tap that end in one tile; only
/// taps that have pairs there have a group. Groups are sorted by (tile, tap): those of tile t are [tile_first[t],
/// tile_first[t + 1]). Pairs of group g are [group_first[g], group_first[g + 1]), by place, and by input where an
/// output meets several inputs through one tap, which no map has that make_rules made.
struct RulesView {
  std::int64_t inputs = 0, outputs = 0, taps = 0;
  std::int64_t tiles = 0;
  std::int64_t groups = 0;                   ///< at least as many as there are: tile_first[tiles] is their exact number
  std::int64_t length = 0;                   ///< pairs of all groups
  const std::int32_t* tile_first = nullptr;  ///< tiles + 1
  const std::int32_t* group_tap = nullptr;   ///< see tap()
  const std::int64_t* group_first = nullptr;  ///< exact number of groups + 1
  const std::int32_t* in = nullptr;           ///< input row of each pair
  const std::uint8_t* place = nullptr;        ///< its output's place in the tile, 0 to 127
  const std::int32_t* row = nullptr;  ///< output row of place p of tile t at [128 t + p], -1 for none; null: 128 t + p
  bool unique_inputs = true;          ///< see inputs_unique()
  bool reversed = false;              ///< group_tap counts from the last tap downwards

  /// The tap of a group. Those of a tile fall where the map is reversed.
  constexpr std::int64_t tap(std::int64_t group) const {
    return reversed ? taps - 1 - group_tap[group] : group_tap[group];
  }
  /// The output row at a place of a tile; outside of the map, or -1, where there is none.
  constexpr std::int64_t output(std::int64_t tile, std::int64_t place_of_tile) const {
    const std::int64_t at = tile * tile_rows + place_of_tile;
    return row == nullptr ? at : row[at];
  }
};

/// A map and a share in its memory: copies cost nothing. Made by make_rules and transpose.
struct Rules : RulesView {
  /// What the lists of a map lie in. Maps that share lists share this.
  struct Memory {
    std::shared_ptr<Stream> queue;
    std::vector<Block> blocks;
    std::int64_t bytes = 0;
  };

  bool mirrored = false;  ///< tap k holds the pairs of tap taps - 1 - k, the roles of input and output swapped
  std::shared_ptr<const Memory> memory;

  std::int64_t size() const { return length; }
  /// Device memory of the lists.
  std::int64_t bytes() const { return memory ? memory->bytes : 0; }
  /// Within one tap an output row occurs at most once, and so does an input row, except where this is false: two
  /// outputs of a randomised stride may start at one place, and so may two points between the same sites.
  bool inputs_unique() const { return unique_inputs; }
  /// All pairs on the host, sorted by (tap, out, in); waits.
  std::vector<Rule> pairs() const;

 private:
  template <class T>
  std::vector<T> on_host(const T* data, std::int64_t count) const {
    std::vector<T> copy(static_cast<std::size_t>(count));
    if (count == 0) return copy;
    const Current current(memory->queue->ordinal());
    check(cudaMemcpyAsync(copy.data(), data, copy.size() * sizeof(T), cudaMemcpyDeviceToHost, memory->queue->handle()),
          "copying a map");
    check(cudaStreamSynchronize(memory->queue->handle()), "copying a map");
    return copy;
  }
};

inline std::vector<Rule> Rules::pairs() const {
  std::vector<Rule> list;
  if (length == 0) return list;
  RulesView host = *this;
  const auto first_groups = on_host(tile_first, tiles + 1);
  const auto group_taps = on_host(group_tap, first_groups.back());
  const auto first_pairs = on_host(group_first, first_groups.back() + 1);
  const auto inputs_of = on_host(in, length);
  const auto places = on_host(place, length);
  const auto rows = on_host(row, row == nullptr ? 0 : tiles * tile_rows);
  host.group_tap = group_taps.data();
  host.row = row == nullptr ? nullptr : rows.data();
  list.reserve(inputs_of.size());
  for (std::int64_t tile = 0; tile < tiles; ++tile)
    for (std::int64_t group = first_groups[static_cast<std::size_t>(tile)];
         group < first_groups[static_cast<std::size_t>(tile + 1)]; ++group)
      for (auto pair = static_cast<std::size_t>(first_pairs[static_cast<std::size_t>(group)]);
           pair < static_cast<std::size_t>(first_pairs[static_cast<std::size_t>(group + 1)]); ++pair)
        list.push_back({static_cast<std::int32_t>(host.tap(group)), inputs_of[pair],
                        static_cast<std::int32_t>(host.output(tile, places[pair]))});
  std::sort(list.begin(), list.end(), [](const Rule& a, const Rule& b) {
    return std::tuple(a.tap, a.out, a.in) < std::tuple(b.tap, b.out, b.in);
  });
  return list;
}

}  // namespace scn::cuda

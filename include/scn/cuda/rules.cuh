// Maps on the GPU: pairs in segments, each of one tile of 128 outputs and 32 taps.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

#include "scn/cuda/stream.cuh"
#include "scn/geometry/rules.hpp"

namespace scn::gpu {

/// Outputs of a tile: what one block of a kernel computes.
inline constexpr std::int64_t tile_rows = 128;
/// Taps of a segment: the bits of a word.
inline constexpr std::int64_t segment_taps = 32;

/// What kernels see of a map; pointers are to device memory. A segment is what one tile has of 32 taps: for each of its
/// places a word, bit b of which is set where the output meets an input through tap b of the segment, and these inputs,
/// sorted by (place, tap). Segments are sorted by (tile, first tap); those without pairs may be missing. Where an
/// output meets several inputs through one tap, further segments of the same taps follow, each with the next input.
struct RulesView {
  std::int64_t inputs = 0, outputs = 0, taps = 0;
  std::int64_t tiles = 0;
  std::int64_t segments = 0;
  std::int64_t length = 0;                     ///< room for pairs: as many as there are, or more
  const std::uint32_t* present = nullptr;      ///< 128 words a segment
  const std::int64_t* segment_pair = nullptr;  ///< where the pairs of each segment begin; segments + 1
  const std::int32_t* in = nullptr;            ///< input row of each pair
  const std::int32_t* row = nullptr;  ///< output row of place p of tile t at [128 t + p], -1 for none; null: 128 t + p
  const std::int32_t* tile_segment = nullptr;  ///< where those of each tile begin; tiles + 1; null: one segment a tile
  const std::int32_t* segment_tap = nullptr;   ///< the first tap of each, a multiple of 32; null: 0
  bool unique_inputs = true;                   ///< see inputs_unique()
  bool reversed = false;                       ///< taps are listed from the last one downwards

  constexpr std::int64_t first_segment(std::int64_t tile) const {
    return tile_segment == nullptr ? tile : tile_segment[tile];
  }
  constexpr std::int64_t first_tap(std::int64_t segment) const {
    return segment_tap == nullptr ? 0 : segment_tap[segment];
  }
  /// The tap that is listed as number `listed`.
  constexpr std::int64_t tap(std::int64_t listed) const { return reversed ? taps - 1 - listed : listed; }
  /// The output row at a place of a tile; outside of the map, or -1, where there is none.
  constexpr std::int64_t output(std::int64_t tile, std::int64_t place) const {
    const std::int64_t at = tile * tile_rows + place;
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
    mutable std::int64_t pairs = -1;  ///< of all segments, where the host knows
  };

  bool bounded = false;   ///< only the device knows how many inputs and outputs there are: see Limits
  bool mirrored = false;  ///< tap k holds the pairs of tap taps - 1 - k, the roles of input and output swapped
  std::shared_ptr<const Memory> memory;

  /// Number of pairs; waits the first time where the map was made without waiting.
  std::int64_t size() const {
    if (memory == nullptr || length == 0) return 0;
    if (memory->pairs < 0) {
      const auto behind = tile_segment == nullptr ? tiles : on_host(tile_segment + tiles, 1).front();
      memory->pairs = on_host(segment_pair + behind, 1).front();
    }
    return memory->pairs;
  }
  /// Device memory of the lists.
  std::int64_t bytes() const { return memory ? memory->bytes : 0; }
  /// Within one tap an output row occurs at most once, and so does an input row, except where this is false: two
  /// outputs of a randomised stride may start at one place, and so may two points between the same sites.
  bool inputs_unique() const { return unique_inputs; }
  /// All pairs on the host, sorted by (tap, out, in); waits.
  std::vector<Rule> pairs() const;

 private:
  /// The list, or an empty one where there is none.
  template <class T>
  std::vector<T> on_host(const T* data, std::int64_t count) const {
    std::vector<T> copy(static_cast<std::size_t>(data == nullptr ? 0 : count));
    if (copy.empty()) return copy;
    const Current current(memory->queue->ordinal());
    check(cudaMemcpyAsync(copy.data(), data, copy.size() * sizeof(T), cudaMemcpyDeviceToHost, memory->queue->handle()),
          "copying a map");
    memory->queue->wait();
    return copy;
  }
};

inline std::vector<Rule> Rules::pairs() const {
  std::vector<Rule> list;
  if (size() == 0) return list;
  RulesView host = *this;
  const auto words = on_host(present, segments * tile_rows);
  const auto inputs_of = on_host(in, size());
  const auto rows = on_host(row, tiles * tile_rows), first_segments = on_host(tile_segment, tiles + 1);
  const auto first_taps = on_host(segment_tap, segments);
  host.row = row == nullptr ? nullptr : rows.data();
  host.tile_segment = tile_segment == nullptr ? nullptr : first_segments.data();
  host.segment_tap = segment_tap == nullptr ? nullptr : first_taps.data();
  list.reserve(inputs_of.size());
  auto next = inputs_of.begin();
  for (std::int64_t tile = 0; tile < tiles; ++tile)
    for (std::int64_t segment = host.first_segment(tile); segment < host.first_segment(tile + 1); ++segment)
      for (std::int64_t place = 0; place < tile_rows; ++place)
        for (std::uint32_t left = words[static_cast<std::size_t>(segment * tile_rows + place)]; left != 0;
             left &= left - 1)
          list.push_back({static_cast<std::int32_t>(host.tap(host.first_tap(segment) + std::countr_zero(left))),
                          *next++, static_cast<std::int32_t>(host.output(tile, place))});
  std::sort(list.begin(), list.end(), [](const Rule& a, const Rule& b) {
    return std::tuple(a.tap, a.out, a.in) < std::tuple(b.tap, b.out, b.in);
  });
  return list;
}

}  // namespace scn::gpu

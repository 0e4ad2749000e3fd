// Maps of the CPU on the GPU: for tests of what reads maps, apart from what builds them there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace parity {

/// The lists of a map on the host, as gpu::RulesView describes them.
struct RulesLists {
  std::vector<std::uint32_t> present;
  std::vector<std::int64_t> segment_pair{0};
  std::vector<std::int32_t> in, tile_segment{0}, segment_tap;
};

/// Segments of the pairs, which are sorted on the way.
inline RulesLists lists_of(std::vector<scn::Rule> pairs, std::int64_t tiles) {
  constexpr auto tile_rows = static_cast<std::int32_t>(scn::gpu::tile_rows);
  constexpr auto taps = static_cast<std::int32_t>(scn::gpu::segment_taps);
  std::sort(pairs.begin(), pairs.end(), [](const scn::Rule& a, const scn::Rule& b) {
    return std::tuple(a.out, a.tap, a.in) < std::tuple(b.out, b.tap, b.in);
  });
  using Key = std::tuple<std::int32_t, std::int32_t, std::int32_t>;  // tile, segment of the tile, round
  std::map<Key, std::vector<scn::Rule>> segments;
  std::int32_t round = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const bool again = i > 0 && pairs[i].out == pairs[i - 1].out && pairs[i].tap == pairs[i - 1].tap;
    round = again ? round + 1 : 0;
    segments[{pairs[i].out / tile_rows, pairs[i].tap / taps, round}].push_back(pairs[i]);
  }
  RulesLists lists;
  for (const auto& [key, of_segment] : segments) {
    while (static_cast<std::int32_t>(lists.tile_segment.size()) <= std::get<0>(key))
      lists.tile_segment.push_back(static_cast<std::int32_t>(lists.segment_tap.size()));
    lists.segment_tap.push_back(std::get<1>(key) * taps);
    lists.present.resize(lists.present.size() + static_cast<std::size_t>(tile_rows));
    for (const scn::Rule& rule : of_segment) {
      lists.present.rbegin()[tile_rows - 1 - rule.out % tile_rows] |= 1u << rule.tap % taps;
      lists.in.push_back(rule.in);
    }
    lists.segment_pair.push_back(std::ssize(lists.in));
  }
  lists.tile_segment.resize(static_cast<std::size_t>(tiles + 1), static_cast<std::int32_t>(lists.segment_tap.size()));
  return lists;
}

/// A map with the numbers and the pairs of `rules`, which is a map of the CPU.
template <class T, class CpuRules>
scn::gpu::Rules upload_rules(scn::CudaDevice<T>& device, const CpuRules& rules) {
  scn::gpu::Rules result;
  result.inputs = rules.inputs;
  result.outputs = rules.outputs;
  result.taps = rules.taps;
  result.tiles = (rules.outputs + scn::gpu::tile_rows - 1) / scn::gpu::tile_rows;
  result.unique_inputs = rules.inputs_unique();
  result.mirrored = rules.mirrored;
  const RulesLists lists = lists_of(rules.pairs(), result.tiles);
  result.segments = std::ssize(lists.segment_tap);
  result.length = std::ssize(lists.in);
  auto memory = std::make_shared<scn::gpu::Rules::Memory>();
  memory->queue = device.queue;
  const auto keep = [&]<class Element>(const std::vector<Element>& values) {
    const auto bytes = std::ssize(values) * std::int64_t{sizeof(Element)};
    scn::gpu::Block block = allocate(device, bytes);
    upload(device, block.data(), values.data(), bytes);
    memory->bytes += bytes;
    return static_cast<const Element*>(memory->blocks.emplace_back(std::move(block)).data());
  };
  result.present = keep(lists.present);
  result.segment_pair = keep(lists.segment_pair);
  result.in = keep(lists.in);
  result.tile_segment = keep(lists.tile_segment);
  result.segment_tap = keep(lists.segment_tap);
  result.memory = std::move(memory);
  return result;
}

}  // namespace parity

// Maps of the CPU on the GPU: for tests of what reads maps, apart from what builds them there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "scn/cuda/device.cuh"
#include "scn/cuda/rules.cuh"

namespace gpu {

/// The lists of a map on the host, in the order that cuda::RulesView describes; `row` in the order of the outputs.
struct RulesLists {
  std::vector<std::int32_t> tile_first{0}, group_tap, in;
  std::vector<std::int64_t> group_first{0};
  std::vector<std::uint8_t> place;
};

/// Groups of the pairs, which are sorted on the way.
inline RulesLists lists_of(std::vector<scn::Rule> pairs, std::int64_t tiles) {
  constexpr auto tile_rows = static_cast<std::int32_t>(scn::cuda::tile_rows);
  const auto group = [](const scn::Rule& rule) { return std::pair(rule.out / tile_rows, rule.tap); };
  std::sort(pairs.begin(), pairs.end(), [&](const scn::Rule& a, const scn::Rule& b) {
    return std::tuple(group(a), a.out, a.in) < std::tuple(group(b), b.out, b.in);
  });
  RulesLists lists;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || group(pairs[i]) != group(pairs[i - 1])) {
      if (i > 0) lists.group_first.push_back(static_cast<std::int64_t>(i));
      while (static_cast<std::int32_t>(lists.tile_first.size()) <= group(pairs[i]).first)
        lists.tile_first.push_back(static_cast<std::int32_t>(lists.group_tap.size()));
      lists.group_tap.push_back(pairs[i].tap);
    }
    lists.in.push_back(pairs[i].in);
    lists.place.push_back(static_cast<std::uint8_t>(pairs[i].out % tile_rows));
  }
  if (!pairs.empty()) lists.group_first.push_back(static_cast<std::int64_t>(pairs.size()));
  lists.tile_first.resize(static_cast<std::size_t>(tiles + 1), static_cast<std::int32_t>(lists.group_tap.size()));
  return lists;
}

/// A map with the numbers and the pairs of `rules`, which is a map of the CPU.
template <class T, class CpuRules>
scn::cuda::Rules upload_rules(scn::CudaDevice<T>& device, const CpuRules& rules) {
  scn::cuda::Rules result;
  result.inputs = rules.inputs;
  result.outputs = rules.outputs;
  result.taps = rules.taps;
  result.tiles = (rules.outputs + scn::cuda::tile_rows - 1) / scn::cuda::tile_rows;
  result.unique_inputs = rules.inputs_unique();
  result.mirrored = rules.mirrored;
  const RulesLists lists = lists_of(rules.pairs(), result.tiles);
  result.groups = std::ssize(lists.group_tap);
  result.length = std::ssize(lists.in);
  auto memory = std::make_shared<scn::cuda::Rules::Memory>();
  memory->queue = device.queue;
  const auto keep = [&]<class Element>(const std::vector<Element>& values) {
    const auto bytes = std::ssize(values) * std::int64_t{sizeof(Element)};
    scn::cuda::Block block = allocate(device, bytes);
    upload(device, block.data(), values.data(), bytes);
    memory->bytes += bytes;
    return static_cast<const Element*>(memory->blocks.emplace_back(std::move(block)).data());
  };
  result.tile_first = keep(lists.tile_first);
  result.group_tap = keep(lists.group_tap);
  result.group_first = keep(lists.group_first);
  result.in = keep(lists.in);
  result.place = keep(lists.place);
  result.memory = std::move(memory);
  return result;
}

}  // namespace gpu

// Maps on the CPU: every pair of input and output that a window joins.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "scn/cpu/block_map.hpp"
#include "scn/cpu/device.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

/// Every (tap, in, out) that the window's relation joins. O(outputs * taps) looks at bits; where there are fewer
/// outputs than taps, or very many taps, as many look-ups, or O(inputs * outputs) of one sample if that is less.
template <int D, class T>
cpu::Rules make_rules(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& in, const Sites<D, CpuDevice<T>>& out,
                      const Window<D>& window) {
  const std::int64_t taps = window.volume();
  cpu::Rules rules(in.rows().bound, out.rows().bound, taps);
  const bool enumerate = in.rows().bound < taps && window.positions.empty();
  const bool starts_apart = std::all_of(window.starts.begin(), window.starts.end(), [](const auto& starts) {
    return std::adjacent_find(starts.begin(), starts.end()) == starts.end();
  });
  rules.unique_inputs = out.distinct() && starts_apart;
  rules.mirrored = &in == &out && is_symmetric(window);
  std::optional<cpu::BlockMap<D>> blocks;
  if (out.distinct() && taps <= out.rows().bound && cpu::BlockWindow<D>::covers(window))
    blocks.emplace(device.pool, cpu::BlockWindow<D>(device.pool, window), in.index(), out.index());
  rules.build(device.pool, device.threads, [&](std::int64_t tile, cpu::RuleList& list) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    if (blocks) return blocks->append(begin, end, list);
    if (enumerate) {
      const Site<D>*const all = in.data(), *const last = all + in.rows().bound;
      for (std::int64_t row = begin; row < end; ++row) {
        const Site<D>& site = out.data()[row];
        const auto by_sample = [](const Site<D>& a, std::int32_t sample) { return a.sample < sample; };
        for (const Site<D>* near = std::lower_bound(all, last, site.sample, by_sample);
             near != last && near->sample == site.sample; ++near) {
          std::int64_t tap = 0;
          for (int axis = 0; axis < D && tap >= 0; ++axis) {
            const std::int64_t distance = near->at[axis] - window.input(axis, site.at[axis], 0);
            const std::int64_t position = distance / window.dilation[axis];
            const bool hit = distance >= 0 && distance % window.dilation[axis] == 0 && position < window.size[axis];
            tap = hit ? tap * window.size[axis] + position : -1;
          }
          if (tap >= 0)
            list.push_back({static_cast<std::int32_t>(tap), static_cast<std::int32_t>(near - all),
                            static_cast<std::int32_t>(row)});
        }
      }
      return;
    }
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const Point<D> position = window.position(tap);
      for (std::int64_t row = begin; row < end; ++row) {
        const auto near = input_of(window, out.data()[row], position);
        const std::int32_t found = near ? in.index().find(*near) : -1;
        if (found >= 0) list.push_back({static_cast<std::int32_t>(tap), found, static_cast<std::int32_t>(row)});
      }
    }
  });
  return rules;
}

}  // namespace scn

// Sites and maps on the CPU: the primitives that know the dimension.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "scn/cpu/device.hpp"
#include "scn/geometry/order.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

namespace cpu {

template <int D>
std::string to_text(const Site<D>& site) {
  return message("site ", to_string(site.at), " of sample ", site.sample);
}

template <int D>
bool lies_in(const Point<D>& point, const Point<D>& extent) {
  bool inside = true;
  for (int axis = 0; axis < D; ++axis) inside = inside && point[axis] >= 0 && point[axis] < extent[axis];
  return inside;
}

inline void require_rows(std::int64_t count) {
  require<LimitExceeded>(count < std::numeric_limits<std::int32_t>::max(),
                         "a level holds at most 2147483646 sites, got ", count);
}

/// Sites in row order with their index.
template <int D, class T>
Sites<D, CpuDevice<T>> finish_sites(CpuDevice<T>& device, const std::vector<Site<D>>& sorted,
                                    std::optional<Point<D>> extent, std::int64_t samples) {
  Buffer<Site<D>, CpuDevice<T>> buffer(device, std::span<const Site<D>>(sorted));
  SiteIndex<D> index(buffer.data(), buffer.size());
  return {std::move(buffer), extent, samples, std::move(index)};
}

}  // namespace cpu

/// Validates, orders and de-duplicates input sites. O(count log count). Throws InvalidArgument for a negative sample, a
/// site outside the extent, or two points at one site under Duplicates::reject.
template <int D, class T>
InputSites<D, CpuDevice<T>> make_sites(CpuDevice<T>& device, const Buffer<Site<D>, CpuDevice<T>>& points,
                                       std::optional<Point<D>> extent, std::int64_t samples, Duplicates duplicates) {
  const Site<D>* site = points.data();
  const std::int64_t count = points.size();
  cpu::require_rows(count);
  require(samples >= 0, "the number of samples must not be negative, got ", samples);
  for (std::int64_t i = 0; i < count; ++i) {
    require(site[i].sample >= 0, "point ", i, " has the negative sample index ", site[i].sample);
    samples = std::max(samples, std::int64_t{site[i].sample} + 1);
    if (extent && !cpu::lies_in(site[i].at, *extent))
      throw InvalidArgument(
          message("point ", i, ": ", cpu::to_text(site[i]), " lies outside the extent ", to_string(*extent)));
  }
  const std::vector<std::int32_t> order = z_order(site, count);
  std::vector<Site<D>> sorted;
  std::vector<std::int64_t> first;
  std::vector<std::int32_t> row_of_point(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Site<D>& here = site[order[i]];
    if (sorted.empty() || sorted.back() != here) {
      sorted.push_back(here);
      first.push_back(static_cast<std::int64_t>(i));
    } else {
      if (duplicates == Duplicates::reject)
        throw InvalidArgument(message("points ", order[static_cast<std::size_t>(first.back())], " and ", order[i],
                                      " are both at ", cpu::to_text(here), ", and duplicates are rejected"));
    }
    row_of_point[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(sorted.size()) - 1;
  }
  first.push_back(count);
  using Dev = CpuDevice<T>;
  auto map = std::make_shared<PointMap<Dev>>();
  map->duplicates = duplicates;
  map->row_of_point = Buffer<std::int32_t, Dev>(device, std::span<const std::int32_t>(row_of_point));
  map->points = Buffer<std::int32_t, Dev>(device, std::span<const std::int32_t>(order));
  map->first = Buffer<std::int64_t, Dev>(device, std::span<const std::int64_t>(first));
  auto sites = std::make_shared<const Sites<D, Dev>>(cpu::finish_sites<D>(device, sorted, extent, samples));
  return {std::move(sites), std::move(map)};
}

/// The output sites that at least one tap reaches, clipped to `extent` and to int32. O(pairs).
template <int D, class T>
Sites<D, CpuDevice<T>> reach(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& in, const Window<D>& window,
                             std::optional<Point<D>> extent) {
  std::vector<Site<D>> found;
  std::vector<std::int32_t> table(1024, -1);
  const auto insert = [&](const Site<D>& site) {
    if (!found.empty() && found.back() == site) return;  // siblings are neighbours in the row order
    std::size_t slot = cpu::SiteIndex<D>::hash(site) & (table.size() - 1);
    while (table[slot] >= 0 && found[static_cast<std::size_t>(table[slot])] != site)
      slot = (slot + 1) & (table.size() - 1);
    if (table[slot] >= 0) return;
    table[slot] = static_cast<std::int32_t>(found.size());
    found.push_back(site);
    cpu::require_rows(static_cast<std::int64_t>(found.size()));
    if (2 * found.size() < table.size()) return;
    table.assign(2 * table.size(), -1);
    for (std::size_t row = 0; row < found.size(); ++row) {
      slot = cpu::SiteIndex<D>::hash(found[row]) & (table.size() - 1);
      while (table[slot] >= 0) slot = (slot + 1) & (table.size() - 1);
      table[slot] = static_cast<std::int32_t>(row);
    }
  };

  std::vector<std::int32_t> candidates[D];  // the output coordinates that see this input, axis by axis
  for (std::int64_t row = 0; row < in.rows().bound; ++row) {
    const Site<D>& site = in.data()[row];
    bool any = true;
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t shifted = std::int64_t{site.at[axis]} + window.pad[axis];
      const std::int64_t lowest = shifted - std::int64_t{window.dilation[axis]} * (window.size[axis] - 1);
      candidates[axis].clear();
      for (std::int64_t out = -floor_divide(-lowest, window.stride[axis]); out * window.stride[axis] <= shifted; ++out)
        if ((shifted - out * window.stride[axis]) % window.dilation[axis] == 0 && fits_int32(out) &&
            (!extent || (out >= 0 && out < (*extent)[axis])))
          candidates[axis].push_back(static_cast<std::int32_t>(out));
      any = any && !candidates[axis].empty();
    }
    if (!any) continue;
    std::size_t digit[D] = {};
    for (int axis = 0; axis >= 0;) {  // every combination, the last axis fastest
      Site<D> out{site.sample, {}};
      for (int a = 0; a < D; ++a) out.at[a] = candidates[a][digit[a]];
      insert(out);
      for (axis = D - 1; axis >= 0 && ++digit[axis] == candidates[axis].size(); --axis) digit[axis] = 0;
    }
  }
  const auto order = z_order(found.data(), static_cast<std::int64_t>(found.size()));
  std::vector<Site<D>> sorted(found.size());
  for (std::size_t row = 0; row < order.size(); ++row) sorted[row] = found[static_cast<std::size_t>(order[row])];
  return cpu::finish_sites<D>(device, sorted, extent, in.samples());
}

/// Every (tap, in, out) that the window's relation joins. O(outputs * taps), or O(inputs * outputs) of one sample where
/// there are fewer inputs than taps.
template <int D, class T>
cpu::Rules make_rules(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& in, const Sites<D, CpuDevice<T>>& out,
                      const Window<D>& window) {
  const std::int64_t taps = window.volume();
  cpu::Rules rules(in.rows().bound, out.rows().bound, taps);
  const bool enumerate = in.rows().bound < taps;
  rules.build(device.threads, [&](std::int64_t tile, std::vector<Rule>& list) {
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
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
      cpu::sort_by_tap_and_output(list);
      return;
    }
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const Point<D> position = window.position(tap);
      for (std::int64_t row = begin; row < end; ++row) {
        const Site<D>& site = out.data()[row];
        Site<D> near{site.sample, {}};
        bool exists = true;
        for (int axis = 0; axis < D; ++axis) {
          const std::int64_t coordinate = window.input(axis, site.at[axis], position[axis]);
          exists = exists && fits_int32(coordinate);
          near.at[axis] = static_cast<std::int32_t>(coordinate);
        }
        const std::int32_t found = exists ? in.index().find(near) : -1;
        if (found >= 0) list.push_back({static_cast<std::int32_t>(tap), found, static_cast<std::int32_t>(row)});
      }
    }
  });
  return rules;
}

}  // namespace scn

// Sites and maps on the CPU: the primitives that know the dimension.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "scn/cpu/block_map.hpp"
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

namespace cpu {

/// Distinct sites in the order in which they came.
template <int D>
class SiteSet {
 public:
  void insert(const Site<D>& site) {
    if (!found_.empty() && found_.back() == site) return;  // siblings are neighbours in the row order
    std::size_t slot = free_or_same(site);
    if (table_[slot] >= 0) return;
    table_[slot] = static_cast<std::int32_t>(found_.size());
    found_.push_back(site);
    require_rows(static_cast<std::int64_t>(found_.size()));
    if (2 * found_.size() < table_.size()) return;
    table_.assign(2 * table_.size(), -1);
    for (std::size_t row = 0; row < found_.size(); ++row)
      table_[free_or_same(found_[row])] = static_cast<std::int32_t>(row);
  }

  /// Inserts every site with one of candidates[axis] on each axis.
  void insert_all(std::int32_t sample, const std::array<std::vector<std::int32_t>, std::size_t{D}>& candidates) {
    for (const auto& axis : candidates)
      if (axis.empty()) return;
    std::array<std::size_t, std::size_t{D}> digit{};
    for (std::size_t axis = 0; axis < D;) {  // the last axis fastest
      Site<D> site{sample, {}};
      for (std::size_t a = 0; a < D; ++a) site.at[static_cast<int>(a)] = candidates[a][digit[a]];
      insert(site);
      for (axis = D; axis-- > 0 && ++digit[axis] == candidates[axis].size();) digit[axis] = 0;
    }
  }

  std::vector<Site<D>> in_row_order() const {
    const auto order = z_order(found_.data(), static_cast<std::int64_t>(found_.size()));
    std::vector<Site<D>> sorted(found_.size());
    for (std::size_t row = 0; row < order.size(); ++row) sorted[row] = found_[static_cast<std::size_t>(order[row])];
    return sorted;
  }

 private:
  std::size_t free_or_same(const Site<D>& site) const {
    std::size_t slot = SiteIndex<D>::hash(site) & (table_.size() - 1);
    while (table_[slot] >= 0 && found_[static_cast<std::size_t>(table_[slot])] != site)
      slot = (slot + 1) & (table_.size() - 1);
    return slot;
  }

  std::vector<Site<D>> found_;
  std::vector<std::int32_t> table_ = std::vector<std::int32_t>(1024, -1);
};

inline bool is_inside(std::int64_t coordinate, std::int64_t extent) { return coordinate >= 0 && coordinate < extent; }

/// The input that an output sees through this position of a tap; none where a coordinate leaves int32.
template <int D>
std::optional<Site<D>> input_of(const Window<D>& window, const Site<D>& out, const Point<D>& position) {
  Site<D> in{out.sample, {}};
  for (int axis = 0; axis < D; ++axis) {
    const std::int64_t coordinate = window.input(axis, out.at[axis], position[axis]);
    if (!fits_int32(coordinate)) return std::nullopt;
    in.at[axis] = static_cast<std::int32_t>(coordinate);
  }
  return in;
}

/// floor(in / stride).
template <int D>
Site<D> floor_output(Site<D> site, const Window<D>& window) {
  for (int axis = 0; axis < D; ++axis)
    site.at[axis] = static_cast<std::int32_t>(floor_divide(site.at[axis], window.stride[axis]));
  return site;
}

/// The outputs on one axis that see coordinate `in` through the whole box, or through position `tap` alone if that is
/// not negative.
template <int D>
void outputs_on_axis(const Window<D>& window, int axis, std::int64_t in, std::int32_t tap,
                     const std::optional<Point<D>>& extent, std::vector<std::int32_t>& outputs) {
  const std::int64_t stride = window.stride[axis], dilation = window.dilation[axis], shifted = in + window.pad[axis];
  const std::int64_t highest = tap < 0 ? shifted : shifted - dilation * tap;
  const std::int64_t lowest = tap < 0 ? shifted - dilation * (window.size[axis] - 1) : highest;
  const auto fits = [&](std::int64_t start, std::int64_t out) {
    return (highest - start) % dilation == 0 && fits_int32(out) && (!extent || is_inside(out, (*extent)[axis]));
  };
  outputs.clear();
  if (window.randomised()) {
    const auto& starts = window.starts[static_cast<std::size_t>(axis)];
    for (auto start = std::lower_bound(starts.begin(), starts.end(), lowest);
         start != starts.end() && *start <= highest; ++start)
      if (const auto out = start - starts.begin(); fits(*start, out)) outputs.push_back(static_cast<std::int32_t>(out));
    return;
  }
  for (std::int64_t out = -floor_divide(-lowest, stride); out * stride <= highest; ++out)
    if (fits(out * stride, out)) outputs.push_back(static_cast<std::int32_t>(out));
}

}  // namespace cpu

/// The output sites that at least one tap reaches, or floor(in / stride), clipped to `extent` and to int32. O(pairs);
/// O(inputs * taps) for taps that are not a whole box.
template <int D, class T>
Sites<D, CpuDevice<T>> reach(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& in, const Window<D>& window,
                             std::optional<Point<D>> extent) {
  if (window.keeps_order()) {
    std::vector<Site<D>> sorted;
    for (std::int64_t row = 0; row < in.rows().bound; ++row) {
      const Site<D> out = cpu::floor_output(in.data()[row], window);
      if ((sorted.empty() || sorted.back() != out) && (!extent || cpu::lies_in(out.at, *extent))) sorted.push_back(out);
    }
    return cpu::finish_sites<D>(device, sorted, extent, in.samples());
  }
  cpu::SiteSet<D> found;
  std::array<std::vector<std::int32_t>, std::size_t{D}> candidates;
  for (std::int64_t row = 0; row < in.rows().bound; ++row) {
    const Site<D>& site = in.data()[row];
    if (window.outputs == Outputs::floor) {
      const Site<D> out = cpu::floor_output(site, window);
      if (!extent || cpu::lies_in(out.at, *extent)) found.insert(out);
      continue;
    }
    const auto insert_through = [&](const Point<D>& tap) {
      for (int axis = 0; axis < D; ++axis)
        cpu::outputs_on_axis(window, axis, site.at[axis], tap[axis], extent,
                             candidates[static_cast<std::size_t>(axis)]);
      found.insert_all(site.sample, candidates);
    };
    if (window.positions.empty()) insert_through(Point<D>(-1));
    for (const Point<D>& tap : window.positions) insert_through(tap);
  }
  return cpu::finish_sites<D>(device, found.in_row_order(), extent, in.samples());
}

/// The input sites that at least one tap of at least one output sees, clipped to `extent` and to int32: the sites of a
/// full convolution, whose inputs are these outputs. O(outputs * taps).
template <int D, class T>
Sites<D, CpuDevice<T>> expand(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& out, const Window<D>& window,
                              std::optional<Point<D>> extent) {
  cpu::SiteSet<D> found;
  const std::int64_t taps = window.volume();
  for (std::int64_t row = 0; row < out.rows().bound; ++row)
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const auto in = cpu::input_of(window, out.data()[row], window.position(tap));
      if (in && (!extent || cpu::lies_in(in->at, *extent))) found.insert(*in);
    }
  return cpu::finish_sites<D>(device, found.in_row_order(), extent, out.samples());
}

/// The sites whose byte in `keep` (one a row) is not 0, with the same extent and samples. O(sites).
template <int D, class T>
Sites<D, CpuDevice<T>> select(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& sites,
                              const Buffer<std::uint8_t, CpuDevice<T>>& keep) {
  std::vector<Site<D>> kept;
  for (std::int64_t row = 0; row < sites.rows().bound; ++row)
    if (keep.data()[row] != 0) kept.push_back(sites.data()[row]);
  return cpu::finish_sites<D>(device, kept, sites.extent(), sites.samples());
}

namespace cpu {

/// Whether an output at 0 sees through tap taps - 1 - k the site opposite to the one it sees through tap k.
template <int D>
bool is_symmetric(const Window<D>& window) {
  if (window.stride != Point<D>(1) || window.randomised()) return false;
  const std::int64_t taps = window.volume();
  for (std::int64_t tap = 0; 2 * tap < taps; ++tap)
    for (int axis = 0; axis < D; ++axis)
      if (window.input(axis, 0, window.position(tap)[axis]) !=
          -window.input(axis, 0, window.position(taps - 1 - tap)[axis]))
        return false;
  return true;
}

}  // namespace cpu

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
  rules.mirrored = &in == &out && cpu::is_symmetric(window);
  const bool by_blocks = out.distinct() && !window.randomised() && taps <= out.rows().bound && taps <= 4096;
  std::optional<cpu::BlockMap<D>> blocks;
  if (by_blocks) blocks.emplace(window, in.index(), out.index());
  rules.build(device.threads, [&](std::int64_t tile, std::vector<Rule>& list) {
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
        const auto near = cpu::input_of(window, out.data()[row], position);
        const std::int32_t found = near ? in.index().find(*near) : -1;
        if (found >= 0) list.push_back({static_cast<std::int32_t>(tap), found, static_cast<std::int32_t>(row)});
      }
    }
  });
  return rules;
}

}  // namespace scn

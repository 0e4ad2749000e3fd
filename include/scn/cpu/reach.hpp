// Sites at the other end of a window, on the CPU: outputs reached from inputs, inputs seen by outputs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "scn/cpu/device.hpp"
#include "scn/cpu/sites.hpp"
#include "scn/geometry/order.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

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
      const auto in = input_of(window, out.data()[row], window.position(tap));
      if (in && (!extent || cpu::lies_in(in->at, *extent))) found.insert(*in);
    }
  return cpu::finish_sites<D>(device, found.in_row_order(), extent, out.samples());
}

}  // namespace scn

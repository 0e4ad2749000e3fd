// Sites at the other end of a window, on the CPU: outputs reached from inputs, inputs seen by outputs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "scn/cpu/block_reach.hpp"
#include "scn/cpu/device.hpp"
#include "scn/cpu/site_order.hpp"
#include "scn/cpu/site_set.hpp"
#include "scn/cpu/sites.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

namespace cpu {

inline bool is_inside(std::int64_t coordinate, std::int64_t extent) { return coordinate >= 0 && coordinate < extent; }

/// The outputs on one axis that see coordinate `in` through the whole box, or through position `tap` alone if that is
/// not negative.
template <int D>
void outputs_on_axis(const Window<D>& window, int axis, std::int64_t in, std::int32_t tap,
                     const std::optional<Point<D>>& extent, HostVector<std::int32_t>& outputs) {
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

/// One output after another: for windows that are not the same at every block, or have more taps than there are sites.
template <int D>
void insert_outputs(const Site<D>& site, const Window<D>& window, const std::optional<Point<D>>& extent,
                    std::array<HostVector<std::int32_t>, std::size_t{D}>& candidates, SiteSet<D>& found) {
  const auto insert_through = [&](const Point<D>& tap) {
    for (int axis = 0; axis < D; ++axis) {
      auto& on_axis = candidates[static_cast<std::size_t>(axis)];
      outputs_on_axis(window, axis, site.at[axis], tap[axis], extent, on_axis);
      if (on_axis.empty()) return;
    }
    std::array<std::size_t, std::size_t{D}> digit{};
    for (std::size_t axis = 0; axis < D;) {  // the last axis fastest
      Site<D> out{site.sample, {}};
      for (std::size_t a = 0; a < D; ++a) out.at[static_cast<int>(a)] = candidates[a][digit[a]];
      found.insert(out);
      for (axis = D; axis-- > 0 && ++digit[axis] == candidates[axis].size();) digit[axis] = 0;
    }
  };
  if (window.positions.empty()) return insert_through(Point<D>(-1));
  for (const Point<D>& tap : window.positions) insert_through(tap);
}

/// The distinct sites, put in row order.
template <int D, class T>
Sites<D, CpuDevice<T>> finish_sites(CpuDevice<T>& device, const SiteSet<D>& found, std::optional<Point<D>> extent,
                                    std::int64_t samples) {
  require_rows(found.size());
  Buffer<Site<D>, CpuDevice<T>> sorted(device, found.size());
  Site<D>* to = sorted.data();
  for (const std::int32_t number : z_order(device.pool, device.threads, found.sites().data(), found.size()).points)
    *to++ = found.sites()[static_cast<std::size_t>(number)];
  return finish_sites<D>(device, std::move(sorted), extent, samples);
}

/// The sites of an index.
template <int D, class T>
Sites<D, CpuDevice<T>> finish_sites(CpuDevice<T>& device, SiteIndex<D> index, std::optional<Point<D>> extent,
                                    std::int64_t samples) {
  require_rows(index.rows());
  Buffer<Site<D>, CpuDevice<T>> sites(device, index.rows());
  index.write_sites(device.threads, sites.data());
  return {std::move(sites), extent, samples, std::move(index)};
}

/// Whether it pays to look at whole blocks.
template <int D>
bool by_blocks(const Window<D>& window, std::int64_t rows) {
  return BlockWindow<D>::covers(window) && window.volume() <= rows;
}

}  // namespace cpu

/// The output sites that at least one tap reaches, or floor(in / stride), clipped to `extent` and to int32. O(pairs);
/// O(inputs * taps) for taps that are not a whole box, where the starts are a table or the taps more than the inputs.
template <int D, class T>
Sites<D, CpuDevice<T>> reach(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& in, const Window<D>& given,
                             std::optional<Point<D>> extent) {
  if (given.keeps_order() && in.index().above() == nullptr) {  // lone sites: a block would be looked at for each
    HostVector<Site<D>> sorted{PoolAllocator<Site<D>>(device.pool)};
    for (std::int64_t row = 0; row < in.rows().bound; ++row) {
      Site<D> out = in.data()[row];
      for (int axis = 0; axis < D; ++axis)
        out.at[axis] = static_cast<std::int32_t>(floor_divide(out.at[axis], given.stride[axis]));
      if ((sorted.empty() || sorted.back() != out) && (!extent || cpu::lies_in(out.at, *extent))) sorted.push_back(out);
    }
    Buffer<Site<D>, CpuDevice<T>> sites(device, std::span<const Site<D>>(sorted));
    return cpu::finish_sites<D>(device, std::move(sites), extent, in.samples());
  }
  const Window<D> tiles{.size = given.stride, .stride = given.stride};  // an input is in one of them
  const Window<D>& window = given.outputs == Outputs::floor ? tiles : given;
  if (cpu::by_blocks(window, in.rows().bound)) {
    const cpu::BlockReach<D> search(device.pool, device.threads, cpu::Towards::outputs);
    return cpu::finish_sites<D>(device, search(in.index(), {device.pool, window}, extent), extent, in.samples());
  }
  cpu::SiteSet<D> found(device.pool);
  std::array<HostVector<std::int32_t>, std::size_t{D}> candidates;
  candidates.fill(HostVector<std::int32_t>(PoolAllocator<std::int32_t>(device.pool)));
  for (std::int64_t row = 0; row < in.rows().bound; ++row)
    cpu::insert_outputs(in.data()[row], window, extent, candidates, found);
  return cpu::finish_sites<D>(device, found, extent, in.samples());
}

/// The input sites that at least one tap of at least one output sees, clipped to `extent` and to int32: the sites of a
/// full convolution, whose inputs are these outputs. O(pairs).
template <int D, class T>
Sites<D, CpuDevice<T>> expand(CpuDevice<T>& device, const Sites<D, CpuDevice<T>>& out, const Window<D>& window,
                              std::optional<Point<D>> extent) {
  if (cpu::by_blocks(window, out.rows().bound)) {
    const cpu::BlockReach<D> search(device.pool, device.threads, cpu::Towards::inputs);
    return cpu::finish_sites<D>(device, search(out.index(), {device.pool, window}, extent), extent, out.samples());
  }
  cpu::SiteSet<D> found(device.pool);
  const std::int64_t taps = window.volume();
  for (std::int64_t row = 0; row < out.rows().bound; ++row)
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const auto in = input_of(window, out.data()[row], window.position(tap));
      if (in && (!extent || cpu::lies_in(in->at, *extent))) found.insert(*in);
    }
  return cpu::finish_sites<D>(device, found, extent, out.samples());
}

}  // namespace scn

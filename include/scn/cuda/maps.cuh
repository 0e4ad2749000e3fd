// Maps on the GPU: every pair of input and output that a window joins, found by one block for each tile of outputs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "scn/cuda/near_blocks.cuh"
#include "scn/cuda/neighbour.cuh"
#include "scn/cuda/row_pairs.cuh"
#include "scn/cuda/rules.cuh"
#include "scn/cuda/site_index.cuh"
#include "scn/cuda/tile_lists.cuh"
#include "scn/cuda/window.cuh"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

namespace gpu {

/// One block of 128 threads a tile, one thread an output.
template <int D, class Finder>
__global__ void __launch_bounds__(tile_rows)
    find_rows(Search<D> search, typename Finder::Settings settings, RowPairs found) {
  extern __shared__ int4 finder_memory[];
  const std::int64_t row = std::int64_t{blockIdx.x} * tile_rows + threadIdx.x;
  Finder finder(search, settings, reinterpret_cast<std::byte*>(finder_memory), blockIdx.x, 0);
  std::int32_t* to = found.in + row * found.taps;
  std::uint32_t present = 0;
  for (int tap = 0; tap < static_cast<int>(found.taps); ++tap) {
    if (const std::int32_t in = finder.row(search); in >= 0) {
      present |= 1u << tap;
      *to++ = in;
    }
    finder.advance(search.window, tap + 1);
  }
  if (row < found.rows) found.present[row] = present;
  add_taps(present, found.counts);
}

/// One block of 128 threads a unit, one thread an output, a segment at a time: counts segments and their pairs, or
/// writes them, once all are counted.
template <int D, bool Write, class Finder>
__global__ void __launch_bounds__(tile_rows)
    find_segments(Search<D> search, typename Finder::Settings settings, PairLists lists, UnitTotals totals) {
  extern __shared__ int4 finder_memory[];
  __shared__ std::int32_t rows[Write ? tile_rows : 1][segment_taps + 1];
  const std::int64_t unit = blockIdx.x, tile = unit / search.cuts;
  const std::int64_t begin = unit % search.cuts * search.cut_taps;
  const std::int64_t end = std::min(begin + search.cut_taps, search.window.taps);
  Finder finder(search, settings, reinterpret_cast<std::byte*>(finder_memory), tile, begin);
  Totals base, total;
  if constexpr (Write) base = totals.before(unit);
  for (std::int64_t first = begin; first < end; first += segment_taps) {
    std::uint32_t present = 0;
    int count = 0;
    for (std::int64_t tap = first; tap < std::min(first + segment_taps, end); ++tap) {
      if (const std::int32_t in = finder.row(search); in >= 0) {
        present |= 1u << (tap - first);
        if constexpr (Write) rows[threadIdx.x][count] = in;
        ++count;
      }
      finder.advance(search.window, tap + 1);
    }
    const PlaceSum sum(count);
    if (sum.all == 0) continue;
    if constexpr (Write) {
      const std::int64_t segment = base.segments + total.segments, pair = base.pairs + total.pairs;
      lists.present[segment * tile_rows + threadIdx.x] = present;
      for (int i = 0; i < count; ++i) lists.in[pair + sum.before + i] = rows[threadIdx.x][i];
      if (threadIdx.x == 0) {
        lists.segment_tap[segment] = static_cast<std::int32_t>(first);
        lists.segment_pair[segment] = pair;
      }
    }
    total.pairs += sum.all;
    ++total.segments;
  }
  if (threadIdx.x != 0) return;
  if constexpr (Write) {
    if (unit % search.cuts == 0) lists.tile_segment[tile] = static_cast<std::int32_t>(base.segments);
    if (unit != search.units - 1) return;
    lists.tile_segment[tile + 1] = static_cast<std::int32_t>(base.segments + total.segments);
    lists.segment_pair[base.segments + total.segments] = base.pairs + total.pairs;
  } else {
    totals.write(unit, total);
  }
}

/// How the taps of a window are cut: 1,024 a unit, more where there would be too many units.
template <int D>
void cut_taps(Search<D>& search, std::int64_t tiles) {
  constexpr std::int64_t most_units = std::int64_t{1} << 24;
  const auto count = [&] { return (search.window.taps + search.cut_taps - 1) / search.cut_taps; };
  for (search.cut_taps = 1024; tiles * count() > most_units && count() > 1;) search.cut_taps *= 2;
  search.cuts = count();
  search.units = tiles * search.cuts;
}

/// Finds the pairs of a map, and gives it its lists. Waits at most once, for the number of pairs.
template <int D, class Finder, class T>
void fill_rules(CudaDevice<T>& device, const Search<D>& search, const typename Finder::Settings& settings,
                Rules& rules) {
  const auto grid = [&](std::int64_t blocks) {
    return Grid{
        .blocks = blocks_of(blocks, 1), .threads = unsigned{tile_rows}, .shared_bytes = settings.shared_bytes()};
  };
  if (RowPairs::suit(rules.outputs, rules.taps)) {
    RowPairsMemory<T> memory(device, rules.outputs, rules.taps);
    launch(device, grid(rules.tiles), find_rows<D, Finder>, search, settings, memory.view());
    return place_rows(device, memory.view(), rules);
  }
  UnitTotals totals(search.units);
  Buffer<Totals, CudaDevice<T>> of_units(device, totals.units), of_runs(device, totals.runs() + 1);
  totals.of_unit = of_units.data();
  totals.of_run = of_runs.data();
  fill_zero(device, totals.of_run, of_runs.size() * std::int64_t{sizeof(Totals)});
  launch(device, grid(search.units), find_segments<D, false, Finder>, search, settings, PairLists{}, totals);
  Totals all{rules.outputs * rules.taps, rules.tiles * ((rules.taps + segment_taps - 1) / segment_taps)};
  if (!device.limits) download(device, &all, totals.of_run + totals.runs(), sizeof(all));
  rules.length = all.pairs;
  rules.segments = all.segments;
  const PairLists lists = give_lists(device, rules, {.segments = true});
  launch(device, grid(search.units), find_segments<D, true, Finder>, search, settings, lists, totals);
}

}  // namespace gpu

/// Every (tap, in, out) that the window's relation joins. O(outputs * taps) looks at bits. Waits once, for the number
/// of pairs; not at all where the device has Limits: then there is room for all that are possible, and size() is that.
template <int D, class T>
gpu::Rules make_rules(CudaDevice<T>& device, const Sites<D, CudaDevice<T>>& in, const Sites<D, CudaDevice<T>>& out,
                      const Window<D>& window) {
  gpu::Rules rules;
  rules.inputs = in.rows().bound;
  rules.outputs = out.rows().bound;
  rules.taps = window.volume();
  rules.tiles = (rules.outputs + gpu::tile_rows - 1) / gpu::tile_rows;
  const bool starts_apart = std::all_of(window.starts.begin(), window.starts.end(), [](const auto& starts) {
    return std::adjacent_find(starts.begin(), starts.end()) == starts.end();
  });
  rules.unique_inputs = out.distinct() && starts_apart;
  rules.mirrored = &in == &out && is_symmetric(window);
  if (rules.tiles == 0) return rules;
  const gpu::DeviceWindow<D, T> relation(device, window);
  gpu::Search<D> search;
  search.window = relation.view();
  search.inputs = in.index().view();
  search.sites = out.data();
  search.outputs = out.rows();
  rules.bounded = in.rows().exact != nullptr || out.rows().exact != nullptr;
  gpu::cut_taps(search, rules.tiles);
  const typename gpu::NearBlocks<D>::Settings by_blocks(window);
  if (by_blocks.suit() && search.cuts == 1)
    gpu::fill_rules<D, gpu::NearBlocks<D>>(device, search, by_blocks, rules);
  else
    gpu::fill_rules<D, gpu::Neighbour<D>>(device, search, {}, rules);
  return rules;
}

}  // namespace scn

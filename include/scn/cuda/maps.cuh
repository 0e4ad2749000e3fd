// Maps on the GPU: every pair of input and output that a window joins, found by one block for each tile of outputs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "scn/cuda/near_blocks.cuh"
#include "scn/cuda/neighbour.cuh"
#include "scn/cuda/pair_lists.cuh"
#include "scn/cuda/rules.cuh"
#include "scn/cuda/site_index.cuh"
#include "scn/cuda/window.cuh"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

namespace cuda {

/// How many there are.
struct Totals {
  std::int64_t pairs = 0, groups = 0;
};

/// Pairs and groups of every unit, of every `run` units, and of all.
struct UnitTotals {
  std::int64_t units = 0, run = 1;
  Totals* of_unit = nullptr;
  Totals* of_run = nullptr;  ///< those of all units are behind the last run's

  static constexpr std::int64_t runs(std::int64_t units, std::int64_t run) { return (units + run - 1) / run; }

  __device__ static void add(Totals& to, const Totals& totals) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&to.pairs), static_cast<unsigned long long>(totals.pairs));
    atomicAdd(reinterpret_cast<unsigned long long*>(&to.groups), static_cast<unsigned long long>(totals.groups));
  }
  __device__ void write(std::int64_t unit, const Totals& totals) const {
    of_unit[unit] = totals;
    add(of_run[unit / run], totals);
    add(of_run[runs(units, run)], totals);
  }

  /// Of all units before this one, once all are written. By all threads of a block.
  __device__ Totals before(std::int64_t unit) const {
    __shared__ Totals sum;
    if (threadIdx.x == 0) sum = {};
    __syncthreads();
    const std::int64_t whole = unit / run, rest = unit % run;
    Totals mine;
    for (std::int64_t i = threadIdx.x; i < whole + rest; i += blockDim.x) {
      const Totals& part = i < whole ? of_run[i] : of_unit[unit - rest + i - whole];
      mine.pairs += part.pairs;
      mine.groups += part.groups;
    }
    for (int step = 16; step > 0; step /= 2) {
      mine.pairs += __shfl_down_sync(~0u, mine.pairs, step);
      mine.groups += __shfl_down_sync(~0u, mine.groups, step);
    }
    if (threadIdx.x % 32 == 0) add(sum, mine);
    __syncthreads();
    return sum;
  }
};

/// What the first thread of a unit still has to write, whose lists end at `end`.
__device__ inline void finish_unit(const PairLists& lists, const Totals& base, const Totals& end, std::int64_t unit,
                                   std::int64_t units, std::int64_t segments) {
  if (unit % segments == 0) lists.tile_first[unit / segments] = static_cast<std::int32_t>(base.groups);
  if (unit != units - 1) return;
  lists.tile_first[units / segments] = static_cast<std::int32_t>(end.groups);
  lists.group_first[end.groups] = end.pairs;
}

/// What find_pairs does with the pairs that it finds: counts them, or writes them as well, each unit where it has room
/// for as many as there may be, with `group_first` counted from there; or writes them in their final places, once the
/// totals are known.
enum class Finding { count, loose, final };

/// One block of 128 threads a unit, one thread an output, 32 taps at a time: see which lead to an input, count those,
/// and write their pairs.
template <int D, Finding finding, class Finder>
__global__ void __launch_bounds__(tile_rows)
    find_pairs(Search<D> search, typename Finder::Settings settings, PairLists lists, UnitTotals totals) {
  extern __shared__ int4 finder_memory[];
  constexpr int round = 32, warps = tile_rows / 32;
  constexpr bool write = finding != Finding::count, keep = write && !Finder::quick;
  __shared__ std::int32_t rows[keep ? round : 1][tile_rows];
  __shared__ uint4 present[round];               // a bit for each output
  __shared__ std::int32_t begins[round][warps];  // pairs of the round before those of a tap and a warp
  __shared__ std::int64_t round_begin;
  const std::int64_t unit = blockIdx.x, tile = unit / search.segments;
  const std::int64_t begin = unit % search.segments * search.segment_taps;
  const std::int64_t end = std::min(begin + search.segment_taps, search.window.taps);
  const unsigned place = threadIdx.x, lane = place % 32, warp = place / 32, lower = (1u << lane) - 1;
  Finder finder(search, settings, reinterpret_cast<std::byte*>(finder_memory), tile, begin);
  Totals base, total;
  if constexpr (finding == Finding::loose) base = {unit * search.segment_taps * tile_rows, unit * search.segment_taps};
  if constexpr (finding == Finding::final) base = totals.before(unit);
  for (std::int64_t first = begin; first < end; first += round) {
    const int taps = static_cast<int>(std::min<std::int64_t>(round, end - first));
    unsigned mine = 0;
    for (int i = 0; i < taps; ++i) {
      bool found = false;
      if constexpr (Finder::quick) {
        found = finder.finds();
      } else {
        const std::int32_t row = finder.row(search);
        if constexpr (keep) rows[i][place] = row;
        found = row >= 0;
      }
      const unsigned all = __ballot_sync(~0u, found);
      if (lane == static_cast<unsigned>(i)) mine = all;
      finder.advance(search.window, first + i + 1);
    }
    reinterpret_cast<unsigned*>(&present[lane])[warp] = mine;
    __syncthreads();
    if (warp == 0) {
      const uint4 bits = present[lane];
      const int of_warps[warps] = {__popc(bits.x), __popc(bits.y), __popc(bits.z), __popc(bits.w)};
      const int count = of_warps[0] + of_warps[1] + of_warps[2] + of_warps[3];
      const unsigned groups = __ballot_sync(~0u, count > 0);
      int sum = count;
      for (unsigned step = 1; step < 32; step *= 2) {
        const int before = __shfl_up_sync(~0u, sum, step);
        if (lane >= step) sum += before;
      }
      for (int of = 0, at = sum - count; of < warps; at += of_warps[of++]) begins[lane][of] = at;
      if (lane == 0) round_begin = base.pairs + total.pairs;
      if (write && count > 0) {
        const std::int64_t group = base.groups + total.groups + __popc(groups & lower);
        lists.group_tap[group] = static_cast<std::int32_t>(first + lane);
        lists.group_first[group] = (finding == Finding::loose ? 0 : base.pairs) + total.pairs + sum - count;
      }
      total.pairs += __shfl_sync(~0u, sum, 31);
      total.groups += __popc(groups);
    }
    __syncthreads();
    if constexpr (write) {
      std::int32_t* const in = lists.in + round_begin;
      std::uint8_t* const places = lists.place + round_begin;
      if constexpr (!keep) finder.go_to(search.window, first);
      for (int i = 0; i < taps; ++i) {
        const unsigned bits = reinterpret_cast<const unsigned*>(&present[i])[warp];
        if ((bits >> lane & 1) != 0) {
          const int at = begins[i][warp] + __popc(bits & lower);
          if constexpr (keep)
            in[at] = rows[i][place];
          else
            in[at] = finder.row(search);
          places[at] = static_cast<std::uint8_t>(place);
        }
        if constexpr (!keep) finder.advance(search.window, first + i + 1);
      }
    }
    __syncthreads();
  }
  if (place != 0) return;
  if constexpr (finding == Finding::final)
    finish_unit(lists, base, {base.pairs + total.pairs, base.groups + total.groups}, unit, search.units,
                search.segments);
  else
    totals.write(unit, total);
}

/// From lists with room for every pair to lists without gaps, one block a tile.
template <class Lists>
__global__ void close_gaps(Lists from, UnitTotals totals, std::int64_t taps, Lists to) {
  const std::int64_t tile = blockIdx.x, old_pairs = tile * taps * tile_rows, old_groups = tile * taps;
  const Totals base = totals.before(tile), own = totals.of_unit[tile];
  constexpr int several = 8;  // loads under way at a time
  for (std::int64_t begin = threadIdx.x; begin < own.pairs; begin += several * tile_rows) {
    std::int32_t in[several];
    std::uint8_t place[several];
#pragma unroll
    for (int j = 0; j < several; ++j)
      if (const std::int64_t i = begin + j * tile_rows; i < own.pairs) {
        in[j] = from.in[old_pairs + i];
        place[j] = from.place[old_pairs + i];
      }
#pragma unroll
    for (int j = 0; j < several; ++j)
      if (const std::int64_t i = begin + j * tile_rows; i < own.pairs) {
        to.in[base.pairs + i] = in[j];
        to.place[base.pairs + i] = place[j];
      }
  }
  for (std::int64_t i = threadIdx.x; i < own.groups; i += blockDim.x) {
    to.group_tap[base.groups + i] = from.group_tap[old_groups + i];
    to.group_first[base.groups + i] = base.pairs + from.group_first[old_groups + i];
  }
  if (threadIdx.x == 0) finish_unit(to, base, {base.pairs + own.pairs, base.groups + own.groups}, tile, gridDim.x, 1);
}

/// How the taps of a window are cut: segments of 1,024, longer ones where there would be too many.
template <int D>
void cut_taps(Search<D>& search, std::int64_t tiles) {
  constexpr std::int64_t most_units = std::int64_t{1} << 24;
  const auto count = [&] { return (search.window.taps + search.segment_taps - 1) / search.segment_taps; };
  for (search.segment_taps = std::min<std::int64_t>(1024, search.window.taps);
       tiles * count() > most_units && count() > 1;)
    search.segment_taps = std::min(2 * search.segment_taps, search.window.taps);
  search.segments = count();
  search.units = tiles * search.segments;
}

/// Finds the pairs of a map, and gives it its lists. Waits once, for the number of pairs.
template <int D, class Finder, class T>
void fill_rules(CudaDevice<T>& device, const Search<D>& search, const typename Finder::Settings& settings,
                Rules& rules) {
  const std::int64_t units = search.units, most_groups = units * search.segment_taps,
                     most_pairs = most_groups * tile_rows;
  const bool once = search.segments == 1 && most_pairs <= (std::int64_t{1} << 30) / 5;
  UnitTotals totals;
  totals.units = units;
  for (totals.run = tile_rows; totals.run * totals.run < units;) totals.run *= 2;
  const std::int64_t runs = UnitTotals::runs(units, totals.run);
  PairLists loose{};
  const auto divide_scratch = [&](void* memory) {
    MemoryDivider divider(memory);
    divider.next(totals.of_unit, units);
    divider.next(totals.of_run, runs + 1);
    if (once) {
      divider.next(loose.in, most_pairs);
      divider.next(loose.place, most_pairs);
      divider.next(loose.group_first, most_groups);
      divider.next(loose.group_tap, most_groups);
    }
    return divider.bytes();
  };
  const Block scratch = allocate(device, divide_scratch(nullptr));
  divide_scratch(scratch.data());
  fill_zero(device, totals.of_run, (runs + 1) * std::int64_t{sizeof(Totals)});
  const Grid grid{
      .blocks = blocks_of(units, 1), .threads = unsigned{tile_rows}, .shared_bytes = settings.shared_bytes()};
  if (once)
    launch(device, grid, find_pairs<D, Finding::loose, Finder>, search, settings, loose, totals);
  else
    launch(device, grid, find_pairs<D, Finding::count, Finder>, search, settings, loose, totals);
  Totals all;
  download(device, &all, totals.of_run + runs, sizeof(all));
  rules.length = all.pairs;
  rules.groups = all.groups;
  const PairLists lists = give_lists(device, rules);
  if (once)
    launch(device, {.blocks = blocks_of(units, 1), .threads = unsigned{tile_rows}}, close_gaps<PairLists>, loose,
           totals, rules.taps, lists);
  else
    launch(device, grid, find_pairs<D, Finding::final, Finder>, search, settings, lists, totals);
}

}  // namespace cuda

/// Every (tap, in, out) that the window's relation joins. O(outputs * taps) looks at bits; waits once, for the number
/// of pairs. A map of up to 1 GiB, had every tap an input, is looked up once; a larger one twice.
template <int D, class T>
cuda::Rules make_rules(CudaDevice<T>& device, const Sites<D, CudaDevice<T>>& in, const Sites<D, CudaDevice<T>>& out,
                       const Window<D>& window) {
  cuda::Rules rules;
  rules.inputs = in.rows().bound;
  rules.outputs = out.rows().bound;
  rules.taps = window.volume();
  rules.tiles = (rules.outputs + cuda::tile_rows - 1) / cuda::tile_rows;
  const bool starts_apart = std::all_of(window.starts.begin(), window.starts.end(), [](const auto& starts) {
    return std::adjacent_find(starts.begin(), starts.end()) == starts.end();
  });
  rules.unique_inputs = out.distinct() && starts_apart;
  rules.mirrored = &in == &out && is_symmetric(window);
  if (rules.tiles == 0) return rules;
  const cuda::DeviceWindow<D, T> relation(device, window);
  cuda::Search<D> search;
  search.window = relation.view();
  search.inputs = in.index().view();
  search.sites = out.data();
  search.outputs = rules.outputs;
  cuda::cut_taps(search, rules.tiles);
  const typename cuda::NearBlocks<D>::Settings by_blocks(window);
  if (by_blocks.suit() && search.segments == 1)
    cuda::fill_rules<D, cuda::NearBlocks<D>>(device, search, by_blocks, rules);
  else
    cuda::fill_rules<D, cuda::Neighbour<D>>(device, search, {}, rules);
  return rules;
}

}  // namespace scn

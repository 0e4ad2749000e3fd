// Maps on the GPU: every pair of input and output that a window joins, found by one block for each tile of outputs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "scn/cuda/cub.cuh"
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

/// What is looked for. The taps are cut into segments, so that a few tiles of very many taps still fill the GPU: unit u
/// is segment u % segments of tile u / segments.
template <int D>
struct Search {
  WindowView<D> window;
  SiteIndexView<D> inputs;
  const Site<D>* sites = nullptr;  ///< of the outputs
  std::int64_t outputs = 0;
  std::int64_t segment_taps = 0, segments = 0, units = 0;
};

/// The inputs of one output, tap after tap. The block that was found last is kept, because the next tap mostly leads to
/// the same.
template <int D>
class Neighbour {
 public:
  __device__ Neighbour(const Search<D>& search, std::int64_t row, std::int64_t tap) : exists_(row < search.outputs) {
    const Site<D> site = exists_ ? load_site(search.sites, row) : Site<D>{};
    at_.sample = site.sample;
#pragma unroll
    for (int axis = 0; axis < D; ++axis) lowest_[axis] = exists_ ? search.window.lowest_input(axis, site.at[axis]) : 0;
    go_to(search.window, tap);
  }

  __device__ void go_to(const WindowView<D>& window, std::int64_t tap) {
    position_ = window.position(tap);
#pragma unroll
    for (int axis = 0; axis < D; ++axis) place(window, axis);
  }

  /// To tap `tap`, the one after the tap before.
  __device__ void advance(const WindowView<D>& window, std::int64_t tap) {
    if (window.positions != nullptr) {
      if (tap < window.taps) go_to(window, tap);
      return;
    }
    bool carry = true;
#pragma unroll
    for (int axis = D - 1; axis >= 0; --axis) {
      if (!carry) continue;
      carry = ++position_[axis] == window.size[axis];
      if (carry) position_[axis] = 0;
      place(window, axis);
    }
  }

  /// The row of the input, or -1.
  __device__ std::int32_t row(const SiteIndexView<D>& inputs) {
    if (!exists_ || outside_ != 0) return -1;
    const Site<D> key = ZBlock<D>::of(at_);
    if (!known_ || key != key_) {
      block_ = inputs.find_block(key);
      key_ = key;
      known_ = true;
    }
    return block_.row(ZBlock<D>::place(at_.at));
  }

 private:
  __device__ void place(const WindowView<D>& window, int axis) {
    const std::int64_t coordinate = lowest_[axis] + std::int64_t{window.dilation[axis]} * position_[axis];
    at_.at[axis] = static_cast<std::int32_t>(coordinate);
    outside_ = (outside_ & ~(1u << axis)) | (fits_int32(coordinate) ? 0 : 1u << axis);
  }

  bool exists_, known_ = false;
  unsigned outside_ = 0;  // a bit for each axis on which int32 is left
  std::int64_t lowest_[D];
  Point<D> position_;
  Site<D> at_, key_;
  BlockRows block_;
};

/// Pairs and groups of every unit, and of all. The numbers of pairs of all units come first, those of groups after
/// them, so that one running sum adds up both.
struct UnitTotals {
  std::int64_t* numbers = nullptr;  ///< 2 * units, added up or not yet
  Totals* all = nullptr;
  std::int64_t units = 0;

  __device__ void write(std::int64_t unit, const Totals& totals) const {
    numbers[unit] = totals.pairs;
    numbers[units + unit] = totals.groups;
    atomicAdd(reinterpret_cast<unsigned long long*>(&all->pairs), static_cast<unsigned long long>(totals.pairs));
    atomicAdd(reinterpret_cast<unsigned long long*>(&all->groups), static_cast<unsigned long long>(totals.groups));
  }
  /// Of all units up to this one, or -1, once added up.
  __device__ Totals through(std::int64_t unit) const {
    return {unit < 0 ? 0 : numbers[unit], numbers[units + unit] - numbers[units - 1]};
  }
};

/// What the first thread of a unit still has to write once the totals are added up.
__device__ inline void finish_unit(const PairLists& lists, const UnitTotals& totals, std::int64_t unit,
                                   std::int64_t segments) {
  if (unit % segments == 0)
    lists.tile_first[unit / segments] = static_cast<std::int32_t>(totals.through(unit - 1).groups);
  if (unit != totals.units - 1) return;
  const Totals all = totals.through(unit);
  lists.tile_first[totals.units / segments] = static_cast<std::int32_t>(all.groups);
  lists.group_first[all.groups] = all.pairs;
}

/// What find_pairs does with the pairs that it finds: counts them, or writes them as well, each unit where it has room
/// for as many as there may be, with `group_first` counted from there; or writes them in their final places, once the
/// totals are known.
enum class Finding { count, loose, final };

/// One block of 128 threads a unit, one thread an output, 32 taps at a time: look them up, count those that lead to an
/// input, and write their pairs.
template <int D, Finding finding>
__global__ void __launch_bounds__(tile_rows) find_pairs(Search<D> search, PairLists lists, UnitTotals totals) {
  constexpr int round = 32;
  constexpr bool write = finding != Finding::count;
  __shared__ std::int32_t rows[write ? round : 1][tile_rows];
  __shared__ uint4 present[round];  // a bit for each output
  __shared__ std::int64_t pair_at[round];
  const std::int64_t unit = blockIdx.x, tile = unit / search.segments;
  const std::int64_t begin = unit % search.segments * search.segment_taps;
  const std::int64_t end = std::min(begin + search.segment_taps, search.window.taps);
  const unsigned place = threadIdx.x, lane = place % 32, warp = place / 32, lower = (1u << lane) - 1;
  Neighbour<D> neighbour(search, tile * tile_rows + place, begin);
  Totals base, total;
  if constexpr (finding == Finding::loose) base = {unit * search.segment_taps * tile_rows, unit * search.segment_taps};
  if constexpr (finding == Finding::final) base = totals.through(unit - 1);
  for (std::int64_t first = begin; first < end; first += round) {
    const int taps = static_cast<int>(std::min<std::int64_t>(round, end - first));
    unsigned mine = 0;
    for (int i = 0; i < taps; ++i) {
      const std::int32_t row = neighbour.row(search.inputs);
      const unsigned found = __ballot_sync(~0u, row >= 0);
      if (lane == static_cast<unsigned>(i)) mine = found;
      if constexpr (write) rows[i][place] = row;
      neighbour.advance(search.window, first + i + 1);
    }
    reinterpret_cast<unsigned*>(&present[lane])[warp] = mine;
    __syncthreads();
    if (warp == 0) {
      const uint4 bits = present[lane];
      const int count = __popc(bits.x) + __popc(bits.y) + __popc(bits.z) + __popc(bits.w);
      const unsigned groups = __ballot_sync(~0u, count > 0);
      int sum = count;
      for (unsigned step = 1; step < 32; step *= 2) {
        const int before = __shfl_up_sync(~0u, sum, step);
        if (lane >= step) sum += before;
      }
      const std::int64_t at = total.pairs + sum - count;
      if (write && count > 0) {
        const std::int64_t group = base.groups + total.groups + __popc(groups & lower);
        lists.group_tap[group] = static_cast<std::int32_t>(first + lane);
        lists.group_first[group] = finding == Finding::loose ? at : base.pairs + at;
      }
      pair_at[lane] = base.pairs + at;
      total.pairs += __shfl_sync(~0u, sum, 31);
      total.groups += __popc(groups);
    }
    __syncthreads();
    if constexpr (write)
      for (int i = 0; i < taps; ++i) {
        const std::int32_t row = rows[i][place];
        if (row < 0) continue;
        const uint4 bits = present[i];
        int rank = __popc((warp == 0 ? bits.x : warp == 1 ? bits.y : warp == 2 ? bits.z : bits.w) & lower);
        if (warp > 0) rank += __popc(bits.x);
        if (warp > 1) rank += __popc(bits.y);
        if (warp > 2) rank += __popc(bits.z);
        lists.in[pair_at[i] + rank] = row;
        lists.place[pair_at[i] + rank] = static_cast<std::uint8_t>(place);
      }
    __syncthreads();
  }
  if (place != 0) return;
  if constexpr (finding == Finding::final)
    finish_unit(lists, totals, unit, search.segments);
  else
    totals.write(unit, total);
}

/// From lists with room for every pair to lists without gaps, one block a tile.
template <class Lists>
__global__ void close_gaps(Lists from, UnitTotals totals, std::int64_t taps, Lists to) {
  const std::int64_t tile = blockIdx.x, old_pairs = tile * taps * tile_rows, old_groups = tile * taps;
  const Totals base = totals.through(tile - 1), end = totals.through(tile);
  for (std::int64_t i = threadIdx.x; i < end.pairs - base.pairs; i += blockDim.x) {
    to.in[base.pairs + i] = from.in[old_pairs + i];
    to.place[base.pairs + i] = from.place[old_pairs + i];
  }
  for (std::int64_t i = threadIdx.x; i < end.groups - base.groups; i += blockDim.x) {
    to.group_tap[base.groups + i] = from.group_tap[old_groups + i];
    to.group_first[base.groups + i] = base.pairs + from.group_first[old_groups + i];
  }
  if (threadIdx.x == 0) finish_unit(to, totals, tile, 1);
}

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
  rules.mirrored = &in == &out && cuda::is_symmetric(window);
  if (rules.tiles == 0) return rules;
  const cuda::DeviceWindow<D, T> relation(device, window);
  cuda::Search<D> search;
  search.window = relation.view();
  search.inputs = in.index().view();
  search.sites = out.data();
  search.outputs = rules.outputs;
  cuda::cut_taps(search, rules.tiles);
  using Dev = CudaDevice<T>;
  Buffer<std::int64_t, Dev> numbers(device, 2 * search.units);
  Buffer<cuda::Totals, Dev> sum(device, 1);
  fill_zero(device, sum.data(), sizeof(cuda::Totals));
  const cuda::UnitTotals totals{numbers.data(), sum.data(), search.units};
  const cuda::Grid grid{.blocks = cuda::blocks_of(search.units, 1), .threads = unsigned{cuda::tile_rows}};
  const std::int64_t most_groups = search.units * search.segment_taps, most_pairs = most_groups * cuda::tile_rows;
  const bool once = search.segments == 1 && most_pairs <= (std::int64_t{1} << 30) / 5;
  cuda::PairLists loose{};
  cuda::Block memory;
  if (once) {
    memory = allocate(device, cuda::divide(nullptr, loose, most_pairs, most_groups, 0));
    cuda::divide(memory.data(), loose, most_pairs, most_groups, 0);
    cuda::launch(device, grid, cuda::find_pairs<D, cuda::Finding::loose>, search, loose, totals);
  } else {
    cuda::launch(device, grid, cuda::find_pairs<D, cuda::Finding::count>, search, loose, totals);
  }
  cuda::Totals all;
  download(device, &all, sum.data(), sizeof(all));
  rules.length = all.pairs;
  rules.groups = all.groups;
  cuda::running_sum(device, numbers.data(), numbers.data(), numbers.size());
  const cuda::PairLists lists = cuda::give_lists(device, rules);
  if (once)
    cuda::launch(device, grid, cuda::close_gaps<cuda::PairLists>, loose, totals, rules.taps, lists);
  else
    cuda::launch(device, grid, cuda::find_pairs<D, cuda::Finding::final>, search, lists, totals);
  return rules;
}

}  // namespace scn

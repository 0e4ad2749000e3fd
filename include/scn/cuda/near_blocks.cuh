// The inputs that a tile of outputs sees, by blocks: each neighbouring block is looked up once for a tile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "scn/cuda/neighbour.cuh"
#include "scn/cuda/site_index.cuh"
#include "scn/cuda/window.cuh"
#include "scn/geometry/window.hpp"

namespace scn::gpu {

/// An output block at b meets input blocks at stride * b + step, for the same few steps wherever it lies, because a
/// block's sides divide its position. A tile of outputs lists its blocks, and for each the steps that one of its
/// outputs takes; every thread then looks up its share of these blocks. After that a tap costs a look at a bit.
///
/// A meeting is what an output finds through a tap: 64 * number of the step + place in the block there. It is a sum
/// over the axes of numbers that depend on the tap's position and the output's coordinate on that axis alone.
template <int D>
class NearBlocks {
 public:
  /// Numbers of a window, worked out on the host.
  struct Settings {
    std::int32_t lowest[D] = {};    ///< the lowest step on each axis
    std::int32_t multiple[D] = {};  ///< the number of a step: sum of multiple * (step - lowest)
    std::int32_t lengths[D] = {};   ///< steps on each axis
    std::int32_t steps = 1;
    std::int32_t positions = 0;  ///< of taps, those of all axes together
    std::int32_t most = 1;       ///< blocks that one output meets at most

    explicit Settings(const Window<D>& window) {
      for (int axis = D - 1; axis >= 0; --axis) {
        const std::int64_t side = 1 << ZBlock<D>::bits(axis);
        const std::int64_t span = std::int64_t{window.dilation[axis]} * (window.size[axis] - 1);
        const auto step = [&](std::int64_t coordinate, std::int64_t beyond) {
          return floor_divide(window.stride[axis] * coordinate + beyond - window.pad[axis], side);
        };
        if (window.randomised() || span > 1 << 20 || window.stride[axis] > 1 << 20 ||
            std::abs(std::int64_t{window.pad[axis]}) > 1 << 20) {
          steps = 0;
          return;
        }
        std::int64_t widest = 1;
        for (std::int64_t at = 0; at < side; ++at) widest = std::max(widest, step(at, span) - step(at, 0) + 1);
        lowest[axis] = static_cast<std::int32_t>(step(0, 0));
        lengths[axis] = static_cast<std::int32_t>(step(side - 1, span)) - lowest[axis] + 1;
        multiple[axis] = steps;
        positions += window.size[axis];
        steps = lengths[axis] > 64 ? 65 : steps * lengths[axis];
        most = static_cast<std::int32_t>(std::min<std::int64_t>(most * widest, 65));
        if (steps > 64 || positions > 64) {
          steps = 0;
          return;
        }
      }
    }

    /// Whether this way is one for the window: there are few steps, and several tiles fit into a multiprocessor.
    bool suit() const { return steps > 0 && shared_bytes() <= 28 * 1024; }
    constexpr std::int64_t most_meetings() const { return std::int64_t{most} * tile_rows; }
    constexpr std::int64_t shared_bytes() const {
      return (most_meetings() * 14 + positions * tile_rows * 2 + tile_rows * (std::int64_t{sizeof(Site<D>)} + 12) + 16 +
              64 * D + 15) /
             16 * 16;
    }
  };

  /// By all threads of a block, one an output. `shared` is memory for shared_bytes().
  __device__ NearBlocks(const Search<D>& search, const Settings& settings, std::byte* shared, std::int64_t tile,
                        std::int64_t tap) {
    words_ = reinterpret_cast<std::uint64_t*>(shared);
    auto* const needed = words_ + settings.most_meetings();
    first_ = reinterpret_cast<std::int32_t*>(needed + tile_rows);
    auto* const offsets = first_ + settings.most_meetings();
    auto* const counts = offsets + tile_rows;
    auto* const keys = reinterpret_cast<Site<D>*>(counts + 4);
    auto* const list = reinterpret_cast<std::uint16_t*>(keys + tile_rows);
    parts_ = list + settings.most_meetings() + threadIdx.x;
    auto* const steps_apart =
        reinterpret_cast<std::int8_t*>(list + settings.most_meetings() + settings.positions * tile_rows);

    const std::int64_t row = tile * tile_rows + threadIdx.x;
    exists_ = row < exact_rows(search.outputs);
    const Site<D> site = exists_ ? load_site(search.sites, row) : Site<D>{};
    const Site<D> key = ZBlock<D>::of(site);
    const bool begins = exists_ && (threadIdx.x == 0 || ZBlock<D>::of(load_site(search.sites, row - 1)) != key);
    needed[threadIdx.x] = 0;
    if (static_cast<int>(threadIdx.x) < settings.steps)
      for (int axis = 0; axis < D; ++axis)
        steps_apart[threadIdx.x * D + axis] =
            static_cast<std::int8_t>(static_cast<int>(threadIdx.x) / settings.multiple[axis] % settings.lengths[axis]);
    const int block = before_and_all(begins ? 1 : 0, counts).before + (begins ? 1 : 0) - 1;
    if (begins) keys[block] = key;
    std::uint64_t steps = list_parts(search.window, settings, site.at);
    if (search.window.positions != nullptr) steps = steps_of_list(search.window);
    if (exists_)
      atomicOr(reinterpret_cast<unsigned long long*>(&needed[block]), static_cast<unsigned long long>(steps));
    __syncthreads();
    const auto meetings = before_and_all(__popcll(needed[threadIdx.x]), counts);
    offsets[threadIdx.x] = meetings.before;
    const int blocks = __syncthreads_count(begins);
    for (int i = static_cast<int>(threadIdx.x); i < blocks * settings.steps; i += int{tile_rows}) {
      const int of = i / settings.steps, step = i % settings.steps;
      const std::uint64_t mask = needed[of] >> step;
      if ((mask & 1) != 0)
        list[offsets[of] + __popcll(needed[of] ^ (mask << step))] = static_cast<std::uint16_t>(64 * of + step);
    }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < meetings.all; i += int{tile_rows}) {
      const BlockRows found = look_up(search, settings, keys[list[i] / 64], steps_apart + list[i] % 64 * D);
      words_[i] = found.word;
      first_[i] = found.first;
    }
    if (exists_) {
      needed_ = needed[block];
      offset_ = offsets[block];
    }
    __syncthreads();
    go_to(search.window, tap);
  }

  /// To tap `tap`, the one after the tap before.
  __device__ void advance(const WindowView<D>& window, std::int64_t tap) {
    if (window.positions != nullptr) {
      if (tap < window.taps) go_to(window, tap);
      return;
    }
    if (++position_[D - 1] == window.size[D - 1]) {
#pragma unroll
      for (int axis = D - 1; axis > 0; --axis)
        if (position_[axis] == window.size[axis]) {
          position_[axis] = 0;
          ++position_[axis - 1];
        }
      if (position_[0] == window.size[0]) position_[0] = 0;
      add_parts(window);
    }
  }

  /// The row of the input, or -1.
  __device__ std::int32_t row(const Search<D>&) const {
    if (!exists_) return -1;
    const int meeting = this->meeting(), at = number(meeting);
    return BlockRows{words_[at], first_[at]}.row(meeting & 63);
  }

  __device__ void go_to(const WindowView<D>& window, std::int64_t tap) {
    position_ = window.position(tap);
    add_parts(window);
  }

 private:
  __device__ int meeting() const { return others_ + parts_[(last_ + position_[D - 1]) * tile_rows]; }
  /// Of the block that a meeting leads to, among those of the tile.
  __device__ int number(int meeting) const {
    return offset_ + __popcll(needed_ & ((std::uint64_t{1} << (meeting >> 6)) - 1));
  }

  struct Sum {
    int before, all;
  };

  /// Sums over the threads before this one, and over all; `counts` has room for one number a warp.
  __device__ static Sum before_and_all(int value, std::int32_t* counts) {
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int sum = value;
    for (unsigned step = 1; step < 32; step *= 2) {
      const int before = __shfl_up_sync(~0u, sum, step);
      if (lane >= step) sum += before;
    }
    if (lane == 31) counts[warp] = sum;
    __syncthreads();
    Sum result{sum - value, 0};
    for (unsigned other = 0; other < tile_rows / 32; ++other) {
      if (other < warp) result.before += counts[other];
      result.all += counts[other];
    }
    __syncthreads();
    return result;
  }

  /// What each position of the taps adds to a meeting of this output; returns the steps that the whole box takes.
  __device__ std::uint64_t list_parts(const WindowView<D>& window, const Settings& settings, const Point<D>& at) {
    std::uint64_t steps = 1;
    std::uint16_t* next = parts_;
#pragma unroll
    for (int axis = 0; axis < D; ++axis) {
      constexpr auto bits = [](int of) { return ZBlock<D>::bits(of); };
      std::int32_t seen = window.stride[axis] * (at[axis] & ((1 << bits(axis)) - 1)) - window.pad[axis];
      std::uint64_t there = 0;
      for (std::int32_t position = 0; position < window.size[axis]; ++position, seen += window.dilation[axis]) {
        Point<D> within;
        within[axis] = seen & ((1 << bits(axis)) - 1);
        const int step = ((seen >> bits(axis)) - settings.lowest[axis]) * settings.multiple[axis];
        there |= steps << step;
        *next = static_cast<std::uint16_t>(64 * step + ZBlock<D>::place(within));
        next += tile_rows;
      }
      steps = there;
    }
    return steps;
  }

  __device__ std::uint64_t steps_of_list(const WindowView<D>& window) {
    std::uint64_t steps = 0;
    for (std::int64_t tap = 0; tap < window.taps; ++tap) {
      go_to(window, tap);
      steps |= std::uint64_t{1} << (meeting() >> 6);
    }
    return steps;
  }

  /// Adds up the parts of a meeting but for the last axis.
  __device__ void add_parts(const WindowView<D>& window) {
    others_ = 0;
    last_ = 0;
#pragma unroll
    for (int axis = 0; axis < D - 1; ++axis) {
      others_ += parts_[(last_ + position_[axis]) * tile_rows];
      last_ += window.size[axis];
    }
  }

  /// The block at a step from stride * b, of which `step` tells how far it is from the lowest on each axis; one without
  /// sites where int32 ends.
  __device__ static BlockRows look_up(const Search<D>& search, const Settings& settings, Site<D> block,
                                      const std::int8_t* step) {
    bool exists = true;
#pragma unroll
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t coordinate =
          std::int64_t{search.window.stride[axis]} * block.at[axis] + settings.lowest[axis] + step[axis];
      exists = exists && fits_int32(coordinate);
      block.at[axis] = static_cast<std::int32_t>(coordinate);
    }
    return exists ? search.inputs.find_block(block) : BlockRows{};
  }

  std::uint64_t* words_;      // of the blocks that the tile meets
  std::int32_t* first_;       // their first rows
  std::uint16_t* parts_;      // of this output: one for each position on each axis, a tile apart
  std::uint64_t needed_ = 0;  // steps of this output's block that were looked up
  int offset_ = 0;            // where its blocks begin
  int others_ = 0, last_ = 0;
  Point<D> position_;
  bool exists_;
};

}  // namespace scn::gpu

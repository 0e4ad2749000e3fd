// The gradient to the weights of a convolution, cut into sums that blocks make and that are added up in one order.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/core/matrix.hpp"
#include "scn/cuda/rules.cuh"

namespace scn::gpu {

/// One gradient as the kernels see it. Tiles are cut into spans that the cache holds, and a span's segments are dealt
/// out to its stripes, so that each has a like share of every tap however rows are ordered. Sums of a stripe follow
/// those of the one before, each taps x groups x depth x columns. Channels are those of one group.
template <class T, class A>
struct WeightGradient {
  RulesView rules;
  MatrixView<const T> x, dy;
  A* sums;
  std::int64_t span_tiles;
  int span_stripes, stripes;  ///< of a span; of all
  int groups, depth, columns;
  int depth_blocks, column_blocks;
  bool aligned;  ///< whether chunks of 16 bytes of x and dy can be read as one

  /// Which part of the sums this block makes. The middle tap, which often has by far the most pairs, comes first, its
  /// stripes cut into four; then come the others, stripe by stripe, so that the rows of a span stay in the cache.
  struct Part {
    std::int64_t first, end, step;              ///< segments
    std::int64_t matrix;                        ///< its place among all sums, in units of depth x columns
    int tap, group, depth_block, column_block;  ///< the tap as it is listed
  };
  static constexpr int cuts = 4;

  __device__ Part part() const {
    int rest = static_cast<int>(blockIdx.x);
    const auto take = [&](int count) {
      const int taken = rest % count;
      rest /= count;
      return taken;
    };
    const int column_block = take(column_blocks), depth_block = take(depth_blocks), group = take(groups);
    const int taps = static_cast<int>(rules.taps), middle = taps / 2;
    const bool in_middle = rest < stripes * cuts;
    if (!in_middle) rest -= stripes * cuts;
    const int cut = in_middle ? take(cuts) : 0, other = in_middle ? 0 : take(taps - 1);
    const int tap = in_middle ? middle : other + (other >= middle ? 1 : 0), stripe = stripes - 1 - rest;
    const int written = rules.reversed ? taps - 2 - other : other;  // its place in the order of the taps of the map
    const std::int64_t begin = std::int64_t{stripe / span_stripes} * span_tiles;
    const std::int64_t row = in_middle ? std::int64_t{stripe} * cuts + cut
                                       : std::int64_t{stripes} * cuts + std::int64_t{stripe} * (taps - 1) + written;
    return {.first = rules.first_segment(begin) + stripe % span_stripes + cut * span_stripes,
            .end = rules.first_segment(begin + span_tiles < rules.tiles ? begin + span_tiles : rules.tiles),
            .step = std::int64_t{span_stripes} * (in_middle ? cuts : 1),
            .matrix = row * groups + group,
            .tap = tap,
            .group = group,
            .depth_block = depth_block,
            .column_block = column_block};
  }
  __device__ A* sums_of(const Part& part) const { return sums + part.matrix * depth * columns; }
};

/// dw (+)= the sums of the stripes in their order; rows are taps x groups.
template <class A>
struct AddStripes {
  const A* sums;
  int stripes, cuts, middle_tap;
  std::int64_t groups, other_rows;  ///< rows of a cut of the middle tap; of a stripe of all other taps
  MatrixView<A> dw;
  Write write;

  __device__ void operator()(std::int64_t row, std::int64_t c) const {
    const std::int64_t tap = row / groups;
    const bool in_middle = tap == middle_tap;
    const std::int64_t first =
        in_middle ? row - tap * groups : std::int64_t{stripes} * cuts * groups + row - (tap > middle_tap ? groups : 0);
    const std::int64_t step = (in_middle ? groups : other_rows) * dw.channels;
    const A* part = sums + first * dw.channels + c;
    A sum = write == Write::add ? dw(row, c) : A{};
#pragma unroll 8
    for (int left = in_middle ? stripes * cuts : stripes; left > 0; --left, part += step) sum += *part;
    dw(row, c) = sum;
  }
};

}  // namespace scn::gpu

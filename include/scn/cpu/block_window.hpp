// A window between blocks: which places of which blocks an output sees, worked out once for each place of a block.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/site_index.hpp"
#include "scn/cpu/site_set.hpp"
#include "scn/geometry/window.hpp"

namespace scn::cpu {

/// An output block at b meets input blocks at stride * b + step, for the same few steps wherever the block lies,
/// because a block's sides divide its position. What an output sees through one step is 64 bits, a bit for each place
/// of the input block. O(64 taps) to make.
template <int D>
class BlockWindow {
 public:
  /// Whether a window can be read so: starts that are stride * out, not very many taps, and none of them very far.
  static bool covers(const Window<D>& window) {
    constexpr std::int64_t far = 1 << 30;
    bool near = !window.randomised() && window.volume() <= 4096;
    for (int axis = 0; near && axis < D; ++axis)
      near = window.input(axis, 0, 0) > -far && window.input(axis, 63, window.size[axis] - 1) < far;
    return near;
  }

  BlockWindow(const std::shared_ptr<HostPool>& pool, const Window<D>& window)
      : BlockWindow(pool, window.stride, window.volume(), [&window](std::int64_t tap) {
          Point<D> first;
          for (int axis = 0; axis < D; ++axis)
            first[axis] = static_cast<std::int32_t>(window.input(axis, 0, window.position(tap)[axis]));
          return first;
        }) {}

  /// The window between the blocks of another: in = stride * out + step.
  static BlockWindow above(const std::shared_ptr<HostPool>& pool, const BlockWindow& below) {
    return BlockWindow(pool, below.stride_, static_cast<std::int64_t>(below.steps().size()),
                       [&below](std::int64_t tap) { return below.steps()[static_cast<std::size_t>(tap)].at; });
  }

  /// The steps, as sites of sample 0.
  std::span<const Site<D>> steps() const { return steps_.sites(); }

  /// What an output at `place` sees in each of the blocks that the steps lead to.
  const std::uint64_t* sees(int place) const { return sees_.data() + place * steps_.size(); }
  /// For each step the first of the taps, of which there is one for each place that sees() has, in their order.
  const std::int32_t* first_tap(int place) const { return first_tap_.data() + place * steps_.size(); }
  const std::int32_t* taps() const { return taps_.data(); }
  /// The steps through which an output at `place` sees something.
  std::span<const std::int32_t> met(int place) const {
    const auto at = static_cast<std::size_t>(place);
    return {met_.data() + first_met_[at], static_cast<std::size_t>(first_met_[at + 1] - first_met_[at])};
  }

  /// The input block that an output block meets by a step, if int32 has it.
  bool input(const Site<D>& out, std::int32_t step, Site<D>& in) const {
    const Site<D>& by = steps()[static_cast<std::size_t>(step)];
    bool exists = true;
    in.sample = out.sample;
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t coordinate = std::int64_t{stride_[axis]} * out.at[axis] + by.at[axis];
      exists = exists && fits_int32(coordinate);
      in.at[axis] = static_cast<std::int32_t>(coordinate);
    }
    return exists;
  }

  /// The output block that meets an input block by a step, if there is one.
  bool output(const Site<D>& in, std::int32_t step, Site<D>& out) const {
    const Site<D>& by = steps()[static_cast<std::size_t>(step)];
    bool exists = true;
    out.sample = in.sample;
    for (int axis = 0; axis < D; ++axis) {
      const std::int64_t start = std::int64_t{in.at[axis]} - by.at[axis], coordinate = start / stride_[axis];
      exists = exists && coordinate * stride_[axis] == start && fits_int32(coordinate);
      out.at[axis] = static_cast<std::int32_t>(coordinate);
    }
    return exists;
  }

 private:
  /// seen(tap): what output 0 sees through a tap.
  template <class Seen>
  BlockWindow(const std::shared_ptr<HostPool>& pool, const Point<D>& stride, std::int64_t taps, const Seen& seen)
      : stride_(stride),
        steps_(pool),
        sees_(PoolAllocator<std::uint64_t>(pool)),
        first_tap_(PoolAllocator<std::int32_t>(pool)),
        met_(PoolAllocator<std::int32_t>(pool)),
        taps_(PoolAllocator<std::int32_t>(pool)) {
    struct Meeting {
      std::int32_t step, place;
    };
    HostVector<Meeting> meetings(static_cast<std::size_t>(64 * taps), PoolAllocator<Meeting>(pool));  // [place][tap]
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const Point<D> first = seen(tap);
      for (int place = 0; place < 64; ++place) {
        const Point<D> at = ZBlock<D>::position(place);
        Site<D> step;
        Point<D> within;
        for (int axis = 0; axis < D; ++axis) {
          const std::int32_t in = stride[axis] * at[axis] + first[axis];
          step.at[axis] = in >> ZBlock<D>::bits(axis);
          within[axis] = in & ((1 << ZBlock<D>::bits(axis)) - 1);
        }
        meetings[static_cast<std::size_t>(place * taps + tap)] = {steps_.insert(step), ZBlock<D>::place(within)};
      }
    }
    list_taps(meetings, taps, PoolAllocator<std::int32_t>(pool));
  }

  template <class Meetings>
  void list_taps(const Meetings& meetings, std::int64_t taps, const PoolAllocator<std::int32_t>& memory) {
    const auto steps = static_cast<std::size_t>(steps_.size());
    sees_.resize(64 * steps);
    first_tap_.resize(64 * steps);
    taps_.resize(meetings.size());
    HostVector<std::int32_t> tap_at(64 * steps, memory);  // of one place, by step and place there
    auto meeting = meetings.begin();
    std::int32_t next = 0;
    for (std::size_t place = 0; place < 64; ++place) {
      std::uint64_t* const seen = sees_.data() + place * steps;
      for (std::int32_t tap = 0; tap < taps; ++tap, ++meeting) {
        seen[meeting->step] |= std::uint64_t{1} << meeting->place;
        tap_at[static_cast<std::size_t>(64 * meeting->step + meeting->place)] = tap;
      }
      for (std::size_t step = 0; step < steps; ++step) {
        first_tap_[place * steps + step] = next;
        if (seen[step] != 0) met_.push_back(static_cast<std::int32_t>(step));
        for (std::uint64_t left = seen[step]; left != 0; left &= left - 1)
          taps_[static_cast<std::size_t>(next++)] =
              tap_at[64 * step + static_cast<std::size_t>(std::countr_zero(left))];
      }
      first_met_[place + 1] = static_cast<std::int32_t>(met_.size());
    }
  }

  Point<D> stride_;
  SiteSet<D> steps_;
  HostVector<std::uint64_t> sees_;      // [place][step]
  HostVector<std::int32_t> first_tap_;  // [place][step]
  HostVector<std::int32_t> met_;        // steps, place after place
  std::array<std::int32_t, 65> first_met_{};
  HostVector<std::int32_t> taps_;
};

}  // namespace scn::cpu

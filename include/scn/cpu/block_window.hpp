// A window between blocks: which places of which blocks an output sees, worked out once for each place of a block.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

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
  static constexpr std::int64_t most_taps = 4096;

  /// Whether a window can be read so: starts that are stride * out, not very many taps, and none of them very far.
  static bool covers(const Window<D>& window) {
    constexpr std::int64_t far = 1 << 30;
    bool near = !window.randomised() && window.volume() <= most_taps;
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

  /// Whether the window between the blocks has not very many taps either.
  bool has_above() const { return std::ssize(steps()) <= most_taps; }

  /// The window between the blocks of another that has one: in = stride * out + step.
  static BlockWindow above(const std::shared_ptr<HostPool>& pool, const BlockWindow& below) {
    return BlockWindow(pool, below.stride_, static_cast<std::int64_t>(below.steps().size()),
                       [&below](std::int64_t tap) { return below.steps()[static_cast<std::size_t>(tap)].at; });
  }

  /// Number of taps.
  std::int64_t volume() const { return std::ssize(seen_) / 64; }

  /// The steps, as sites of sample 0.
  std::span<const Site<D>> steps() const { return steps_.sites(); }

  /// What an output at `place` sees in each of the blocks that the steps lead to.
  const std::uint64_t* sees(int place) const { return sees_.data() + place * steps_.size(); }
  /// The part of a place's taps that a step leads to: a bit for each of them from `shift` on in a word of taps.
  struct Look {
    std::uint64_t sees;
    std::int32_t step, shift;
  };
  /// One tap of a word: it leads to a place of the block at the end of a step.
  struct Seen {
    std::int32_t step;
    std::int16_t tap, place;
  };
  /// Up to 64 taps of an output at a place, those of whole steps.
  struct Word {
    const Look *begin, *end;
    const Seen* seen;  // by the number of the bit
  };
  /// How many words hold the taps of an output at `place`, and the n-th of them.
  std::int32_t words(int place) const {
    const auto at = static_cast<std::size_t>(place);
    return first_word_[at + 1] - first_word_[at];
  }
  Word word(int place, std::int32_t n) const {
    const Start* const start = &starts_[static_cast<std::size_t>(first_word_[static_cast<std::size_t>(place)] + n)];
    return {looks_.data() + start[0].look, looks_.data() + start[1].look, seen_.data() + start[0].seen};
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
        looks_(PoolAllocator<Look>(pool)),
        seen_(PoolAllocator<Seen>(pool)),
        starts_(PoolAllocator<Start>(pool)) {
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
    seen_.reserve(meetings.size());
    HostVector<std::int16_t> tap_at(64 * steps,
                                    PoolAllocator<std::int16_t>(memory));  // of one place, by step and place
    auto meeting = meetings.begin();
    for (std::size_t place = 0; place < 64; ++place) {
      std::uint64_t* const sees = sees_.data() + place * steps;
      for (std::int64_t tap = 0; tap < taps; ++tap, ++meeting) {
        sees[meeting->step] |= std::uint64_t{1} << meeting->place;
        tap_at[static_cast<std::size_t>(64 * meeting->step + meeting->place)] = static_cast<std::int16_t>(tap);
      }
      first_word_[place] = static_cast<std::int32_t>(starts_.size());
      std::int32_t shift = 64;
      for (std::size_t step = 0; step < steps; ++step) {
        const std::int32_t bits = count_bits(sees[step]);
        if (bits == 0) continue;
        if (shift + bits > 64) {
          starts_.push_back({looks_.size(), seen_.size()});
          shift = 0;
        }
        looks_.push_back({sees[step], static_cast<std::int32_t>(step), shift});
        shift += bits;
        for (std::uint64_t left = sees[step]; left != 0; left &= left - 1) {
          const auto there = static_cast<std::size_t>(std::countr_zero(left));
          seen_.push_back(
              {static_cast<std::int32_t>(step), tap_at[64 * step + there], static_cast<std::int16_t>(there)});
        }
      }
    }
    first_word_[64] = static_cast<std::int32_t>(starts_.size());
    starts_.push_back({looks_.size(), seen_.size()});
  }

  struct Start {  // of a word
    std::size_t look, seen;
  };
  Point<D> stride_;
  SiteSet<D> steps_;
  HostVector<std::uint64_t> sees_;  // [place][step]
  HostVector<Look> looks_;
  HostVector<Seen> seen_;
  HostVector<Start> starts_;  // one more than there are words
  std::array<std::int32_t, 65> first_word_{};
};

}  // namespace scn::cpu

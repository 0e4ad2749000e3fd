// Maps by blocks: which neighbouring block and place each place of a block meets through each tap, worked out once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/site_index.hpp"
#include "scn/geometry/rules.hpp"
#include "scn/geometry/window.hpp"

namespace scn::cpu {

/// An output block at b meets input blocks at stride * b + step, for the same few steps wherever the block lies,
/// because a block's sides divide its position. So a pair costs a look at a bit and a count of bits. Which blocks meet
/// is a map of the same kind between the blocks' coordinates, whose taps are the steps.
template <int D>
class BlockMap {
  using Block = typename SiteIndex<D>::Block;
  using Step = std::array<std::int64_t, std::size_t{D}>;

 public:
  /// Between the sites of two indices, which stay, by a window whose starts are stride * out. O(64 taps).
  BlockMap(const Window<D>& window, const SiteIndex<D>& in, const SiteIndex<D>& out)
      : in_(&in), out_(&out), stride_(window.stride), taps_(window.volume()) {
    meetings_.resize(static_cast<std::size_t>(64 * taps_));
    for (std::int64_t tap = 0; tap < taps_; ++tap) {
      const Point<D> position = window.position(tap);
      for (int place = 0; place < 64; ++place) {
        const Point<D> at = ZBlock<D>::position(place);
        std::array<std::int64_t, std::size_t{D}> step{};
        Point<D> within;
        for (int axis = 0; axis < D; ++axis) {
          const std::int64_t seen = window.input(axis, at[axis], position[axis]), side = 1 << ZBlock<D>::bits(axis);
          step[static_cast<std::size_t>(axis)] = floor_divide(seen, side);
          within[axis] = static_cast<std::int32_t>(seen - side * step[static_cast<std::size_t>(axis)]);
        }
        meetings_[static_cast<std::size_t>(place * taps_ + tap)] = {number_of(step), ZBlock<D>::place(within)};
      }
    }
    if (in.above() != nullptr && out.above() != nullptr)
      above_ = std::make_unique<BlockMap>(window_of_steps(), *in.above(), *out.above());
  }

  /// Appends the pairs of output rows [begin, end), row after row, the taps of a row in order.
  void append(std::int64_t begin, std::int64_t end, HostVector<Rule>& list) const {
    const auto blocks = out_->blocks();
    const auto before = [](std::int64_t row, const Block& block) { return row < block.first; };
    const auto last = std::lower_bound(blocks.begin(), blocks.end(), end,
                                       [](const Block& block, std::int64_t row) { return block.first < row; });
    auto block = std::upper_bound(blocks.begin(), last, begin, before);
    if (block != blocks.begin()) --block;
    HostVector<Rule> meeting_blocks(list.get_allocator());
    append_blocks(block - blocks.begin(), last - blocks.begin(), meeting_blocks);
    auto meeting = meeting_blocks.begin();
    std::vector<Block> near(steps_.size());
    for (; block != last; ++block) {
      std::fill(near.begin(), near.end(), Block{});
      for (; meeting != meeting_blocks.end() && meeting->out == block - blocks.begin(); ++meeting)
        near[static_cast<std::size_t>(meeting->tap)] = in_->blocks()[static_cast<std::size_t>(meeting->in)];
      std::int32_t row = block->first;
      for (std::uint64_t word = block->word; word != 0; word &= word - 1, ++row)
        if (row >= begin && row < end) append_row(near, std::countr_zero(word), row, list);
    }
  }

 private:
  struct Meeting {
    std::int32_t step;  // number of the step to the input's block
    std::int32_t place;
  };

  std::int32_t number_of(const Step& step) {
    const auto known = std::find(steps_.begin(), steps_.end(), step);
    if (known == steps_.end()) return steps_.push_back(step), static_cast<std::int32_t>(steps_.size()) - 1;
    return static_cast<std::int32_t>(known - steps_.begin());
  }

  /// Which blocks meet: the rules of output blocks [begin, end), a tap for each step.
  void append_blocks(std::int64_t begin, std::int64_t end, HostVector<Rule>& list) const {
    if (above_) return above_->append(begin, end, list);
    for (std::int64_t block = begin; block < end; ++block)
      for (std::size_t step = 0; step < steps_.size(); ++step) {
        Site<D> key = out_->keys()[static_cast<std::size_t>(block)];
        bool exists = true;
        for (int axis = 0; axis < D; ++axis) {
          const std::int64_t coordinate =
              std::int64_t{stride_[axis]} * key.at[axis] + steps_[step][static_cast<std::size_t>(axis)];
          exists = exists && fits_int32(coordinate);
          key.at[axis] = static_cast<std::int32_t>(coordinate);
        }
        const std::int32_t found = exists ? in_->find_block(key) : -1;
        if (found >= 0) list.push_back({static_cast<std::int32_t>(step), found, static_cast<std::int32_t>(block)});
      }
  }

  /// in = stride * out + step, the steps as taps.
  Window<D> window_of_steps() const {
    Window<D> window{.stride = stride_};
    for (int axis = 0; axis < D; ++axis) {
      std::int64_t low = steps_[0][static_cast<std::size_t>(axis)], high = low;
      for (const Step& step : steps_) {
        low = std::min(low, step[static_cast<std::size_t>(axis)]);
        high = std::max(high, step[static_cast<std::size_t>(axis)]);
      }
      window.pad[axis] = static_cast<std::int32_t>(-low);
      window.size[axis] = static_cast<std::int32_t>(high - low + 1);
    }
    for (const Step& step : steps_) {
      Point<D>& position = window.positions.emplace_back();
      for (int axis = 0; axis < D; ++axis)
        position[axis] = static_cast<std::int32_t>(step[static_cast<std::size_t>(axis)] + window.pad[axis]);
    }
    return window;
  }

  void append_row(const std::vector<Block>& near, int place, std::int32_t row, HostVector<Rule>& list) const {
    const Meeting* const meetings = meetings_.data() + place * taps_;
    for (std::int64_t from = 0; from < taps_; from += 64) {
      const std::int64_t count = std::min<std::int64_t>(64, taps_ - from);
      std::uint64_t met = 0;  // without a branch for each tap, of which most lead nowhere
      for (std::int64_t i = 0; i < count; ++i) {
        const Meeting& meeting = meetings[from + i];
        met |= (near[static_cast<std::size_t>(meeting.step)].word >> meeting.place & 1) << i;
      }
      for (; met != 0; met &= met - 1) {
        const std::int64_t tap = from + std::countr_zero(met);
        const Meeting& meeting = meetings[tap];
        list.push_back(
            {static_cast<std::int32_t>(tap), near[static_cast<std::size_t>(meeting.step)].row(meeting.place), row});
      }
    }
  }

  const SiteIndex<D>*in_, *out_;
  std::unique_ptr<BlockMap> above_;  // of the blocks' coordinates, where both indices have one
  Point<D> stride_;
  std::int64_t taps_;
  std::vector<Step> steps_;
  std::vector<Meeting> meetings_;  // of a place through each tap
};

}  // namespace scn::cpu

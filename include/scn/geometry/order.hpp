// Z-order of sites: sample first, then the Morton code of the point. The only file that knows the row order.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "scn/geometry/point.hpp"

namespace scn {

/// Whether a comes before b. Coordinates are biased by 2^31, so that negative ones come first; bits are interleaved
/// from the highest down, axis 0 first within a bit. The code is not formed: the axis with the highest differing bit
/// decides.
template <int D>
constexpr bool z_less(const Site<D>& a, const Site<D>& b) {
  if (a.sample != b.sample) return a.sample < b.sample;
  int deciding = 0;
  std::uint32_t highest = 0;
  for (int axis = 0; axis < D; ++axis) {
    const std::uint32_t difference = static_cast<std::uint32_t>(a.at[axis]) ^ static_cast<std::uint32_t>(b.at[axis]);
    if (highest < difference && highest < (highest ^ difference)) {  // the top bit of `difference` is higher
      deciding = axis;
      highest = difference;
    }
  }
  return a.at[deciding] < b.at[deciding];
}

/// A block holds the sites whose codes differ in their lowest six bits alone: a box of 64 places, 4 x 4 x 4 in 3-D, 8 x
/// 8 in 2-D, whose sites are consecutive rows.
template <int D>
struct ZBlock {
  /// A block is 2^bits(axis) places long.
  static constexpr int bits(int axis) {
    int count = 0;
    for (int bit = 0; bit < 6; ++bit) count += axis == D - 1 - bit % D ? 1 : 0;
    return count;
  }

  /// The block of a site: the site's sample, and its coordinates in steps of the block's sides.
  static constexpr Site<D> of(Site<D> site) {
    for (int axis = 0; axis < D; ++axis) site.at[axis] >>= bits(axis);
    return site;
  }

  /// The place of a site within its block, 0 to 63; rows follow their places.
  static constexpr int place(const Point<D>& at) {
    int place = 0;
    for (int bit = 0; bit < 6; ++bit) place |= (at[D - 1 - bit % D] >> (bit / D) & 1) << bit;
    return place;
  }

  /// The way back of place(), for a block at 0.
  static constexpr Point<D> position(int place) {
    Point<D> at;
    for (int bit = 0; bit < 6; ++bit) at[D - 1 - bit % D] |= (place >> bit & 1) << (bit / D);
    return at;
  }
};

/// Morton codes of a set of sites, made of those bits alone that differ within the set; they compare like z_less. Bits
/// that follow from the sign of their coordinate are left out, so that a small region around zero has short codes too.
template <int D>
class ZCode {
 public:
  ZCode(const Site<D>* sites, std::int64_t count) {
    const auto folded = [](std::int32_t coordinate) { return coordinate ^ (coordinate >> 31); };
    Site<D> varying;
    Point<D> unsigned_varying(std::numeric_limits<std::int32_t>::min());  // the sign itself stays
    for (std::int64_t i = 1; i < count; ++i) {
      varying.sample |= sites[i].sample ^ sites[0].sample;
      for (int axis = 0; axis < D; ++axis) {
        varying.at[axis] |= sites[i].at[axis] ^ sites[0].at[axis];
        unsigned_varying[axis] |= folded(sites[i].at[axis]) ^ folded(sites[0].at[axis]);
      }
    }
    for (int bit = 31; bit >= 0; --bit) add(-1, bit, varying.sample);
    for (int bit = 31; bit >= 0; --bit)
      for (int axis = 0; axis < D; ++axis) add(axis, bit, varying.at[axis] & unsigned_varying[axis]);
  }

  /// Whether the codes of this set have at most 64 bits.
  bool fits() const { return bits_.size() <= 64; }

  std::uint64_t operator()(const Site<D>& site) const {
    std::uint64_t code = 0;
    for (const auto& [axis, bit] : bits_) {
      const auto coordinate =
          axis < 0 ? static_cast<std::uint32_t>(site.sample) : static_cast<std::uint32_t>(site.at[axis]) ^ 0x80000000u;
      code = code << 1 | (coordinate >> bit & 1u);
    }
    return code;
  }

 private:
  void add(int axis, int bit, std::int32_t varying) {
    if (static_cast<std::uint32_t>(varying) >> bit & 1u) bits_.emplace_back(axis, bit);
  }

  std::vector<std::pair<int, int>> bits_;  // (axis, or -1 for the sample; bit), most significant first
};

/// The permutation that puts `sites` into Z-order; equal sites keep their order. O(count log count).
template <int D>
std::vector<std::int32_t> z_order(const Site<D>* sites, std::int64_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  const ZCode<D> code(sites, count);
  if (code.fits()) {
    std::vector<std::pair<std::uint64_t, std::int32_t>> keyed(order.size());
    for (std::size_t i = 0; i < keyed.size(); ++i) keyed[i] = {code(sites[i]), static_cast<std::int32_t>(i)};
    std::sort(keyed.begin(), keyed.end());
    for (std::size_t i = 0; i < keyed.size(); ++i) order[i] = keyed[i].second;
  } else {
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return z_less(sites[a], sites[b]); });
  }
  return order;
}

}  // namespace scn

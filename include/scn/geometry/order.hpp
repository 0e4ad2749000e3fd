// Z-order of sites: sample first, then the Morton code of the point. The only file that knows the row order.
#pragma once

#include <cstdint>

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

  /// The site at a place of a block.
  static constexpr Site<D> site(const Site<D>& block, int place) {
    Site<D> site{block.sample, position(place)};
    for (int axis = 0; axis < D; ++axis) site.at[axis] |= block.at[axis] << bits(axis);
    return site;
  }
};

}  // namespace scn

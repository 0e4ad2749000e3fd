// Z-order of sites: sample first, then the Morton code of the point. The only file that knows the row order.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
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

  /// The site at a place of a block.
  static constexpr Site<D> site(const Site<D>& block, int place) {
    Site<D> site{block.sample, position(place)};
    for (int axis = 0; axis < D; ++axis) site.at[axis] |= block.at[axis] << bits(axis);
    return site;
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

  /// Number of bits of a code; codes are formed of at most 64.
  int bits() const { return static_cast<int>(bits_.size()); }

  /// The codes of sites of this set: every byte of a coordinate adds bits of the code that are looked up. O(count).
  std::vector<std::uint64_t> operator()(const Site<D>* sites, std::int64_t count) const {
    std::vector<std::array<std::uint64_t, 256>> spread((D + 1) *
                                                       4);  // of byte b of axis a: spread[4 a + b]; sample last
    std::vector<bool> used(spread.size());
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      const auto [axis, bit] = bits_[i];
      const auto place = static_cast<std::size_t>(4 * (axis < 0 ? D : axis) + bit / 8);
      used[place] = true;
      for (std::size_t byte = 0; byte < 256; ++byte)
        spread[place][byte] |= static_cast<std::uint64_t>(byte >> bit % 8 & 1u) << (bits_.size() - 1 - i);
    }
    std::vector<std::uint64_t> codes(static_cast<std::size_t>(count), 0);
    for (std::size_t place = 0; place < spread.size(); ++place) {
      if (!used[place]) continue;
      const int axis = static_cast<int>(place / 4) == D ? -1 : static_cast<int>(place / 4);
      for (std::size_t i = 0; i < codes.size(); ++i)
        codes[i] |= spread[place][number(sites[i], axis) >> 8 * (place % 4) & 255u];
    }
    return codes;
  }

 private:
  static std::uint32_t number(const Site<D>& site, int axis) {
    return axis < 0 ? static_cast<std::uint32_t>(site.sample) : static_cast<std::uint32_t>(site.at[axis]) ^ 0x80000000u;
  }
  void add(int axis, int bit, std::int32_t varying) {
    if (static_cast<std::uint32_t>(varying) >> bit & 1u) bits_.emplace_back(axis, bit);
  }

  std::vector<std::pair<int, int>> bits_;  // (axis, or -1 for the sample; bit), most significant first
};

namespace detail {

/// Sorts (code, number) by the lowest `bits` bits of the codes, keeping the order of equal ones: eleven bits at a time,
/// from the lowest. O(count bits).
inline void sort_by_code(std::vector<std::pair<std::uint64_t, std::int32_t>>& list, int bits) {
  constexpr int digit = 11;
  std::vector<std::pair<std::uint64_t, std::int32_t>> sorted(list.size());
  for (int shift = 0; shift < bits; shift += digit) {
    const auto value = [&](std::uint64_t code) { return code >> shift & ((1u << digit) - 1); };
    std::vector<std::size_t> first((1u << digit) + 1);
    for (const auto& entry : list) ++first[value(entry.first) + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    for (const auto& entry : list) sorted[first[value(entry.first)]++] = entry;
    list.swap(sorted);
  }
}

}  // namespace detail

/// The permutation that puts `sites` into Z-order; equal sites keep their order. O(count) for codes of at most 64 bits,
/// else O(count log count).
template <int D>
std::vector<std::int32_t> z_order(const Site<D>* sites, std::int64_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  const ZCode<D> code(sites, count);
  if (code.bits() > 64 || count < 256) {  // a few are not worth the tables
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return z_less(sites[a], sites[b]); });
    return order;
  }
  const std::vector<std::uint64_t> codes = code(sites, count);
  std::vector<std::pair<std::uint64_t, std::int32_t>> list(order.size());
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = {codes[i], order[i]};
  detail::sort_by_code(list, code.bits());
  for (std::size_t i = 0; i < list.size(); ++i) order[i] = list[i].second;
  return order;
}

}  // namespace scn

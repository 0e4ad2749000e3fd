// The permutation that puts sites into Z-order: by Morton codes of the bits that differ, a digit at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>

#include "scn/core/host_pool.hpp"
#include "scn/cpu/parallel.hpp"
#include "scn/geometry/order.hpp"
#include "scn/geometry/point.hpp"

namespace scn::cpu {

/// f(begin, end) for shares of [0, count), on all threads. How large a share is follows from `count` alone.
template <class F>
void parallel_shares(int threads, std::int64_t count, const F& f) {
  const std::int64_t share = std::max<std::int64_t>(16384, (count + 63) / 64), shares = (count + share - 1) / share;
  parallel(threads, shares, [&](std::int64_t part) { f(part, part * share, std::min(count, (part + 1) * share)); });
}

/// Morton codes of a set of sites, made of those bits alone that differ within the set; they compare like z_less. Bits
/// that follow from the sign of their coordinate are left out, so that a small region around zero has short codes too.
template <int D>
class ZCode {
 public:
  /// O(count).
  ZCode(const std::shared_ptr<HostPool>& pool, int threads, const Site<D>* sites, std::int64_t count) {
    HostVector<Varying> parts(64, PoolAllocator<Varying>(pool));
    parallel_shares(threads, count, [&](std::int64_t part, std::int64_t begin, std::int64_t end) {
      Varying varying;
      for (std::int64_t i = begin; i < end; ++i) varying.add(sites[i], sites[0]);
      parts[static_cast<std::size_t>(part)] = varying;
    });
    Varying all;
    for (const Varying& part : parts) all.add(part);
    for (int bit = 31; bit >= 0; --bit) add(-1, bit, all.bits.sample);
    for (int bit = 31; bit >= 0; --bit)  // the sign itself stays
      for (int axis = 0; axis < D; ++axis)
        add(axis, bit, all.bits.at[axis] & (all.folded[axis] | std::numeric_limits<std::int32_t>::min()));
  }

  /// Number of bits of a code.
  int bits() const { return size_; }

  /// Bits [low, low + width) of codes, at most 64: every byte of a coordinate adds some, which are looked up.
  class Part {
   public:
    Part(const std::shared_ptr<HostPool>& pool, const ZCode& code, int low, int width)
        : bytes_(PoolAllocator<Byte>(pool)) {
      for (int place = 0; place < width; ++place) {
        const Bit from = code.bits_[static_cast<std::size_t>(code.size_ - 1 - low - place)];
        auto byte = std::find_if(bytes_.begin(), bytes_.end(), [&](const Byte& known) {
          return known.axis == from.axis && known.shift == from.bit / 8 * 8;
        });
        if (byte == bytes_.end()) byte = bytes_.insert(byte, Byte{from.axis, from.bit / 8 * 8, {}});
        for (std::uint64_t value = 0; value < 256; ++value) byte->spread[value] |= (value >> from.bit % 8 & 1) << place;
      }
    }

    std::uint64_t operator()(const Site<D>& site) const {
      std::uint64_t code = 0;
      for (const Byte& byte : bytes_) code |= byte.spread[number(site, byte.axis) >> byte.shift & 255u];
      return code;
    }

   private:
    struct Byte {
      int axis, shift;
      std::array<std::uint64_t, 256> spread;
    };
    HostVector<Byte> bytes_;
  };

 private:
  struct Varying {  // the bits in which sites differ, as they are and after xor with the sign
    Site<D> bits;
    Point<D> folded;

    void add(const Site<D>& site, const Site<D>& first) {
      bits.sample |= site.sample ^ first.sample;
      for (int axis = 0; axis < D; ++axis) {
        bits.at[axis] |= site.at[axis] ^ first.at[axis];
        folded[axis] |= site.at[axis] ^ (site.at[axis] >> 31) ^ first.at[axis] ^ (first.at[axis] >> 31);
      }
    }
    void add(const Varying& other) {
      bits.sample |= other.bits.sample;
      for (int axis = 0; axis < D; ++axis) {
        bits.at[axis] |= other.bits.at[axis];
        folded[axis] |= other.folded[axis];
      }
    }
  };
  struct Bit {
    int axis, bit;  // axis -1 is the sample
  };

  static std::uint32_t number(const Site<D>& site, int axis) {
    return axis < 0 ? static_cast<std::uint32_t>(site.sample) : static_cast<std::uint32_t>(site.at[axis]) ^ 0x80000000u;
  }
  void add(int axis, int bit, std::int32_t varying) {
    if (static_cast<std::uint32_t>(varying) >> bit & 1u) bits_[static_cast<std::size_t>(size_++)] = {axis, bit};
  }

  std::array<Bit, std::size_t{32 * (D + 1)}> bits_{};  // most significant first
  int size_ = 0;
};

/// Sorts keys by their bits [low, high), eleven at a time from the lowest; keys that are equal there keep their order.
/// `other` is scratch of the same size. O(count (high - low)).
inline void sort_by_bits(int threads, HostVector<std::uint64_t>& keys, HostVector<std::uint64_t>& other, int low,
                         int high) {
  const int passes = (high - low + 10) / 11;
  HostVector<std::int64_t> places(std::size_t{64} << 11, PoolAllocator<std::int64_t>(keys.get_allocator()));
  for (int pass = 0; pass < passes; ++pass) {
    const int shift = low + (high - low) * pass / passes, next = low + (high - low) * (pass + 1) / passes;
    const std::size_t values = std::size_t{1} << (next - shift);
    const auto count = static_cast<std::int64_t>(keys.size());
    const auto places_of = [&](std::int64_t part) { return places.data() + static_cast<std::size_t>(part) * values; };
    std::int64_t parts = 0;
    parallel_shares(threads, count, [&](std::int64_t part, std::int64_t begin, std::int64_t end) {
      std::int64_t* const place = places_of(part);
      std::fill_n(place, values, 0);
      for (std::int64_t i = begin; i < end; ++i) ++place[keys[static_cast<std::size_t>(i)] >> shift & (values - 1)];
      if (end == count) parts = part + 1;
    });
    std::int64_t first = 0;
    for (std::size_t value = 0; value < values; ++value)
      for (std::int64_t part = 0; part < parts; ++part) first += std::exchange(places_of(part)[value], first);
    parallel_shares(threads, count, [&](std::int64_t part, std::int64_t begin, std::int64_t end) {
      std::int64_t* const place = places_of(part);
      for (std::int64_t i = begin; i < end; ++i) {
        const std::uint64_t key = keys[static_cast<std::size_t>(i)];
        other[static_cast<std::size_t>(place[key >> shift & (values - 1)]++)] = key;
      }
    });
    keys.swap(other);
  }
}

/// The permutation that puts sites into Z-order, and where in it a site begins: 1 for each that differs from the one
/// before.
struct ZOrder {
  HostVector<std::int32_t> points;
  HostVector<std::uint8_t> begins;
};

/// Of `sites`; equal sites keep their order. O(count bits), where bits are those that differ within the set.
template <int D>
ZOrder z_order(const std::shared_ptr<HostPool>& pool, int threads, const Site<D>* sites, std::int64_t count) {
  ZOrder order{HostVector<std::int32_t>(static_cast<std::size_t>(count), PoolAllocator<std::int32_t>(pool)),
               HostVector<std::uint8_t>(static_cast<std::size_t>(count), PoolAllocator<std::uint8_t>(pool))};
  std::int32_t* const points = order.points.data();
  std::uint8_t* const begins = order.begins.data();
  std::iota(points, points + count, 0);
  const auto compare_neighbours = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) begins[i] = i == 0 || sites[points[i]] != sites[points[i - 1]];
  };
  if (count < 256) {  // a few are not worth the tables
    std::sort(points, points + count, [&](std::int32_t a, std::int32_t b) {
      return z_less(sites[a], sites[b]) || (a < b && sites[a] == sites[b]);
    });
    compare_neighbours(0, count);
    return order;
  }
  const ZCode<D> code(pool, threads, sites, count);
  const int row_bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count - 1))), room = 64 - row_bits;
  const std::uint64_t row_mask = (std::uint64_t{1} << row_bits) - 1;
  HostVector<std::uint64_t> keys(order.points.size(), PoolAllocator<std::uint64_t>(pool)), other = keys;
  for (int low = 0; low < std::max(1, code.bits()); low += room) {  // a key is a part of a code, and its row below
    const int width = std::min(room, code.bits() - low);
    const typename ZCode<D>::Part part(pool, code, low, width);
    parallel_shares(threads, count, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        keys[static_cast<std::size_t>(i)] = part(sites[points[i]]) << row_bits | static_cast<std::uint64_t>(points[i]);
    });
    sort_by_bits(threads, keys, other, row_bits, row_bits + width);
    parallel_shares(threads, count, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      const std::uint64_t* const key = keys.data();
      for (std::int64_t i = begin; i < end; ++i) {
        points[i] = static_cast<std::int32_t>(key[i] & row_mask);
        begins[i] = i == 0 || (key[i] ^ key[i - 1]) > row_mask;  // all there is to tell, if a key is a whole code
      }
    });
  }
  if (code.bits() > room)
    parallel_shares(threads, count,
                    [&](std::int64_t, std::int64_t begin, std::int64_t end) { compare_neighbours(begin, end); });
  return order;
}

}  // namespace scn::cpu

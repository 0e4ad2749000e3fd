// From a site to its row on the GPU: a table of blocks of 64 places, with a bit for each site.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "scn/core/buffer.hpp"
#include "scn/cuda/device.cuh"
#include "scn/geometry/order.hpp"

namespace scn::gpu {

/// Element i of a list of sites, in as few loads as its size permits.
template <int D>
__device__ Site<D> load_site(const Site<D>* sites, std::int64_t i) {
  if constexpr (sizeof(Site<D>) % 16 == 0) {
    Site<D> site;
    int4 parts[sizeof(Site<D>) / 16];
    const int4* const from = reinterpret_cast<const int4*>(sites) + i * std::int64_t{sizeof(Site<D>) / 16};
#pragma unroll
    for (int part = 0; part < int{sizeof(Site<D>) / 16}; ++part) parts[part] = from[part];
    memcpy(&site, parts, sizeof(site));
    return site;
  } else {
    return sites[i];
  }
}

/// The sites of one block (ZBlock): bit p of `word` is set for place p, and their rows begin with `first`.
struct BlockRows {
  std::uint64_t word = 0;
  std::int32_t first = 0;

  /// The row of the site at a place, or -1.
  __device__ std::int32_t row(int place) const {
    const std::uint64_t from_place = word >> place;
    return (from_place & 1) != 0 ? first + __popcll(word ^ (from_place << place)) : -1;
  }
};

/// A block in the table; a free place has the row -1. The tag is the hash of the block's coordinates.
struct alignas(16) Slot {
  std::uint64_t word;
  std::int32_t first;
  std::uint32_t tag;
};

/// Mixes all bits of all coordinates, so that lines and multiples of powers of two spread like random points (the
/// 32-bit hash of Appleby, MurmurHash3).
template <int D>
constexpr std::uint32_t hash(const Site<D>& site) {
  std::uint32_t mixed = 0;
  for (int word = 0; word <= D; ++word) {
    std::uint32_t number = static_cast<std::uint32_t>(word < D ? site.at[word] : site.sample) * 0xCC9E2D51u;
    number = (number << 15 | number >> 17) * 0x1B873593u;
    mixed ^= number;
    mixed = (mixed << 13 | mixed >> 19) * 5 + 0xE6546B64u;
  }
  mixed = (mixed ^ mixed >> 16) * 0x85EBCA6Bu;
  mixed = (mixed ^ mixed >> 13) * 0xC2B2AE35u;
  return mixed ^ mixed >> 16;
}

/// What kernels see of an index. A tag that agrees is confirmed by the block's first site, so every coordinate is a
/// valid key and no two blocks are ever taken for one.
template <int D>
struct SiteIndexView {
  const Slot* slots = nullptr;
  std::uint32_t capacity = 0;
  const Site<D>* sites = nullptr;

  /// Where the search for a block begins.
  __device__ std::uint32_t home(std::uint32_t tag) const { return __umulhi(tag, capacity); }
  __device__ std::uint32_t next(std::uint32_t slot) const { return slot + 1 == capacity ? 0 : slot + 1; }

  /// The block of these coordinates (ZBlock::of()); one without sites if there is none.
  __device__ BlockRows find_block(const Site<D>& key) const {
    const std::uint32_t tag = hash(key);
    for (std::uint32_t at = home(tag);; at = next(at)) {
      const int4 parts = reinterpret_cast<const int4*>(slots)[at];
      if (parts.z < 0) return {};
      if (static_cast<std::uint32_t>(parts.w) == tag && ZBlock<D>::of(load_site(sites, parts.z)) == key)
        return {static_cast<std::uint32_t>(parts.x) | std::uint64_t{static_cast<std::uint32_t>(parts.y)} << 32,
                parts.z};
    }
  }
};

/// One thread a row; the first row of a block enters it.
template <int D>
__global__ void enter_blocks(SiteIndexView<D> index, Slot* slots, Rows rows) {
  const std::int64_t count = exact_rows(rows);
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (row >= count) return;
  Site<D> site = load_site(index.sites, row);
  const Site<D> key = ZBlock<D>::of(site);
  if (row > 0 && ZBlock<D>::of(load_site(index.sites, row - 1)) == key) return;
  std::uint64_t word = std::uint64_t{1} << ZBlock<D>::place(site.at);
  for (std::int64_t next = row + 1; next < count; ++next) {
    site = load_site(index.sites, next);
    if (ZBlock<D>::of(site) != key) break;
    word |= std::uint64_t{1} << ZBlock<D>::place(site.at);
  }
  const std::uint32_t tag = hash(key);
  const auto entry = std::uint64_t{tag} << 32 | static_cast<std::uint32_t>(row);
  for (std::uint32_t at = index.home(tag);; at = index.next(at)) {
    auto* const place = reinterpret_cast<unsigned long long*>(&slots[at].first);
    if (atomicCAS(place, ~0ull, static_cast<unsigned long long>(entry)) != ~0ull) continue;
    slots[at].word = word;
    return;
  }
}

/// Finds rows of sites in expected constant time. The table has room for twice the blocks: 32 bytes for each.
template <int D>
class SiteIndex {
 public:
  SiteIndex() = default;

  /// `sites` are distinct and in row order, and outlive the index; they lie in `blocks` blocks, or in fewer. O(rows).
  template <class T>
  SiteIndex(CudaDevice<T>& device, const Site<D>* sites, Rows rows, std::int64_t blocks) {
    view_.capacity = static_cast<std::uint32_t>(std::min<std::int64_t>(2 * blocks + 1, 0xFFFFFFFF));
    view_.sites = sites;
    memory_ = allocate(device, bytes());
    auto* const slots = static_cast<Slot*>(memory_.data());
    view_.slots = slots;
    const Current current(device.ordinal);
    check(cudaMemsetAsync(slots, 0xFF, static_cast<std::size_t>(bytes()), device.stream()), "filling memory");
    launch(device, {.blocks = blocks_of(rows.bound, 256), .threads = 256}, enter_blocks<D>, view_, slots, rows);
  }

  const SiteIndexView<D>& view() const { return view_; }
  /// Blocks that it was made for: as many as there are, or a few more.
  std::int64_t blocks() const { return view_.capacity / 2; }
  /// Device memory of the table.
  std::int64_t bytes() const { return std::int64_t{view_.capacity} * std::int64_t{sizeof(Slot)}; }

 private:
  SiteIndexView<D> view_;
  Block memory_;
};

}  // namespace scn::gpu

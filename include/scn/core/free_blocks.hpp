// Free blocks of memory by their size: the smallest that is large enough is found without a search.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace scn::detail {

/// Stands in front of a block's memory. Blocks of one chunk lie side by side.
struct alignas(64) MemoryBlock {
  std::size_t bytes;                  // of the memory behind it, a multiple of 64
  MemoryBlock* before = nullptr;      // its neighbour; null for the first of a chunk
  MemoryBlock* next = nullptr;        // of its list, while it is free
  MemoryBlock** linked_by = nullptr;  // the pointer of its list that leads to it
  bool free = false;
  bool last;  // of its chunk

  MemoryBlock* after() { return last ? nullptr : at(bytes); }
  bool is_whole_chunk() const { return before == nullptr && last; }
  /// Where the neighbour begins if this block has so many bytes.
  MemoryBlock* at(std::size_t offset) {
    return reinterpret_cast<MemoryBlock*>(reinterpret_cast<std::byte*>(this + 1) + offset);
  }
};

/// Lists of blocks of about one size: each multiple of 64 bytes up to 2 KiB, then sixteen sizes an octave.
class FreeBlocks {
 public:
  /// The least size of such a list that is not below `bytes`, which are at most 2^61.
  static std::size_t rounded(std::size_t bytes) {
    const std::size_t units = std::max<std::size_t>(1, (bytes + unit - 1) / unit), shift = octave_of(units);
    return ((units + (std::size_t{1} << shift) - 1) >> shift << shift) * unit;
  }

  /// A block of at least `bytes`, which are rounded(), or null. The lists keep it until remove().
  MemoryBlock* find(std::size_t bytes) const {
    const std::size_t at = list_of(bytes);
    std::uint64_t some = occupied_[at / 64] >> at % 64 << at % 64;
    std::size_t word = at / 64;
    while (some == 0 && ++word < occupied_.size()) some = occupied_[word];
    return some == 0 ? nullptr : lists_[word * 64 + static_cast<std::size_t>(std::countr_zero(some))];
  }

  void add(MemoryBlock* block) {
    const std::size_t at = list_of(block->bytes);
    block->next = lists_[at];
    block->linked_by = &lists_[at];
    if (block->next != nullptr) block->next->linked_by = &block->next;
    lists_[at] = block;
    block->free = true;
    occupied_[at / 64] |= std::uint64_t{1} << at % 64;
    bytes_ += block->bytes;
  }

  void remove(MemoryBlock* block) {
    const std::size_t at = list_of(block->bytes);
    *block->linked_by = block->next;
    if (block->next != nullptr) block->next->linked_by = block->linked_by;
    block->free = false;
    if (lists_[at] == nullptr) occupied_[at / 64] &= ~(std::uint64_t{1} << at % 64);
    bytes_ -= block->bytes;
  }

  /// Of all blocks together.
  std::size_t bytes() const { return bytes_; }

  /// f(block) for each; f may remove that block.
  template <class F>
  void for_each(const F& f) const {
    for (MemoryBlock* first : lists_)
      for (MemoryBlock* block = first; block != nullptr;) {
        MemoryBlock* const next = block->next;
        f(block);
        block = next;
      }
  }

 private:
  static constexpr std::size_t unit = 64, steps = 16;

  static std::size_t octave_of(std::size_t units) {
    return static_cast<std::size_t>(std::bit_width(units | steps)) - 5;
  }
  /// The list whose sizes begin at or below `bytes`.
  static std::size_t list_of(std::size_t bytes) {
    const std::size_t units = bytes / unit, octave = octave_of(units);
    return steps * octave + (units >> octave);
  }

  std::array<MemoryBlock*, 64 * 14> lists_{};
  std::array<std::uint64_t, 14> occupied_{};  // a bit for each list that has a block
  std::size_t bytes_ = 0;
};

}  // namespace scn::detail

// Tests of the lists of free blocks: how sizes are rounded, and which block is found.
#include "scn/core/free_blocks.hpp"

#include <cstddef>
#include <set>
#include <vector>

#include "catch.hpp"

namespace {

using scn::detail::FreeBlocks;
using scn::detail::MemoryBlock;

MemoryBlock block_of(std::size_t bytes) { return {.bytes = bytes, .last = true}; }

TEST_CASE("Sizes are rounded up to multiples of 64 bytes, from 2 KiB on to sixteen steps an octave", "[core]") {
  CHECK(FreeBlocks::rounded(0) == 64);
  CHECK(FreeBlocks::rounded(65) == 128);
  CHECK(FreeBlocks::rounded(2048) == 2048);
  CHECK(FreeBlocks::rounded(2049) == 2176);
  CHECK(FreeBlocks::rounded((std::size_t{1} << 40) + 1) == std::size_t{17} << 36);
  std::set<std::size_t> sizes;
  bool fits = true;
  for (std::size_t bytes = 2049; bytes <= 8192; ++bytes) {
    const std::size_t rounded = FreeBlocks::rounded(bytes);
    fits = fits && rounded >= bytes && rounded - bytes < bytes / 16 + 64 && FreeBlocks::rounded(rounded) == rounded;
    sizes.insert(rounded);
  }
  CHECK(fits);
  CHECK(sizes.size() == 32);
}

TEST_CASE("The smallest block that is large enough is found, as long as it is there", "[core]") {
  MemoryBlock small = block_of(640), middle = block_of(6400), large = block_of(std::size_t{1} << 40);
  FreeBlocks blocks;
  CHECK(blocks.find(64) == nullptr);
  for (MemoryBlock* const block : {&middle, &large, &small}) blocks.add(block);
  CHECK(blocks.bytes() == 640 + 6400 + (std::size_t{1} << 40));
  CHECK(blocks.find(64) == &small);
  CHECK(blocks.find(640) == &small);
  CHECK(blocks.find(704) == &middle);
  CHECK(blocks.find(std::size_t{1} << 30) == &large);
  CHECK(blocks.find(std::size_t{1} << 41) == nullptr);
  blocks.remove(&small);
  CHECK((!small.free && middle.free));
  CHECK(blocks.find(64) == &middle);
}

TEST_CASE("A block is removed from any place of its list", "[core]") {
  for (std::size_t removed = 0; removed < 3; ++removed) {
    std::vector<MemoryBlock> list(3, block_of(1024));
    FreeBlocks blocks;
    for (MemoryBlock& block : list) blocks.add(&block);
    blocks.remove(&list[removed]);
    std::set<MemoryBlock*> left;
    blocks.for_each([&](MemoryBlock* block) {
      left.insert(block);
      blocks.remove(block);
    });
    CHECK((left.size() == 2 && !left.contains(&list[removed])));
    CHECK((blocks.find(64) == nullptr && blocks.bytes() == 0));
  }
}

TEST_CASE("A block knows the neighbours of its chunk", "[core]") {
  std::vector<MemoryBlock> memory(10, block_of(0));
  MemoryBlock &first = memory[0], *const second = first.at(4 * sizeof(MemoryBlock));
  first = {.bytes = 4 * sizeof(MemoryBlock), .last = false};
  *second = {.bytes = 0, .before = &first, .last = true};
  CHECK(first.after() == second);
  CHECK(second->after() == nullptr);
  CHECK((!first.is_whole_chunk() && !second->is_whole_chunk()));
  CHECK(memory[9].is_whole_chunk());
}

}  // namespace

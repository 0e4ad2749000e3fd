// Tests of the memory pool: blocks are aligned, used again, and outlive their device.
#include "scn/cpu/pool.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/device.hpp"

namespace {

using scn::cpu::Block;
using scn::cpu::Pool;

TEST_CASE("Blocks of every size start at multiples of 64 bytes", "[cpu]") {
  const auto pool = std::make_shared<Pool>();
  std::vector<Block> blocks;
  for (const std::size_t size : std::initializer_list<std::size_t>{1, 63, 64, 65, 257, 1000, 4097, 100000}) {
    blocks.emplace_back(pool, size);
    CHECK(reinterpret_cast<std::uintptr_t>(blocks.back().data()) % 64 == 0);
  }
}

TEST_CASE("A block that went back is used again for the same and for similar sizes", "[cpu]") {
  const auto pool = std::make_shared<Pool>();
  void* data = nullptr;
  {
    const Block block(pool, 1000);
    data = block.data();
  }
  const Block again(pool, 1000), other(pool, 1000);
  CHECK(again.data() == data);
  CHECK(other.data() != data);
  {
    const Block near(pool, 5000);
    data = near.data();
  }
  CHECK(Block(pool, 5001).data() == data);
}

TEST_CASE("Sizes are rounded up by at most a quarter, and never down", "[cpu]") {
  CHECK(Pool::rounded(1) == 256);
  CHECK(Pool::rounded(256) == 256);
  CHECK(Pool::rounded(257) == 320);
  CHECK(Pool::rounded(1024) == 1024);
  CHECK(Pool::rounded(1025) == 1280);
  std::set<std::size_t> sizes;
  bool fits = true;
  for (std::size_t bytes = 257; bytes <= 8192; ++bytes) {
    const std::size_t rounded = Pool::rounded(bytes);
    fits = fits && rounded >= bytes && 4 * rounded <= 5 * bytes + 4 && Pool::rounded(rounded) == rounded;
    sizes.insert(rounded);
  }
  CHECK(fits);
  CHECK(sizes.size() == 20);  // four steps in each of five octaves
}

TEST_CASE("A block outlives the owner of its pool", "[cpu]") {
  auto pool = std::make_shared<Pool>();
  Block block(pool, 100);
  pool.reset();
  std::memset(block.data(), 7, 100);
  CHECK(static_cast<const unsigned char*>(block.data())[99] == 7);
}

TEST_CASE("Moving a block hands its memory over once", "[cpu]") {
  const auto pool = std::make_shared<Pool>();
  Block first(pool, 100);
  void* const data = first.data();
  Block second(std::move(first));
  CHECK(second.data() == data);
  CHECK(first.data() == nullptr);
  Block third(pool, 100);
  third = std::move(second);
  CHECK(third.data() == data);
  second = Block();
  const Block free_again(pool, 100);  // the memory that third had
  CHECK(free_again.data() != data);
}

TEST_CASE("Blocks that exist at the same time never overlap, also when threads take them", "[cpu]") {
  const auto pool = std::make_shared<Pool>();
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number)
    threads.emplace_back([&, number] {
      for (int round = 0; round < 300; ++round) {
        std::vector<Block> blocks;
        for (std::size_t size = 200; size < 2000; size += 300) {
          blocks.emplace_back(pool, size);
          std::memset(blocks.back().data(), number, size);
        }
        std::size_t size = 200;
        for (const Block& block : blocks) {
          const auto* bytes = static_cast<const unsigned char*>(block.data());
          for (std::size_t i = 0; i < size; ++i) wrong[static_cast<std::size_t>(number)] += bytes[i] != number;
          size += 300;
        }
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("A device without memory to give says so and works on", "[cpu]") {
  scn::Cpu device;
  CHECK_THROWS_AS(allocate(device, std::int64_t{1} << 61), std::bad_alloc);
  CHECK(allocate(device, 100).data() != nullptr);
  CHECK(allocate(device, 0).data() == nullptr);
}

}  // namespace

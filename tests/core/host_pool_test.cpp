// Tests of the pool of host memory: blocks are aligned, used again for similar sizes, and not hoarded without bound.
#include "scn/core/host_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace {

using scn::HostPool;
using scn::HostVector;
using scn::PoolAllocator;

/// The address that a block of so many bytes gets, given back at once.
void* visited(HostPool& pool, std::size_t bytes) {
  void* const block = pool.take(bytes);
  pool.give(block);
  return block;
}

TEST_CASE("Blocks of every size start at multiples of 64 bytes and can be written", "[core]") {
  HostPool pool;
  for (std::size_t bytes = 0; bytes < 3000; bytes += 7) {
    void* const block = pool.take(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
    std::memset(block, 1, bytes);
    pool.give(block);
  }
}

TEST_CASE("Sizes are rounded up to four steps an octave, and never down", "[core]") {
  CHECK(HostPool::rounded(0) == 64);
  CHECK(HostPool::rounded(65) == 128);
  CHECK(HostPool::rounded(256) == 256);
  CHECK(HostPool::rounded(257) == 320);
  CHECK(HostPool::rounded(1025) == 1280);
  CHECK(HostPool::rounded((std::size_t{1} << 40) + 1) == std::size_t{5} << 38);
  std::set<std::size_t> sizes;
  bool fits = true;
  for (std::size_t bytes = 257; bytes <= 8192; ++bytes) {
    const std::size_t rounded = HostPool::rounded(bytes);
    fits = fits && rounded >= bytes && 4 * rounded <= 5 * bytes + 4 && HostPool::rounded(rounded) == rounded;
    sizes.insert(rounded);
  }
  CHECK(fits);
  CHECK(sizes.size() == 20);
}

TEST_CASE("A block that went back is used again, one that is in use is not", "[core]") {
  HostPool pool;
  void* const first = pool.take(1000);
  CHECK(pool.take(1000) != first);
  pool.give(first);
  CHECK(pool.take(1000) == first);
}

TEST_CASE("A block serves requests up to an octave smaller, and large ones that are a size larger", "[core]") {
  HostPool pool;
  void* const large = visited(pool, 100000);
  CHECK(visited(pool, 60000) == large);
  CHECK(visited(pool, 110000) == large);
  CHECK(visited(pool, 40000) != large);
  HostPool small;
  void* const node = visited(small, 1000);
  CHECK(visited(small, 1100) != node);
}

TEST_CASE("The smallest block that is large enough is taken", "[core]") {
  HostPool pool;
  void *const large = pool.take(2000), *const small = pool.take(1200);
  pool.give(large);
  pool.give(small);
  CHECK(visited(pool, 1200) == small);
}

TEST_CASE("A pool counts what is in use and what is free, and gives the free back on request", "[core]") {
  HostPool pool;
  void *const first = pool.take(1000), *const second = pool.take(100);
  CHECK((pool.used_bytes() == 1024 + 128 && pool.free_bytes() == 0));
  pool.give(first);
  CHECK((pool.used_bytes() == 128 && pool.free_bytes() == 1024));
  pool.release();
  CHECK((pool.used_bytes() == 128 && pool.free_bytes() == 0));
  std::memset(second, 1, 100);
  pool.give(second);
}

TEST_CASE("However sizes change, free blocks stay within a few times the largest use", "[core]") {
  HostPool pool;
  for (std::size_t bytes = 8192; bytes < std::size_t{1} << 26; bytes += bytes / 8) {
    visited(pool, bytes);
    CHECK(pool.free_bytes() <= 4 * HostPool::rounded(bytes));
  }
}

TEST_CASE("A request that no memory can serve throws, and the pool works on", "[core]") {
  HostPool pool;
  CHECK_THROWS_AS(pool.take(std::size_t{1} << 60), std::bad_alloc);
  CHECK_THROWS_AS(pool.take(~std::size_t{0}), std::bad_alloc);
  CHECK(visited(pool, 100) != nullptr);
}

TEST_CASE("Blocks that exist at the same time never overlap, also when threads take them", "[core]") {
  HostPool pool;
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number)
    threads.emplace_back([&pool, &mine = wrong[static_cast<std::size_t>(number)], number] {
      for (int round = 0; round < 300; ++round) {
        std::vector<std::pair<unsigned char*, std::size_t>> blocks;
        for (std::size_t size = 50; size < 2000; size += 300) {
          blocks.emplace_back(static_cast<unsigned char*>(pool.take(size)), size);
          std::memset(blocks.back().first, number, size);
        }
        for (const auto& [bytes, size] : blocks) {
          for (std::size_t i = 0; i < size; ++i) mine += bytes[i] != number;
          pool.give(bytes);
        }
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

struct DeviceWithPool {
  std::shared_ptr<HostPool> pool = std::make_shared<HostPool>();
  std::shared_ptr<HostPool> host_pool() const { return pool; }
};
struct DeviceWithout {};

TEST_CASE("A handle and a vector lie in the pool of their device, and may outlive it", "[core]") {
  auto device = std::make_unique<DeviceWithPool>();
  const auto number = scn::make_handle<int>(*device, 7);
  HostVector<int> list({1, 2, 3}, scn::host_allocator<int>(*device));
  CHECK(device->pool->used_bytes() >= sizeof(int) + 3 * sizeof(int));
  const auto pool = device->pool;
  device.reset();
  CHECK((*number == 7 && list[2] == 3));
  list = HostVector<int>();
  CHECK(pool->free_bytes() > 0);
}

TEST_CASE("Without a pool handles and vectors take memory from the system", "[core]") {
  const DeviceWithout device;
  CHECK(*scn::make_handle<const int>(device, 5) == 5);
  CHECK(HostVector<int>(3, 4, scn::host_allocator<int>(device))[2] == 4);
  CHECK(PoolAllocator<int>() == PoolAllocator<double>());
  CHECK_THROWS_AS(PoolAllocator<int>().allocate(~std::size_t{0} / 2), std::bad_alloc);
}

}  // namespace

// Tests of the pool of host memory: blocks are aligned, used again for similar sizes, and not hoarded without bound.
#include "scn/core/host_pool.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "support/random_cases.hpp"

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

TEST_CASE("A block that went back is used again, one that is in use is not", "[core]") {
  HostPool pool;
  void* const first = pool.take(1000);
  CHECK(pool.take(1000) != first);
  pool.give(first);
  CHECK(pool.take(1000) == first);
}

TEST_CASE("A large block that went back serves several smaller requests side by side", "[core]") {
  HostPool pool;
  auto* const large = static_cast<std::byte*>(visited(pool, 100000));
  auto *const first = static_cast<std::byte*>(pool.take(60000)), *const second =
                                                                     static_cast<std::byte*>(pool.take(30000));
  CHECK(first == large);
  CHECK((second >= first + 60000 && second + 30000 <= large + HostPool::rounded(100000)));
  pool.give(first);
  pool.give(second);
}

TEST_CASE("Blocks that go back in any order grow together", "[core]") {
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    HostPool pool;
    void* blocks[4];
    for (void*& block : blocks) block = pool.take(10000);
    for (const std::size_t i : order) pool.give(blocks[i]);
    CHECK(visited(pool, 40000) == blocks[0]);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("The smallest free block that is large enough is taken", "[core]") {
  HostPool pool;
  void *const large = pool.take(2000), *const wall = pool.take(64), *const small = pool.take(1200);
  void* const end = pool.take(64);
  pool.give(large);
  pool.give(small);
  CHECK(visited(pool, 1200) == small);
  CHECK(visited(pool, 1300) == large);
  pool.give(wall);
  pool.give(end);
}

TEST_CASE("A pool counts what is in use, and gives the chunks that are free back on request", "[core]") {
  HostPool pool;
  void *const first = pool.take(1000), *const second = pool.take(100), *const large = pool.take(3000000);
  CHECK(pool.used_bytes() == 1024 + 128 + HostPool::rounded(3000000));
  const std::size_t free_bytes = pool.free_bytes();
  pool.give(first);
  CHECK((pool.used_bytes() == 128 + HostPool::rounded(3000000) && pool.free_bytes() == free_bytes + 1024));
  pool.give(large);
  CHECK(pool.free_bytes() > 3000000);
  pool.release();
  CHECK((pool.used_bytes() == 128 && pool.free_bytes() > 0 && pool.free_bytes() < std::size_t{1} << 20));
  std::memset(second, 1, 100);
  pool.give(second);
  pool.release();
  CHECK((pool.used_bytes() == 0 && pool.free_bytes() == 0 && pool.chunk_bytes() == 0));
}

TEST_CASE("Levels that halve and double their blocks need hardly more memory than is in use at once", "[core]") {
  HostPool pool;
  std::size_t most = 0, all = 0;
  for (int round = 0; round < 3; ++round)
    for (std::size_t parts = 2; parts <= 64; parts *= 2) {
      std::vector<void*> blocks;
      for (std::size_t i = 0; i < parts; ++i) blocks.push_back(pool.take((std::size_t{1} << 22) / parts));
      most = std::max(most, pool.used_bytes());
      all = std::max(all, pool.used_bytes() + pool.free_bytes());
      for (void* const block : blocks) pool.give(block);
    }
  CHECK(all < most + most / 4);
}

TEST_CASE("However sizes change, free blocks stay within a few times the largest use", "[core]") {
  HostPool pool;
  for (std::size_t bytes = std::size_t{1} << 20; bytes < std::size_t{1} << 28; bytes += bytes / 8) {
    visited(pool, bytes);
    CHECK(pool.free_bytes() <= 4 * HostPool::rounded(bytes));
  }
}

TEST_CASE("Blocks of random sizes never overlap, and become whole chunks again", "[core]") {
  HostPool pool;
  oracle::Random random(1);
  std::map<std::byte*, std::size_t> blocks;
  bool apart = true;
  for (int step = 0; step < 20000; ++step) {
    if (blocks.size() > 100 || (!blocks.empty() && random.integer(0, 1) == 0)) {
      const auto victim = std::next(blocks.begin(), random.integer(0, static_cast<int>(blocks.size()) - 1));
      pool.give(victim->first);
      blocks.erase(victim);
    } else {
      const auto size = static_cast<std::size_t>(1) << random.integer(0, 17);
      const std::size_t bytes = size + static_cast<std::size_t>(random.integer(0, static_cast<int>(size)));
      const auto [place, is_other] = blocks.emplace(static_cast<std::byte*>(pool.take(bytes)), bytes);
      const auto next = std::next(place);
      apart = apart && is_other && (next == blocks.end() || place->first + bytes <= next->first);
      apart = apart && (place == blocks.begin() || std::prev(place)->first + std::prev(place)->second <= place->first);
    }
  }
  CHECK(apart);
  for (const auto& [data, bytes] : blocks) pool.give(data);
  CHECK((pool.used_bytes() == 0 && pool.free_bytes() > 100000));
  pool.release();
  CHECK(pool.free_bytes() == 0);
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

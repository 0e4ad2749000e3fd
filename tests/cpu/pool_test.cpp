// Tests of blocks of the device's pool: they go back, hand their memory over once, and outlive their device.
#include "scn/cpu/pool.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "catch.hpp"
#include "scn/cpu/device.hpp"

namespace {

using scn::cpu::Block;
using Pool = scn::HostPool;

TEST_CASE("A block that went back is used again", "[cpu]") {
  const auto pool = std::make_shared<Pool>();
  void* data = nullptr;
  {
    const Block block(pool, 1000);
    data = block.data();
  }
  const Block again(pool, 1000), other(pool, 1000);
  CHECK(again.data() == data);
  CHECK(other.data() != data);
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

TEST_CASE("A device without memory to give says so and works on", "[cpu]") {
  scn::Cpu device;
  CHECK_THROWS_AS(allocate(device, std::int64_t{1} << 61), std::bad_alloc);
  CHECK(allocate(device, 100).data() != nullptr);
  CHECK(allocate(device, 0).data() == nullptr);
}

}  // namespace

// Tests of the owning array in device memory.
#include "scn/core/buffer.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/device.hpp"

namespace {

using namespace scn;
using Ints = Buffer<std::int32_t, Cpu>;

Ints buffer_of(Cpu& device, const std::vector<std::int32_t>& values) {
  return Ints(device, std::span<const std::int32_t>(values));
}

TEST_CASE("A buffer can be moved but not copied", "[core]") {
  STATIC_REQUIRE(!std::is_copy_constructible_v<Ints>);
  STATIC_REQUIRE(!std::is_copy_assignable_v<Ints>);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<Ints>);
  STATIC_REQUIRE(std::is_nothrow_move_assignable_v<Ints>);
}

TEST_CASE("A buffer brings host memory to the device and back", "[core]") {
  Cpu device;
  const std::vector<std::int32_t> values{3, -1, 4, -1, 5};
  const Ints buffer = buffer_of(device, values);
  CHECK(buffer.size() == 5);
  CHECK(buffer.to_host(device) == values);
}

TEST_CASE("A buffer without elements is an ordinary buffer", "[core]") {
  Cpu device;
  CHECK(Ints().size() == 0);
  CHECK(Ints().to_host(device).empty());
  CHECK(Ints(device, 0).to_host(device).empty());
  CHECK(buffer_of(device, {}).to_host(device).empty());
}

TEST_CASE("Moving a buffer keeps its memory in place and leaves an empty one behind", "[core]") {
  Cpu device;
  Ints from = buffer_of(device, {1, 2, 3});
  const std::int32_t* const data = from.data();
  Ints to(std::move(from));
  CHECK(to.data() == data);
  CHECK(from.size() == 0);
  CHECK(from.to_host(device).empty());
  Ints assigned = buffer_of(device, {9, 9});
  assigned = std::move(to);
  CHECK(assigned.data() == data);
  CHECK(assigned.to_host(device) == std::vector<std::int32_t>{1, 2, 3});
  CHECK(to.size() == 0);
}

TEST_CASE("A buffer that is moved to itself keeps its elements", "[core]") {
  Cpu device;
  Ints buffer = buffer_of(device, {1, 2, 3});
  Ints& same = buffer;
  buffer = std::move(same);
  CHECK(buffer.to_host(device) == std::vector<std::int32_t>{1, 2, 3});
}

TEST_CASE("A buffer outlives its device", "[core]") {
  auto device = std::make_unique<Cpu>();
  Ints buffer = buffer_of(*device, {7, 8});
  device.reset();
  CHECK(buffer.data()[0] == 7);
  CHECK(buffer.data()[1] == 8);
}

TEST_CASE("A buffer of a negative size, or of more bytes than can be addressed, is refused", "[core][LIM-11]") {
  Cpu device;
  CHECK_THROWS_AS(Ints(device, -1), LimitExceeded);
  CHECK_THROWS_AS(Ints(device, std::numeric_limits<std::int64_t>::max() / 2), LimitExceeded);
}

}  // namespace

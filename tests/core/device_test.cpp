// Tests of what makes a type a device, and of the size that memory may have.
#include "scn/core/device.hpp"

#include <cstdint>
#include <limits>

#include "catch.hpp"
#include "scn/cpu/device.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

/// All names of the contract, with a seed and a draw of given types.
template <class Seed, class Draw>
struct Named {
  using Scalar = float;
  using Accumulator = float;
  struct Block {};
  struct Rules {};
  struct Weights {};
  Seed seed;
  Draw next_draw();
  static std::int64_t pitch(std::int64_t);
};

struct WithoutPitch : Named<std::uint64_t, std::uint64_t> {
  static void pitch(std::int64_t);
};

TEST_CASE("The processor conforms to the device contract in both precisions", "[core]") {
  STATIC_REQUIRE(conforms<CpuDevice<float>>);
  STATIC_REQUIRE(conforms<CpuDevice<double>>);
}

TEST_CASE("A type that lacks a name of the contract, or has it with another type, does not conform", "[core]") {
  STATIC_REQUIRE(conforms<Named<std::uint64_t, std::uint64_t>>);
  STATIC_REQUIRE(!conforms<Named<void*, std::uint64_t>>);
  STATIC_REQUIRE(!conforms<Named<std::uint64_t, int>>);
  STATIC_REQUIRE(!conforms<WithoutPitch>);
  STATIC_REQUIRE(!conforms<int>);
}

TEST_CASE("Only a type that opted in is a device", "[core]") {
  STATIC_REQUIRE(Device<Cpu>);
  STATIC_REQUIRE(Device<CpuDevice<double>>);
  STATIC_REQUIRE(!Device<Named<std::uint64_t, std::uint64_t>>);
}

TEST_CASE("Rows are exact unless a device counts them itself, and segments default to one that holds all", "[core]") {
  CHECK(Rows{7}.bound == 7);
  CHECK(Rows{7}.exact == nullptr);
  CHECK(Segments{}.count == 1);
  CHECK(Segments{}.offsets == nullptr);
}

TEST_CASE("Checked bytes multiply rows, columns and the size of an element", "[core]") {
  CHECK(checked_bytes(3, 5, 8) == 120);
  CHECK(checked_bytes(0, 5, 8) == 0);
  CHECK(checked_bytes(largest, 0, 8) == 0);
  CHECK(checked_bytes(largest, 1, 1) == largest);
  CHECK(checked_bytes(33554433, 64, 4) == 8589934848);
}

TEST_CASE("Checked bytes refuse what cannot be addressed, and negative counts", "[core][LIM-11]") {
  CHECK(thrown_message<LimitExceeded>([] { checked_bytes(std::int64_t{1} << 40, std::int64_t{1} << 40, 4); }) ==
        "a matrix of 1099511627776 x 1099511627776 elements of 4 bytes cannot be addressed");
  CHECK(thrown_message<LimitExceeded>([] { checked_bytes(largest / 4, 1, 8); }) ==
        "a matrix of 2305843009213693951 x 1 elements of 8 bytes cannot be addressed");
  CHECK(thrown_message<LimitExceeded>([] { checked_bytes(-1, 1, 4); }) ==
        "a matrix of -1 x 1 elements of 4 bytes cannot be addressed");
  CHECK(thrown_message<LimitExceeded>([] { checked_bytes(1, -1, 4); }) ==
        "a matrix of 1 x -1 elements of 4 bytes cannot be addressed");
  CHECK_THROWS_AS(checked_bytes(-2, -2, 4), LimitExceeded);
}

}  // namespace

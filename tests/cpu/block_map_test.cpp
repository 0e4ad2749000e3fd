// Tests of maps by blocks: the same pairs as by looking up every tap, near the borders of blocks and of int32.
#include "scn/cpu/block_map.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;

/// "" if the pairs between two sets are the oracle's, each tap's sorted by output, asked for in uneven pieces.
template <int D>
std::string difference(const std::vector<oracle::Site>& in_list, const std::vector<oracle::Site>& out_list,
                       const Window<D>& window) {
  Cpu device;
  const auto in = library::make_sites<D>(device, in_list), out = library::make_sites<D>(device, out_list);
  const cpu::BlockMap<D> map(device.pool, {device.pool, window}, in->index(), out->index());
  cpu::RuleList list(device.pool);
  std::int64_t begin = 0;
  for (std::int64_t step = 1; begin < out->count(); begin += step, step = step % 7 + 1)
    map.append(begin, std::min(begin + step, out->count()), list);
  if (!std::is_sorted(list.begin(), list.end(), [](const Rule& a, const Rule& b) { return a.out < b.out; }))
    return "rows are not in order";
  std::vector<oracle::NumberedPair> pairs;
  for (const Rule& rule : list) pairs.push_back({rule.tap, rule.in, rule.out});
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.tap, a.out, a.in) < std::tuple(b.tap, b.out, b.in);
  });
  const auto expected = library::expected_pairs(*in, *out, window);
  if (expected.empty()) return "no pairs to tell by";
  return pairs == expected ? "" : message(pairs.size(), " pairs, expected ", expected.size());
}

std::vector<oracle::Site> drawn(int dimension, std::size_t count, std::int32_t low, std::int32_t high) {
  oracle::Random random(static_cast<std::uint64_t>(dimension) + count);
  return oracle::random_sites(random, {.dimension = dimension, .count = count, .samples = 2, .low = low, .high = high});
}

TEST_CASE("Maps by blocks are those of the oracle in 1 to 10 dimensions, blocks of several levels included", "[cpu]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    INFO("D = " << D);
    const std::int32_t high = D == 1 ? 900 : D == 2 ? 40 : D == 3 ? 12 : D <= 6 ? 3 : 2;
    const auto sites = drawn(D, 600, -high, high);
    CHECK(difference<D>(sites, sites, submanifold_window(library::cycle<D>({3, 2, 1}))) == "");
    CHECK(difference<D>(sites, sites, strided_window(Point<D>(2), Point<D>(1))) == "");
  });
}

TEST_CASE("Maps by blocks know strides, dilation, padding and lists of taps", "[cpu]") {
  const auto sites = drawn(2, 900, -30, 30), coarse = drawn(2, 400, -15, 15);
  CHECK(difference<2>(sites, coarse, strided_window(Point<2>{3, 2}, Point<2>{2, 3})) == "");
  CHECK(difference<2>(sites, coarse, Window<2>{.size = {3, 4}, .stride = {2, 1}, .dilation = {5, 2}, .pad = {7, -3}}) ==
        "");
  CHECK(difference<2>(sites, sites, submanifold_window<2>(Cross<2>(5), Point<2>{1, 9})) == "");
}

TEST_CASE("Maps by blocks know windows whose taps fill several words", "[cpu]") {
  const auto sites = drawn(3, 700, -8, 8);
  CHECK(difference<3>(sites, sites, submanifold_window(Point<3>(5))) == "");
  CHECK(difference<3>(sites, sites, Window<3>{.size = {9, 8, 7}, .stride = {1, 2, 1}, .pad = 4}) == "");
}

TEST_CASE("Maps by blocks know windows that lead to very many blocks", "[cpu]") {
  const auto sites = drawn(2, 900, -30, 30);
  const Window<2> wide{.size = 64, .dilation = 9, .pad = 9 * 32};
  REQUIRE(cpu::BlockWindow<2>::covers(wide));
  REQUIRE(!cpu::BlockWindow<2>(std::make_shared<HostPool>(), wide).has_above());
  CHECK(difference<2>(sites, sites, wide) == "");
}

TEST_CASE("Maps by blocks are the same on processors that put bits together by loops", "[cpu]") {
  Cpu device;
  const auto sites = library::make_sites<3>(device, drawn(3, 700, -8, 8));
  const cpu::BlockMap<3> map(device.pool, {device.pool, submanifold_window(Point<3>(3))}, sites->index(),
                             sites->index());
  cpu::RuleList list(device.pool), expected(device.pool);
  map.append_by<cpu::ExtractByLoop>(0, sites->count(), list);
  map.append(0, sites->count(), expected);
  REQUIRE(list.size() > 1000);
  CHECK(std::equal(list.begin(), list.end(), expected.begin(), expected.end()));
}

TEST_CASE("Blocks at the ends of int32 do not meet those at the other end", "[cpu][LIM-07]") {
  constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();
  const std::vector<oracle::Site> ends{{0, {largest, smallest}},     {0, {smallest, smallest}},
                                       {0, {largest, largest}},      {0, {smallest, largest}},
                                       {0, {largest - 1, smallest}}, {0, {largest - (1 << 29), largest}}};
  CHECK(difference<2>(ends, ends, submanifold_window(Point<2>(3))) == "");
  CHECK(difference<2>(ends, ends, Window<2>{.size = 2, .pad = {1 << 29, 0}}) == "");
}

}  // namespace

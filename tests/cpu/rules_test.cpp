// Tests of maps on the CPU: tiles, offsets, and the invariants that scatter code relies on.
#include "scn/cpu/rules.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::Rule;
using scn::cpu::Rules;

std::shared_ptr<scn::HostPool> pool() { return std::make_shared<scn::HostPool>(); }

/// A random map in which an output row, and an input row, occurs at most once within a tap; sorted by (tap, out).
std::vector<Rule> random_pairs(std::int64_t inputs, std::int64_t outputs, std::int64_t taps) {
  oracle::Random random(static_cast<std::uint64_t>(inputs + outputs + taps));
  std::vector<Rule> list;
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    const std::int64_t shift = random.integer(0, inputs - 1);
    for (std::int64_t out = 0; out < std::min(inputs, outputs); ++out)
      if (random.integer(0, 2) > 0)
        list.push_back({static_cast<std::int32_t>(tap), static_cast<std::int32_t>((out + shift) % inputs),
                        static_cast<std::int32_t>(out)});
  }
  return list;
}

Rules built(std::int64_t inputs, std::int64_t outputs, std::int64_t taps, const std::vector<Rule>& pairs,
            int threads = 2) {
  Rules rules(inputs, outputs, taps);
  rules.build(pool(), threads, [&](std::int64_t tile, scn::cpu::RuleList& list) {
    for (const Rule& rule : pairs)
      if (rule.out / rules.tile_rows == tile) list.push_back(rule);
  });
  return rules;
}

TEST_CASE("A map gives back the pairs it was built from", "[cpu][COR-03]") {
  for (const std::int64_t rows : {1, 63, 64, 65, 1000}) {
    const auto pairs = random_pairs(rows, rows, 5);
    const Rules rules = built(rows, rows, 5, pairs);
    CHECK(rules.pairs() == pairs);
    CHECK(rules.size() == static_cast<std::int64_t>(pairs.size()));
  }
}

TEST_CASE("The memory of a map is that of its pairs and offsets", "[cpu]") {
  const Rules rules = built(1000, 1000, 4, random_pairs(1000, 1000, 4));
  CHECK(rules.bytes() == 6 * rules.size() + 8 * (4 * rules.tiles + 1));
}

TEST_CASE("Tiles cut the output rows, and offsets grow from 0 to the number of pairs", "[cpu][COR-03]") {
  const auto pairs = random_pairs(1000, 1000, 4);
  const Rules rules = built(1000, 1000, 4, pairs);
  REQUIRE(rules.tiles > 2);
  CHECK((rules.tiles - 1) * rules.tile_rows < 1000);
  CHECK(rules.tiles * rules.tile_rows >= 1000);
  CHECK(rules.begin(0, 0) == 0);
  CHECK(rules.end(3, rules.tiles - 1) == rules.size());
  CHECK(std::is_sorted(rules.first.begin(), rules.first.end()));
  for (std::int64_t tap = 0; tap < 4; ++tap)
    for (std::int64_t tile = 0; tile < rules.tiles; ++tile)
      for (std::int64_t pair = rules.begin(tap, tile); pair < rules.end(tap, tile); ++pair)
        REQUIRE(rules.out[static_cast<std::size_t>(pair)] < std::min(rules.tile_rows, 1000 - tile * rules.tile_rows));
}

TEST_CASE("A map does not depend on the number of threads", "[cpu]") {
  const auto pairs = random_pairs(2000, 1500, 3);
  const Rules one = built(2000, 1500, 3, pairs, 1);
  for (const int threads : {2, 7}) {
    const Rules many = built(2000, 1500, 3, pairs, threads);
    CHECK(std::ranges::equal(many.in, one.in));
    CHECK(std::ranges::equal(many.out, one.out));
    CHECK(std::ranges::equal(many.first, one.first));
    CHECK(scn::cpu::transposed(pool(), threads, many).pairs() == scn::cpu::transposed(pool(), 1, one).pairs());
  }
}

TEST_CASE("A transposed map exchanges rows, is sorted by its own outputs, and twice is the original", "[cpu][COR-07]") {
  const auto pairs = random_pairs(700, 300, 3);
  const Rules rules = built(700, 300, 3, pairs);
  const Rules swapped = scn::cpu::transposed(pool(), 2, rules);
  std::vector<Rule> expected;
  for (const Rule& rule : pairs) expected.push_back({rule.tap, rule.out, rule.in});
  std::sort(expected.begin(), expected.end(),
            [](const Rule& a, const Rule& b) { return std::pair(a.tap, a.out) < std::pair(b.tap, b.out); });
  CHECK(swapped.pairs() == expected);
  CHECK(swapped.inputs == 300);
  CHECK(swapped.outputs == 700);
  CHECK(swapped.taps == 3);
  CHECK(scn::cpu::transposed(pool(), 2, swapped).pairs() == pairs);
}

TEST_CASE("Within a tap no row occurs twice, on either side", "[cpu]") {
  const Rules rules = built(400, 300, 6, random_pairs(400, 300, 6));
  CHECK(rules.inputs_unique());
  std::set<std::pair<std::int32_t, std::int32_t>> in, out;
  for (const Rule& rule : rules.pairs()) {
    in.insert({rule.tap, rule.in});
    out.insert({rule.tap, rule.out});
  }
  CHECK(in.size() == static_cast<std::size_t>(rules.size()));
  CHECK(out.size() == static_cast<std::size_t>(rules.size()));
}

TEST_CASE("Offsets stay small with many taps and with many outputs", "[cpu]") {
  CHECK(Rules(1000000, 1000000, 27).tile_rows == 1024);
  CHECK(Rules(1, 59049, 59049).tiles * 59049 <= 1 << 22);
  CHECK(Rules(10, 1000, 1000000).tiles <= 4);
  CHECK(Rules(10, 10, 2147483647).tiles == 1);
}

TEST_CASE("A map without outputs, inputs or pairs is an ordinary map", "[cpu][LIM-01][RC-14]") {
  for (const Rules& rules : {built(0, 0, 3, {}), built(5, 0, 3, {}), built(0, 5, 3, {}), built(5, 5, 3, {})}) {
    CHECK(rules.pairs().empty());
    CHECK(rules.size() == 0);
    const Rules swapped = scn::cpu::transposed(pool(), 2, rules);
    CHECK(swapped.pairs().empty());
    CHECK(swapped.inputs == rules.outputs);
    CHECK(swapped.outputs == rules.inputs);
  }
  CHECK(Rules().pairs().empty());
}

TEST_CASE("An exception while pairs are listed reaches the caller", "[cpu]") {
  Rules rules(500, 500, 1);
  CHECK(thrown_message<std::domain_error>([&] {
          rules.build(pool(), 2, [](std::int64_t tile, scn::cpu::RuleList&) {
            if (tile == 1) throw std::domain_error("tile 1");
          });
        }) == "tile 1");
}

}  // namespace

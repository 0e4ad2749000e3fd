// Tests of maps: pairs, their transposition, and the two directions of a map.
#include "scn/geometry/rules.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/maps.hpp"
#include "scn/cpu/reach.hpp"
#include "scn/cpu/sites.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;
using Sites1 = std::shared_ptr<const Sites<1, Cpu>>;

/// Inputs 0, 1, 5 on a line and the outputs of size 3 with stride 2: -1, 0, 2 and 2's neighbour 1.
struct Example {
  Cpu device;
  Sites1 in = library::make_sites<1>(device, std::vector<oracle::Site>{{0, {0}}, {0, {1}}, {0, {5}}});
  Sites1 out = library::make_sites<1>(device, std::vector<oracle::Site>{{0, {-1}}, {0, {0}}, {0, {2}}});
  cpu::Rules rules() { return make_rules<1>(device, *in, *out, strided_window(Point<1>(3), Point<1>(2))); }
};

const std::vector<Rule> expected{{0, 0, 1}, {1, 1, 1}, {1, 2, 2}, {2, 0, 0}};
const std::vector<Rule> expected_transposed{{0, 1, 0}, {1, 1, 1}, {1, 2, 2}, {2, 0, 0}};

TEST_CASE("Rules compare by tap, then input, then output", "[geometry]") {
  CHECK(Rule{0, 9, 9} < Rule{1, 0, 0});
  CHECK(Rule{1, 0, 9} < Rule{1, 1, 0});
  CHECK(Rule{1, 1, 0} < Rule{1, 1, 1});
  CHECK(Rule{1, 1, 1} == Rule{1, 1, 1});
}

TEST_CASE("A map lists its pairs by tap and output", "[geometry]") {
  Example example;
  Map<Cpu> map(example.device, example.rules());
  CHECK(map.rules().pairs() == expected);
}

TEST_CASE("A transposed map has the same pairs with the roles exchanged", "[geometry][COR-07]") {
  Example example;
  Map<Cpu> map(example.device, example.rules());
  CHECK(map.transposed().pairs() == expected_transposed);
  CHECK(map.transposed().inputs == 3);
  CHECK(map.transposed().outputs == 3);
}

TEST_CASE("A transposed map is made once", "[geometry]") {
  Example example;
  Map<Cpu> map(example.device, example.rules());
  CHECK(&map.transposed() == &map.transposed());
}

TEST_CASE("A backward view exchanges the directions of its map and shares it", "[geometry]") {
  Example example;
  const auto map = std::make_shared<Map<Cpu>>(example.device, example.rules());
  const MapView<Cpu> forward(map, false), backward(map, true);
  CHECK(&forward.rules() == &map->rules());
  CHECK(&forward.transposed() == &map->transposed());
  CHECK(&backward.rules() == &map->transposed());
  CHECK(&backward.transposed() == &map->rules());
}

TEST_CASE("Rules transposed twice are the original", "[geometry][COR-07]") {
  Cpu device;
  oracle::Random random(4);
  const auto sites = oracle::random_sites(random, {.dimension = 2, .count = 300, .samples = 2, .low = -20, .high = 20});
  const auto fine = library::make_sites<2>(device, sites);
  for (const std::int32_t size : {2, 3}) {
    const Window<2> window = strided_window(Point<2>(size), Point<2>(2));
    const auto coarse = reach<2>(device, *fine, window, std::nullopt);
    const cpu::Rules rules = make_rules<2>(device, *fine, coarse, window);
    const cpu::Rules once = transpose(device, rules), twice = transpose(device, once);
    CHECK(twice.pairs() == rules.pairs());
    CHECK(std::ranges::equal(twice.first, rules.first));
    CHECK(once.pairs() != rules.pairs());
    CHECK(once.size() == rules.size());
    CHECK(once.outputs == rules.inputs);
  }
}

}  // namespace

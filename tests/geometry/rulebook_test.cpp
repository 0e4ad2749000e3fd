// Tests of the rulebook: maps are found by identity, built once, and lead back.
#include "scn/geometry/rulebook.hpp"

#include <cstdint>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/geometry.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

const Window<2> window_3 = submanifold_window(Point<2>(3));
const Window<2> halving = strided_window(Point<2>(2), Point<2>(2));

std::vector<Site<2>> some_points() {
  oracle::Random random(2);
  return library::points<2>(
      oracle::random_sites(random, {.dimension = 2, .count = 40, .samples = 2, .low = 0, .high = 15}));
}

struct Example {
  Cpu device;
  Rulebook<2> rulebook;
  std::shared_ptr<const Sites<2>> sites;

  explicit Example(std::optional<Point<2>> extent = {})
      : rulebook(device, library::make_input<2>(device, some_points(), extent)), sites(rulebook.input().sites) {}
};

TEST_CASE("A rulebook keeps the device, and the sites and points of its input", "[geometry]") {
  Example example;
  CHECK(&example.rulebook.device() == &example.device);
  CHECK(example.rulebook.input().sites->count() == 40);
  CHECK(example.rulebook.input().points->row_of_point.size() == 40);
  CHECK(example.rulebook.size() == 0);
}

TEST_CASE("The same sites and window have the same map", "[geometry][COR-08]") {
  Example example;
  const auto& rules = example.rulebook.submanifold(example.sites, window_3).rules();
  CHECK(&example.rulebook.submanifold(example.sites, submanifold_window(Point<2>(3))).rules() == &rules);
  CHECK(example.rulebook.size() == 1);
  const auto coarse = example.rulebook.strided(example.sites, halving);
  const auto again = example.rulebook.strided(example.sites, halving);
  CHECK(again.sites == coarse.sites);
  CHECK(&again.map.rules() == &coarse.map.rules());
  CHECK(example.rulebook.size() == 2);
}

TEST_CASE("A map keeps its place while others are built", "[geometry]") {
  Example example;
  const MapView<Cpu> map = example.rulebook.submanifold(example.sites, window_3);
  const auto& rules = map.rules();
  const auto pairs = rules.pairs();
  for (std::int32_t size = 4; size < 12; ++size)
    example.rulebook.submanifold(example.sites, submanifold_window(Point<2>(size)));
  CHECK(&example.rulebook.submanifold(example.sites, window_3).rules() == &rules);
  CHECK(map.rules().pairs() == pairs);
}

TEST_CASE("Another size, stride, dilation or padding has another map", "[geometry][COR-08]") {
  Example example;
  const Window<2> base{.size = 3, .stride = 2, .dilation = 1, .pad = 1};
  Window<2> larger = base, longer = base, wider = base, shifted = base;
  larger.size = {3, 4};
  longer.stride = {2, 3};
  wider.dilation = {1, 2};
  shifted.pad = {1, 0};
  const auto* rules = &example.rulebook.strided(example.sites, base).map.rules();
  for (const auto& other : {larger, longer, wider, shifted})
    CHECK(&example.rulebook.strided(example.sites, other).map.rules() != rules);
  CHECK(example.rulebook.size() == 5);
}

TEST_CASE("Equal sites that are another object have another map", "[geometry][COR-08]") {
  Example example;
  const auto other = library::make_input<2>(example.device, some_points()).sites;
  const auto& rules = example.rulebook.submanifold(example.sites, window_3).rules();
  const auto& others = example.rulebook.submanifold(other, window_3).rules();
  CHECK(&others != &rules);
  CHECK(others.pairs() == rules.pairs());
}

TEST_CASE("A strided and a submanifold map of one window are two maps", "[geometry][COR-08]") {
  Example example;
  const Window<2> unit = strided_window(Point<2>(2), Point<2>(1));
  const auto coarse = example.rulebook.strided(example.sites, unit);
  example.rulebook.submanifold(example.sites, unit);
  CHECK(coarse.sites != example.sites);
  CHECK(example.rulebook.size() == 2);
}

TEST_CASE("One tap of stride 1 leads to the very sites it starts from, and back", "[geometry][quirk 8]") {
  Example example;
  const Window<2> unit = strided_window(Point<2>(1), Point<2>(1));
  CHECK(example.rulebook.strided(example.sites, unit).sites == example.sites);
  CHECK(example.rulebook.back(example.sites, unit).sites == example.sites);
  CHECK(library::pairs(example.rulebook.strided(example.sites, unit).map.rules()) ==
        library::expected_pairs(*example.sites, *example.sites, unit));
  CHECK(example.rulebook.size() == 1);
}

TEST_CASE("A strided level and its map are those of the oracle", "[geometry]") {
  Example example;
  const auto level = example.rulebook.strided(example.sites, halving);
  const auto fine = oracle::set_of(library::sites_of(*example.sites));
  CHECK(library::sites_of(*level.sites) == oracle::in_row_order(oracle::reached(fine, library::window(halving))));
  CHECK(library::pairs(level.map.rules()) == library::expected_pairs(*example.sites, *level.sites, halving));
  CHECK(level.sites->samples() == 2);
}

TEST_CASE("Strided levels of sites with an extent have one too, and the others have none", "[geometry]") {
  Example with(Point<2>(16)), without;
  CHECK(with.rulebook.strided(with.sites, halving).sites->extent() == Point<2>(8));
  CHECK(!without.rulebook.strided(without.sites, halving).sites->extent());
}

TEST_CASE("A window that does not fit into the extent is refused and leaves no map behind", "[geometry]") {
  Example example(Point<2>(16));
  CHECK_THROWS_AS(example.rulebook.strided(example.sites, strided_window(Point<2>(17), Point<2>(1))), InvalidArgument);
  CHECK(example.rulebook.size() == 0);
  CHECK(example.rulebook.strided(example.sites, halving).sites->count() > 0);
}

TEST_CASE("The way back leads to the sites it came from by the transposed map", "[geometry][COR-07]") {
  Example example;
  const auto coarse = example.rulebook.strided(example.sites, halving);
  const auto coarser = example.rulebook.strided(coarse.sites, halving);
  const auto back = example.rulebook.back(coarser.sites, halving);
  CHECK(back.sites == coarse.sites);
  CHECK(&back.map.rules() == &coarser.map.transposed());
  CHECK(&back.map.transposed() == &coarser.map.rules());
  CHECK(example.rulebook.back(back.sites, halving).sites == example.sites);
  CHECK(example.rulebook.size() == 2);
}

TEST_CASE("Without a strided layer of the same window there is no way back", "[geometry]") {
  Example example;
  example.rulebook.submanifold(example.sites, halving);
  const std::string refusal =
      "no strided layer with a window of size (2, 2), stride (2, 2), dilation (1, 1), pad (0, 0) led to these sites, "
      "so "
      "there is no way back through it";
  CHECK(thrown_message<InvalidArgument>([&] { example.rulebook.back(example.sites, halving); }) == refusal);
  const auto coarse = example.rulebook.strided(example.sites, strided_window(Point<2>(3), Point<2>(2)));
  CHECK(thrown_message<InvalidArgument>([&] { example.rulebook.back(coarse.sites, halving); }) == refusal);
}

TEST_CASE("A rulebook keeps the levels that its maps start from and lead to", "[geometry]") {
  Example example;
  std::weak_ptr<const Sites<2>> forgotten = example.rulebook.strided(example.sites, halving).sites;
  CHECK(!forgotten.expired());
}

TEST_CASE("A rulebook of no sites has levels and maps of no sites", "[geometry][LIM-01]") {
  Cpu device;
  Rulebook<2> rulebook(device, library::make_input<2>(device, {}, Point<2>(8), 2));
  const auto level = rulebook.strided(rulebook.input().sites, halving);
  CHECK(level.sites->count() == 0);
  CHECK(level.sites->samples() == 2);
  CHECK(level.map.rules().pairs().empty());
  CHECK(level.map.transposed().pairs().empty());
  CHECK(rulebook.submanifold(level.sites, window_3).rules().pairs().empty());
  CHECK(rulebook.back(level.sites, halving).sites == rulebook.input().sites);
}

}  // namespace

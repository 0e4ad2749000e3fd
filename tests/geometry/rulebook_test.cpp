// Tests of the rulebook: maps are found by identity, built once, and lead back.
#include "scn/geometry/rulebook.hpp"

#include <cstdint>
#include <memory>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/maps.hpp"
#include "scn/cpu/reach.hpp"
#include "scn/cpu/sites.hpp"
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

TEST_CASE("A centred window keeps the sites, or with a stride leads to floor(in / stride)", "[geometry]") {
  Example example;
  CHECK(example.rulebook.centred(example.sites, window_3).sites == example.sites);
  const auto level = example.rulebook.centred(example.sites, submanifold_window<2>(3, 1, {2, 1}));
  oracle::SiteSet expected;
  for (oracle::Site site : library::sites_of(*example.sites)) {
    site.at[0] /= 2;
    expected.insert(site);
  }
  CHECK(library::sites_of(*level.sites) == oracle::in_row_order(expected));
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

const std::vector<Window<2>> windows_up{halving, strided_window(Point<2>(3), Point<2>(2)),
                                        Window<2>{.size = {3, 2}, .stride = 2, .dilation = {1, 3}, .pad = {1, 0}},
                                        strided_window<2>(Cross<2>(3), 1)};

TEST_CASE("A full level has every site that a window of its inputs sees, and the transposed map", "[geometry]") {
  for (const auto& extent : {std::optional<Point<2>>(), std::optional(Point<2>(16))})
    for (const Window<2>& window : windows_up) {
      Example example(extent);
      const auto level = example.rulebook.full(example.sites, window);
      oracle::SiteSet expected;
      for (const auto& site : some_points())
        for (std::int64_t tap = 0; tap < window.volume(); ++tap) {
          Site<2> in{site.sample, {}};
          for (int axis = 0; axis < 2; ++axis)
            in.at[axis] = static_cast<std::int32_t>(window.input(axis, site.at[axis], window.position(tap)[axis]));
          if (!extent || (in.at[0] >= 0 && in.at[1] >= 0 && in.at[0] < input_extent(*extent, window)[0] &&
                          in.at[1] < input_extent(*extent, window)[1]))
            expected.insert(oracle::site_of(in, 2));
        }
      CHECK(library::sites_of(*level.sites) == oracle::in_row_order(expected));
      CHECK(level.sites->extent() == (extent ? std::optional(input_extent(*extent, window)) : std::nullopt));
      const auto down = make_rules<2>(example.device, *level.sites, *example.sites, window);
      CHECK(level.map.rules().pairs() == transpose(example.device, down).pairs());
      CHECK(level.map.transposed().pairs() == down.pairs());
      CHECK(example.rulebook.full(example.sites, window).sites == level.sites);
      CHECK(example.rulebook.size() == 1);
    }
}

TEST_CASE("A full level is no way back of a strided one, and the other way round", "[geometry]") {
  Example example;
  const auto coarse = example.rulebook.strided(example.sites, halving);
  const auto full = example.rulebook.full(coarse.sites, halving);
  CHECK(full.sites != example.sites);
  CHECK(full.sites->count() > example.sites->count());
  CHECK(example.rulebook.back(coarse.sites, halving).sites == example.sites);
  CHECK(example.rulebook.full(coarse.sites, halving).sites == full.sites);
}

TEST_CASE("One tap of stride 1 makes no full level of its own", "[geometry]") {
  Example example;
  CHECK(example.rulebook.full(example.sites, Window<2>{}).sites == example.sites);
}

TEST_CASE("A map onto given sites joins what the window joins, in both directions", "[geometry]") {
  Example example;
  const auto others = library::make_sites<2>(
      example.device, std::vector<oracle::Site>{{0, {0, 0}}, {0, {3, 3}}, {1, {2, 1}}, {1, {7, 7}}, {9, {1, 1}}});
  const auto down = example.rulebook.onto(example.sites, others, halving);
  CHECK(!down.rules().pairs().empty());
  CHECK(library::pairs(down.rules()) == library::expected_pairs(*example.sites, *others, halving));
  const auto up = example.rulebook.back_onto(others, example.sites, halving);
  CHECK(&up.rules() == &down.transposed());
  CHECK(example.rulebook.size() == 1);
  CHECK_THROWS_AS(example.rulebook.back(others, halving), InvalidArgument);
}

TEST_CASE("A randomised level belongs to its inputs and window: other layers with both share it", "[geometry]") {
  Example example(Point<2>(16));
  const auto first = example.rulebook.randomized(example.sites, halving, 1, 0);
  CHECK(example.rulebook.randomized(example.sites, halving, 1, 1).sites == first.sites);
  CHECK(example.rulebook.strided(example.sites, halving).sites != first.sites);
  CHECK(example.rulebook.back(first.sites, halving).sites == example.sites);
  CHECK(first.sites->extent() == Point<2>(8));
  CHECK(example.rulebook.size() == 2);
}

TEST_CASE("Sites without an extent have no randomised level", "[geometry]") {
  Example example;
  CHECK(thrown_message<InvalidArgument>([&] { example.rulebook.randomized(example.sites, halving, 1, 0); }) ==
        "a randomised stride needs sites with an extent");
}

TEST_CASE("A randomised level of one tap and stride 1 has a way back too", "[geometry]") {
  Example example(Point<2>(16));
  const auto level = example.rulebook.randomized(example.sites, Window<2>{}, 1, 0);
  CHECK(level.sites != example.sites);
  CHECK(example.rulebook.back(level.sites, Window<2>{}).sites == example.sites);
}

TEST_CASE("A window with starts has no other outputs than theirs", "[geometry]") {
  Example example;
  const Window<2> window = randomized_window(halving, Point<2>(8), 1, 0);
  const auto refused = [&](const auto& action) {
    return thrown_message<InvalidArgument>(action) ==
           "a window with a table of starts has the outputs of that table, and no others: size (2, 2), stride (2, 2), "
           "dilation (1, 1), pad (0, 0), randomised";
  };
  CHECK(refused([&] { example.rulebook.submanifold(example.sites, window); }));
  CHECK(refused([&] { example.rulebook.full(example.sites, window); }));
  CHECK(refused([&] { example.rulebook.onto(example.sites, example.sites, window); }));
  CHECK(refused([&] { example.rulebook.back_onto(example.sites, example.sites, window); }));
  CHECK(example.rulebook.size() == 0);
}

TEST_CASE("Pairs of a randomised level follow from its starts, gaps left out, equal starts met twice",
          "[geometry][quirk 16]") {
  for (const std::int32_t stride : {1, 2}) {
    Cpu device;
    std::vector<Site<1>> line;
    for (std::int32_t i = 0; i < 12; ++i) line.push_back({0, i});
    Rulebook<1> rulebook(device, library::make_input<1>(device, line, Point<1>(12)));
    const Window<1> window = strided_window(Point<1>(stride), Point<1>(stride));
    const auto level = rulebook.randomized(rulebook.input().sites, window, 1, 3);
    const auto starts = randomized_starts(12 / stride, stride, 0, 1, 3);
    std::vector<Rule> expected;
    for (std::int32_t tap = 0; tap < stride; ++tap)
      for (std::size_t out = 0; out < starts.size(); ++out)
        expected.push_back({tap, starts[out] + tap, static_cast<std::int32_t>(out)});
    CHECK(level.map.rules().pairs() == expected);
    CHECK(level.map.rules().inputs_unique() == (stride > 1));
    CHECK(level.map.transposed().inputs_unique() == (stride > 1));
  }
}

/// Bytes that keep the rows of this remainder.
Buffer<std::uint8_t, Cpu> every_third(Cpu& device, std::int64_t rows, std::int64_t remainder) {
  std::vector<std::uint8_t> keep;
  for (std::int64_t row = 0; row < rows; ++row) keep.push_back(row % 3 == remainder ? 1 : 0);
  return Buffer<std::uint8_t, Cpu>(device, std::span<const std::uint8_t>(keep));
}

TEST_CASE("A subset has the kept rows, and the rulebook knows where it comes from", "[geometry]") {
  Example example(Point<2>(16));
  const auto kept = example.rulebook.subset(example.sites, every_third(example.device, 40, 1));
  const auto all = library::sites_of(*example.sites);
  std::vector<oracle::Site> expected;
  for (std::size_t row = 1; row < 40; row += 3) expected.push_back(all[row]);
  CHECK(library::sites_of(*kept) == expected);
  CHECK(kept->extent() == Point<2>(16));
  CHECK(kept->samples() == 2);
  const auto fewer = example.rulebook.subset(kept, every_third(example.device, kept->count(), 0));
  CHECK(example.rulebook.derives(fewer, example.sites));
  CHECK(example.rulebook.derives(fewer, kept));
  CHECK(example.rulebook.derives(kept, kept));
  CHECK(!example.rulebook.derives(kept, fewer));
  CHECK(!example.rulebook.derives(example.rulebook.strided(example.sites, halving).sites, example.sites));
}

TEST_CASE("Unions and intersections are those of the sets, and one object however often they are asked for",
          "[geometry]") {
  Example example;
  const auto a = example.rulebook.subset(example.sites, every_third(example.device, 40, 0));
  std::vector<oracle::Site> more = library::sites_of(*example.sites);
  more.resize(20);
  more.push_back({4, {-3, 100}});
  const auto b = library::make_sites<2>(example.device, more);
  oracle::SiteSet both, common;
  for (const auto& site : library::sites_of(*a)) {
    both.insert(site);
    if (oracle::set_of(more).contains(site)) common.insert(site);
  }
  both.insert(more.begin(), more.end());
  REQUIRE(common.size() > 2);
  const auto united = example.rulebook.unite(a, b), shared = example.rulebook.intersect(a, b);
  CHECK(library::sites_of(*united) == oracle::in_row_order(both));
  CHECK(united->samples() == 5);
  CHECK(library::sites_of(*shared) == oracle::in_row_order(common));
  CHECK(example.rulebook.unite(b, a) == united);
  CHECK(example.rulebook.intersect(b, a) == shared);
  CHECK(example.rulebook.unite(a, a) == a);
  const auto none = library::make_sites<2>(example.device, std::vector<oracle::Site>{});
  CHECK(library::sites_of(*example.rulebook.unite(none, a)) == library::sites_of(*a));
  CHECK(example.rulebook.intersect(a, none)->count() == 0);
}

TEST_CASE("Sites within different extents are not put together", "[geometry]") {
  Example with(Point<2>(16)), without;
  CHECK(thrown_message<InvalidArgument>([&] { with.rulebook.unite(with.sites, without.sites); }) ==
        "sites within different extents cannot be put together: (16, 16) and none");
  CHECK_THROWS_AS(with.rulebook.intersect(without.sites, with.sites), InvalidArgument);
}

TEST_CASE("A rulebook that is reset knows nothing of its past, whose maps stay with those who hold them",
          "[geometry]") {
  Example example;
  const auto coarse = example.rulebook.strided(example.sites, halving);
  const auto pairs = coarse.map.rules().pairs();
  const auto kept = example.rulebook.subset(
      example.sites, Buffer<std::uint8_t, Cpu>(example.device, std::vector<std::uint8_t>(40, 1)));
  const auto both = example.rulebook.unite(coarse.sites, kept);
  const auto next = library::make_input<2>(example.device, some_points());
  example.rulebook.reset(next);
  CHECK(example.rulebook.size() == 0);
  CHECK(example.rulebook.input().sites == next.sites);
  CHECK(!example.rulebook.derives(kept, example.sites));
  CHECK(example.rulebook.unite(coarse.sites, kept) != both);
  CHECK(example.rulebook.strided(example.sites, halving).sites != coarse.sites);
  CHECK(coarse.map.rules().pairs() == pairs);
  example.rulebook.reset();
  CHECK(example.rulebook.input().sites == nullptr);
}

TEST_CASE("Inputs after resets find the memory of the first ones", "[geometry]") {
  Example example;
  const auto frame = [&] {
    example.sites = nullptr;
    example.rulebook.reset(library::make_input<2>(example.device, some_points()));
    example.sites = example.rulebook.input().sites;
    example.rulebook.submanifold(example.sites, window_3).transposed();
    example.rulebook.back(example.rulebook.strided(example.sites, halving).sites, halving).map.rules();
    return example.device.pool->chunk_bytes();
  };
  frame();
  frame();
  const std::size_t bytes = frame();
  CHECK(frame() == bytes);
}

}  // namespace

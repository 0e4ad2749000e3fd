// Tests of maps on the CPU: complete and correct against the oracle, in every dimension.
#include "scn/cpu/maps.hpp"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "support/closed_forms.hpp"
#include "support/library.hpp"
#include "support/site_lists.hpp"

namespace {

using namespace scn;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

template <int D>
std::int64_t submanifold_pairs(const std::vector<oracle::Site>& list, std::int32_t size) {
  Cpu device;
  const auto sites = library::make_sites<D>(device, list);
  return make_rules<D>(device, *sites, *sites, submanifold_window(Point<D>(size))).size();
}

/// Sites and pairs of a submanifold window are those of the oracle.
template <int D>
void check_submanifold(const std::vector<oracle::Site>& list, const Window<D>& window) {
  Cpu device;
  const auto sites = library::make_sites<D>(device, list);
  const auto expected = library::expected_pairs(*sites, *sites, window);
  REQUIRE(expected.size() >= list.size());
  CHECK(library::pairs(make_rules<D>(device, *sites, *sites, window)) == expected);
}

TEST_CASE("Submanifold maps are those of the oracle in 1 to 10 dimensions, sizes even, odd and mixed",
          "[cpu][COR-01][COR-02][COR-04]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto sites = oracle::drawn(D, 60);
    for (const auto& size : {Point<D>(2), library::cycle<D>({3, 1, 2}), library::cycle<D>({1, 2})})
      check_submanifold<D>(sites, submanifold_window(size));
    if constexpr (D <= 4) check_submanifold<D>(sites, submanifold_window(Point<D>(3)));
    if constexpr (D <= 3)
      for (const std::int32_t size : {1, 4, 5}) check_submanifold<D>(sites, submanifold_window(Point<D>(size)));
  });
}

TEST_CASE("Maps are complete both by looking up taps and by comparing sites", "[cpu][COR-02]") {
  const Window<2> window = submanifold_window(Point<2>{5, 4});  // 20 taps
  check_submanifold<2>(oracle::drawn(2, 19), window);
  check_submanifold<2>(oracle::drawn(2, 20), window);
  check_submanifold<2>(oracle::drawn(2, 3000), window);                               // many tiles
  check_submanifold<2>(oracle::drawn(2, 300), submanifold_window(Point<2>{20, 21}));  // tiles, each comparing sites
}

TEST_CASE("Dilated windows see every dilation-th site", "[cpu][COR-04]") {
  for (const std::size_t count : std::initializer_list<std::size_t>{8, 400})
    check_submanifold<2>(oracle::drawn(2, count), Window<2>{.size = {3, 4}, .dilation = {2, 3}, .pad = {2, 6}});
}

TEST_CASE("Sites of different samples are never joined", "[cpu][RC-46]") {
  Cpu device;
  const auto in = library::make_sites<2>(device, std::vector<oracle::Site>{{0, {1, -1}}, {0, {2, 1}}});
  const auto out = library::make_sites<2>(device, std::vector<oracle::Site>{{0, {1, 0}}, {0, {1, 2}}, {1, {2, 1}}});
  for (const Window<2>& window : {submanifold_window(Point<2>(3)), submanifold_window(Point<2>{1, 2})}) {
    const auto pairs = make_rules<2>(device, *in, *out, window).pairs();
    CHECK(library::pairs(make_rules<2>(device, *in, *out, window)) == library::expected_pairs(*in, *out, window));
    for (const Rule& rule : pairs) CHECK(rule.out != 2);
  }
  CHECK(make_rules<2>(device, *in, *out, submanifold_window(Point<2>(3))).size() == 3);
}

TEST_CASE("No pair wraps at the ends of int32", "[cpu][LIM-07]") {
  const auto ends = oracle::line({smallest, smallest + 1, -1, 0, largest - 1, largest});
  for (const std::int32_t size : {2, 3, 8}) {  // 8 taps are more than there are sites
    check_submanifold<1>(ends, submanifold_window(Point<1>(size)));
    check_submanifold<1>(ends, Window<1>{.size = size, .dilation = 7, .pad = 7});
  }
  check_submanifold<2>({{0, {largest, smallest}}, {0, {smallest, smallest}}, {0, {smallest, largest}}, {0, {0, 0}}},
                       submanifold_window(Point<2>(3)));
}

TEST_CASE("A window as long as an axis sees all its sites", "[cpu]") {
  Cpu device;
  const auto sites = library::make_sites<1>(device, oracle::line({smallest, -5, 0, 17}));
  const auto middle = library::make_sites<1>(device, oracle::line({0}));
  const Window<1> window = Window<1>{.size = 1 << 20, .pad = 1 << 19};
  CHECK(library::pairs(make_rules<1>(device, *sites, *middle, window)) ==
        std::vector<oracle::NumberedPair>{{(1 << 19) - 5, 1, 0}, {1 << 19, 2, 0}, {(1 << 19) + 17, 3, 0}});
}

TEST_CASE("Blocks of sites have the number of pairs that the closed form gives", "[cpu][O3]") {
  CHECK(submanifold_pairs<3>(oracle::block(3, 5), 3) == 2197);
  CHECK(submanifold_pairs<7>(oracle::block(7, 3), 3) == oracle::block_pairs(7, 3, 3));
  CHECK(submanifold_pairs<10>(oracle::block(10, 2), 3) == 1048576);
  CHECK(submanifold_pairs<10>(oracle::block(10, 2), 2) == oracle::block_pairs(10, 2, 2));
  CHECK(submanifold_pairs<2>(oracle::block(2, 7), 5) == oracle::block_pairs(2, 7, 5));
}

TEST_CASE("A diagonal has 3 N - 2 pairs, and isolated sites N, in 1 to 10 dimensions", "[cpu][O3]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    std::vector<oracle::Site> diagonal, isolated;
    for (std::int32_t i = -100; i < 100; ++i) {
      diagonal.push_back({0, oracle::Coordinates(D, i)});
      isolated.push_back({0, oracle::Coordinates(D, 2 * i)});
    }
    CHECK(submanifold_pairs<D>(diagonal, 3) == oracle::diagonal_pairs(200));
    CHECK(submanifold_pairs<D>(isolated, 3) == oracle::isolated_pairs(200));
  });
}

TEST_CASE("Hostile sites meet themselves alone", "[cpu][LIM-14]") {
  for (const int shift : {10, 16, 20, 24}) CHECK(submanifold_pairs<3>(oracle::grid(1 << shift), 3) == 4096);
  std::vector<oracle::Site> rows;
  for (std::int32_t i = 0; i < 20000; ++i) rows.push_back({0, {0, 0, 65536 * (i - 10000)}});
  CHECK(submanifold_pairs<3>(rows, 3) == 20000);
}

TEST_CASE("Maps and strided sites do not depend on the number of threads", "[cpu]") {
  const auto list = oracle::drawn(2, 3000);
  const Window<2> halving = strided_window(Point<2>(3), Point<2>(2)), window = submanifold_window(Point<2>(3));
  std::vector<std::vector<Rule>> strided, submanifold, transposed;
  for (const int threads : {1, 2, 7}) {
    Cpu device{.threads = threads};
    const auto fine = library::make_sites<2>(device, list);
    const auto coarse = reach<2>(device, *fine, halving, std::nullopt);
    strided.push_back(make_rules<2>(device, *fine, coarse, halving).pairs());
    transposed.push_back(transpose(device, make_rules<2>(device, *fine, coarse, halving)).pairs());
    submanifold.push_back(make_rules<2>(device, *fine, *fine, window).pairs());
  }
  REQUIRE(strided[0].size() > 3000);
  for (const auto* of : {&strided, &transposed, &submanifold}) {
    CHECK((*of)[1] == (*of)[0]);
    CHECK((*of)[2] == (*of)[0]);
  }
}

TEST_CASE("No sites have no outputs and no pairs", "[cpu][LIM-01][RC-14]") {
  Cpu device;
  const auto none = library::make_sites<3>(device, std::vector<oracle::Site>{});
  const auto some = library::make_sites<3>(device, oracle::block(3, 2));
  const Window<3> window = strided_window(Point<3>(3), Point<3>(2));
  CHECK(reach<3>(device, *none, window, std::nullopt).count() == 0);
  CHECK(make_rules<3>(device, *none, *some, window).pairs().empty());
  CHECK(make_rules<3>(device, *some, *none, window).pairs().empty());
}

}  // namespace

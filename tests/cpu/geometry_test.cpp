// Tests of strided sites and of maps on the CPU: complete and correct against the oracle, in every dimension.
#include "scn/cpu/geometry.hpp"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "support/closed_forms.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;
using List = std::vector<oracle::Site>;

constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();

List drawn(int dimension, std::size_t count, std::uint64_t seed = 1) {
  oracle::Random random(seed);
  return oracle::random_sites(random, {.dimension = dimension, .count = count, .samples = 2, .low = -50, .high = 50});
}

List line(const std::vector<std::int32_t>& positions) {
  List sites;
  for (const std::int32_t position : positions) sites.push_back({0, {position}});
  return sites;
}

/// All sites with coordinates in [0, length).
List block(int dimension, std::int32_t length) {
  List sites;
  const std::int64_t count = oracle::power(length, dimension);
  for (std::int64_t number = 0; number < count; ++number) {
    oracle::Site site;
    for (std::int64_t rest = number; static_cast<int>(site.at.size()) < dimension; rest /= length)
      site.at.push_back(static_cast<std::int32_t>(rest % length));
    sites.push_back(site);
  }
  return sites;
}

template <int D>
std::int64_t submanifold_pairs(const List& list, std::int32_t size) {
  Cpu device;
  const auto sites = library::make_sites<D>(device, list);
  return make_rules<D>(device, *sites, *sites, submanifold_window(Point<D>(size))).size();
}

/// Sites and pairs of a submanifold window are those of the oracle.
template <int D>
void check_submanifold(const List& list, const Window<D>& window) {
  Cpu device;
  const auto sites = library::make_sites<D>(device, list);
  const auto expected = library::expected_pairs(*sites, *sites, window);
  REQUIRE(expected.size() >= list.size());
  CHECK(library::pairs(make_rules<D>(device, *sites, *sites, window)) == expected);
}

/// Sites and pairs of a strided window are those of the oracle.
template <int D>
void check_strided(const List& list, const Window<D>& window, std::optional<Point<D>> extent = {}) {
  INFO(to_string(window));
  Cpu device;
  const auto fine = library::make_sites<D>(device, list, extent);
  const auto out_extent = extent ? std::optional(output_extent(*extent, window)) : std::nullopt;
  const auto coarse = reach<D>(device, *fine, window, out_extent);
  CHECK(coarse.extent() == out_extent);
  CHECK(coarse.samples() == fine->samples());
  CHECK(library::sites_of(coarse) ==
        oracle::in_row_order(oracle::reached(oracle::set_of(list), library::window(window), library::axes(extent))));
  CHECK(library::pairs(make_rules<D>(device, *fine, coarse, window)) == library::expected_pairs(*fine, coarse, window));
}

TEST_CASE("Submanifold maps are those of the oracle in 1 to 10 dimensions, sizes even, odd and mixed",
          "[cpu][COR-01][COR-02][COR-04]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto sites = drawn(D, 60);
    for (const auto& size : {Point<D>(2), library::cycle<D>({3, 1, 2}), library::cycle<D>({1, 2})})
      check_submanifold<D>(sites, submanifold_window(size));
    if constexpr (D <= 4) check_submanifold<D>(sites, submanifold_window(Point<D>(3)));
    if constexpr (D <= 3)
      for (const std::int32_t size : {1, 4, 5}) check_submanifold<D>(sites, submanifold_window(Point<D>(size)));
  });
}

TEST_CASE("Maps are complete both by looking up taps and by comparing sites", "[cpu][COR-02]") {
  const Window<2> window = submanifold_window(Point<2>{5, 4});  // 20 taps
  check_submanifold<2>(drawn(2, 19), window);
  check_submanifold<2>(drawn(2, 20), window);
  check_submanifold<2>(drawn(2, 3000), window);                               // many tiles
  check_submanifold<2>(drawn(2, 300), submanifold_window(Point<2>{20, 21}));  // tiles, each comparing sites
}

TEST_CASE("Dilated windows see every dilation-th site", "[cpu][COR-04]") {
  for (const std::size_t count : std::initializer_list<std::size_t>{8, 400})
    check_submanifold<2>(drawn(2, count), Window<2>{.size = {3, 4}, .dilation = {2, 3}, .pad = {2, 6}});
}

TEST_CASE("Strided sites and maps are those of the oracle for sizes 1 to 6 and strides 1 to 5",
          "[cpu][COR-04][COR-05][RC-03]") {
  for (std::int32_t size = 1; size <= 6; ++size)
    for (std::int32_t stride = 1; stride <= 5; ++stride) {
      const Window<1> window = strided_window(Point<1>(size), Point<1>(stride));
      check_strided<1>(line({-stride, -1, 0, stride - 1 > 0 ? stride - 1 : 7, stride}), window);
      check_strided<1>(drawn(1, 40), window);
    }
}

TEST_CASE("Strided sites and maps are those of the oracle in 1 to 10 dimensions", "[cpu][COR-05]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto sites = drawn(D, 40);
    check_strided<D>(sites, strided_window(Point<D>(2), Point<D>(2)));
    check_strided<D>(sites, strided_window(library::cycle<D>({3, 1, 1, 1}), library::cycle<D>({2, 1, 3})));
  });
}

TEST_CASE("Strides, dilations and paddings combine as the relation says", "[cpu][COR-05][RC-06]") {
  const List five{{0, {-4, -1, 0}}, {0, {-1, 0, 1}}, {0, {0, 2, -3}}, {0, {3, -2, 4}}, {0, {5, 1, -1}}};
  for (const auto& window : {Window<3>{}, Window<3>{.size = {2, 3, 4}, .stride = {1, 2, 3}},
                             Window<3>{.size = {5, 2, 3}, .stride = {4, 2, 1}}, Window<3>{.size = 3, .stride = 4},
                             Window<3>{.size = {3, 2, 3}, .stride = 2, .dilation = {2, 3, 1}, .pad = 1},
                             Window<3>{.size = 2, .stride = 3, .dilation = 2, .pad = {0, 2, -1}}}) {
    check_strided<3>(five, window);
    check_strided<3>(drawn(3, 50), window);
  }
}

TEST_CASE("Every input below a stride not longer than the window is in a pair", "[cpu][RC-06]") {
  Cpu device;
  const auto fine = library::make_sites<3>(device, drawn(3, 50));
  const Window<3> window = strided_window(Point<3>{5, 2, 3}, Point<3>{4, 2, 1});
  const auto coarse = reach<3>(device, *fine, window, std::nullopt);
  std::vector<bool> used(50);
  for (const Rule& rule : make_rules<3>(device, *fine, coarse, window).pairs())
    used[static_cast<std::size_t>(rule.in)] = true;
  CHECK(used == std::vector<bool>(50, true));
}

TEST_CASE("Strided outputs are clipped to the output extent", "[cpu][COR-05]") {
  oracle::Random random(3);
  const auto sites = oracle::random_sites(random, {.dimension = 2, .count = 40, .samples = 2, .low = 0, .high = 11});
  for (std::int32_t size = 1; size <= 4; ++size)
    for (std::int32_t stride = 1; stride <= 4; ++stride)
      check_strided<2>(sites, strided_window(Point<2>{size, 3}, Point<2>{stride, 2}), Point<2>{12, 13});
}

TEST_CASE("Sizes below the stride drop the inputs in the gaps", "[cpu][COR-06]") {
  Cpu device;
  const auto fine = library::make_sites<1>(device, line({6, 5, 7, -3}));
  const auto coarse = reach<1>(device, *fine, strided_window(Point<1>(1), Point<1>(2)), std::nullopt);
  CHECK(library::sites_of(coarse) == line({3}));
}

TEST_CASE("Negative coordinates round down under a stride", "[cpu][RC-43]") {
  Cpu device;
  const auto fine = library::make_sites<1>(device, line({-3, -2, -1, 0, 1, 2, 3}));
  const auto coarse = [&](std::int32_t size) {
    return library::sites_of(reach<1>(device, *fine, strided_window(Point<1>(size), Point<1>(2)), std::nullopt));
  };
  CHECK(coarse(2) == line({-2, -1, 0, 1}));
  CHECK(coarse(1) == line({-1, 0, 1}));
}

TEST_CASE("A line of 16 under size and stride 4 with padding 1 has degrees 3, 4, 4, 4, 1", "[cpu][RC-04]") {
  Cpu device;
  const auto fine = library::make_sites<1>(device, block(1, 16));
  const Window<1> window{.size = 4, .stride = 4, .pad = 1};
  const auto coarse = reach<1>(device, *fine, window, std::nullopt);
  REQUIRE(library::sites_of(coarse) == line({0, 1, 2, 3, 4}));
  std::vector<int> degrees(5);
  for (const Rule& rule : make_rules<1>(device, *fine, coarse, window).pairs())
    ++degrees[static_cast<std::size_t>(rule.out)];
  CHECK(degrees == std::vector<int>{3, 4, 4, 4, 1});
}

TEST_CASE("A cube of 16 under size and stride 4 with padding 1 has 125 outputs that reach all inputs", "[cpu][RC-04]") {
  Cpu device;
  const auto fine = library::make_sites<3>(device, block(3, 16));
  const Window<3> window{.size = 4, .stride = 4, .pad = 1};
  const auto coarse = reach<3>(device, *fine, window, std::nullopt);
  CHECK(coarse.count() == 125);
  CHECK(make_rules<3>(device, *fine, coarse, window).size() == 4096);
}

TEST_CASE("Size equal to stride gives one pair a site, at floor((p + pad) / size)", "[cpu][RC-05]") {
  for (std::int32_t size = 1; size <= 6; ++size) {
    Cpu device;
    List sites;
    for (const std::int32_t a : {-size, -1, 0, size - 1, size})
      for (const std::int32_t b : {-size, -1, 0, size - 1, size})
        for (const std::int32_t c : {-size, -1, 0, size - 1, size}) sites.push_back({0, {a, b, c}});
    const auto fine = library::make_sites<3>(device, sites);
    for (const std::int32_t pad : {0, 1}) {
      const Window<3> window{.size = size, .stride = size, .pad = pad};
      const auto coarse = reach<3>(device, *fine, window, std::nullopt);
      const auto pairs = make_rules<3>(device, *fine, coarse, window).pairs();
      CHECK(static_cast<std::int64_t>(pairs.size()) == oracle::tiling_pairs(fine->count()));
      for (const Rule& rule : pairs)
        for (int axis = 0; axis < 3; ++axis)
          CHECK(coarse.data()[rule.out].at[axis] == floor_divide(fine->data()[rule.in].at[axis] + pad, size));
    }
  }
}

TEST_CASE("Sites of different samples are never joined", "[cpu][RC-46]") {
  Cpu device;
  const auto in = library::make_sites<2>(device, List{{0, {1, -1}}, {0, {2, 1}}});
  const auto out = library::make_sites<2>(device, List{{0, {1, 0}}, {0, {1, 2}}, {1, {2, 1}}});
  for (const Window<2>& window : {submanifold_window(Point<2>(3)), submanifold_window(Point<2>{1, 2})}) {
    const auto pairs = make_rules<2>(device, *in, *out, window).pairs();
    CHECK(library::pairs(make_rules<2>(device, *in, *out, window)) == library::expected_pairs(*in, *out, window));
    for (const Rule& rule : pairs) CHECK(rule.out != 2);
  }
  CHECK(make_rules<2>(device, *in, *out, submanifold_window(Point<2>(3))).size() == 3);
}

TEST_CASE("Nothing wraps at the ends of int32", "[cpu][LIM-07]") {
  const List ends = line({smallest, smallest + 1, -1, 0, largest - 1, largest});
  for (const std::int32_t size : {2, 3, 8}) {  // 8 taps are more than there are sites
    check_submanifold<1>(ends, submanifold_window(Point<1>(size)));
    check_submanifold<1>(ends, Window<1>{.size = size, .dilation = 7, .pad = 7});
    for (const std::int32_t stride : {1, 2, 3})
      check_strided<1>(ends, strided_window(Point<1>(size), Point<1>(stride)));
    check_strided<1>(ends, Window<1>{.size = size, .stride = 2, .dilation = 7, .pad = 3});
  }
  check_submanifold<2>({{0, {largest, smallest}}, {0, {smallest, smallest}}, {0, {smallest, largest}}, {0, {0, 0}}},
                       submanifold_window(Point<2>(3)));
}

TEST_CASE("A window as long as an axis sees all its sites", "[cpu]") {
  Cpu device;
  const auto sites = library::make_sites<1>(device, line({smallest, -5, 0, 17}));
  const auto middle = library::make_sites<1>(device, line({0}));
  const Window<1> window = Window<1>{.size = 1 << 20, .pad = 1 << 19};
  CHECK(library::pairs(make_rules<1>(device, *sites, *middle, window)) ==
        std::vector<oracle::NumberedPair>{{(1 << 19) - 5, 1, 0}, {1 << 19, 2, 0}, {(1 << 19) + 17, 3, 0}});
}

TEST_CASE("Blocks of sites have the number of pairs that the closed form gives", "[cpu][O3]") {
  CHECK(submanifold_pairs<3>(block(3, 5), 3) == 2197);
  CHECK(submanifold_pairs<7>(block(7, 3), 3) == oracle::block_pairs(7, 3, 3));
  CHECK(submanifold_pairs<10>(block(10, 2), 3) == 1048576);
  CHECK(submanifold_pairs<10>(block(10, 2), 2) == oracle::block_pairs(10, 2, 2));
  CHECK(submanifold_pairs<2>(block(2, 7), 5) == oracle::block_pairs(2, 7, 5));
}

TEST_CASE("A diagonal has 3 N - 2 pairs, and isolated sites N, in 1 to 10 dimensions", "[cpu][O3]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    List diagonal, isolated;
    for (std::int32_t i = -100; i < 100; ++i) {
      diagonal.push_back({0, oracle::Coordinates(D, i)});
      isolated.push_back({0, oracle::Coordinates(D, 2 * i)});
    }
    CHECK(submanifold_pairs<D>(diagonal, 3) == oracle::diagonal_pairs(200));
    CHECK(submanifold_pairs<D>(isolated, 3) == oracle::isolated_pairs(200));
  });
}

TEST_CASE("One site under a full convolution reaches as many outputs as there are taps, in 1 to 10 dimensions",
          "[cpu][O3][LIM-02]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    Cpu device;
    const auto one = library::make_sites<D>(device, List{{0, oracle::Coordinates(D, 5)}});
    const Window<D> window = strided_window(Point<D>(3), Point<D>(1));
    const auto reached = reach<D>(device, *one, window, std::nullopt);
    CHECK(reached.count() == oracle::outputs_of_one_site(D, 3));
    CHECK(make_rules<D>(device, *one, reached, window).size() == oracle::outputs_of_one_site(D, 3));
  });
}

TEST_CASE("A plane is halved at every height", "[cpu][RC-39]") {
  for (const std::int32_t height : {0, 1, 30, 31}) {
    List plane;
    for (const auto& cell : block(2, 8)) plane.push_back({0, {cell.at[0], height, cell.at[1]}});
    check_strided<3>(plane, strided_window(Point<3>(2), Point<3>(2)), Point<3>(32));
  }
}

TEST_CASE("Hostile sites are found as fast as others", "[cpu][LIM-14]") {
  for (const int shift : {10, 16, 20, 24}) {
    List sites;
    for (std::int32_t i = -8; i < 8; ++i)
      for (std::int32_t j = -8; j < 8; ++j)
        for (std::int32_t k = -8; k < 8; ++k)
          sites.push_back({0, {i * (1 << shift), j * (1 << shift), k * (1 << shift)}});
    Cpu device;
    const auto fine = library::make_sites<3>(device, sites);
    const Window<3> window = strided_window(Point<3>(2), Point<3>(1 << shift));
    CHECK(reach<3>(device, *fine, window, std::nullopt).count() == 4096);
    CHECK(make_rules<3>(device, *fine, *fine, submanifold_window(Point<3>(3))).size() == oracle::isolated_pairs(4096));
  }
  List rows;
  for (std::int32_t i = 0; i < 20000; ++i) rows.push_back({0, {0, 0, 65536 * (i - 10000)}});
  CHECK(submanifold_pairs<3>(rows, 3) == 20000);
}

TEST_CASE("Maps and strided sites do not depend on the number of threads", "[cpu]") {
  const auto list = drawn(2, 3000);
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
  const auto none = library::make_sites<3>(device, List{});
  const auto some = library::make_sites<3>(device, block(3, 2));
  const Window<3> window = strided_window(Point<3>(3), Point<3>(2));
  CHECK(reach<3>(device, *none, window, std::nullopt).count() == 0);
  CHECK(make_rules<3>(device, *none, *some, window).pairs().empty());
  CHECK(make_rules<3>(device, *some, *none, window).pairs().empty());
}

TEST_CASE("A level of 2^31 - 1 sites or more is refused", "[cpu][LIM-10]") {
  CHECK_NOTHROW(cpu::require_rows(2147483646));
  CHECK_THROWS_AS(cpu::require_rows(2147483647), LimitExceeded);
}

TEST_CASE("Coarse sites come in row order without sorting where strides are one power of two", "[cpu][PRP-16]") {
  library::for_each_dimension<4>([](auto dimension) {
    constexpr int D = dimension();
    for (const std::int32_t stride : {1, 2, 4}) {
      const auto window = strided_window(Point<D>(stride), Point<D>(stride));
      REQUIRE(window.keeps_order());
      check_strided<D>(drawn(D, 60), window);
    }
    REQUIRE(!strided_window(Point<D>(3), Point<D>(3)).keeps_order());
    REQUIRE(!strided_window(Point<D>(3), Point<D>(2)).keeps_order());
  });
  check_strided<2>(block(2, 9), strided_window(Point<2>(4), Point<2>(4)), Point<2>(9));  // clipped to 2 x 2
  CHECK(!strided_window(Point<2>{2, 4}, Point<2>{2, 4}).keeps_order());
}

TEST_CASE("Outputs by floor(in / stride) are one for each input, whatever its taps reach", "[cpu][RC-43][RC-47]") {
  Cpu device;
  for (const std::int32_t stride : {2, 3}) {
    const Window<2> window = submanifold_window(Taps<2>(3), Point<2>(1), Point<2>(stride));
    const auto list = drawn(2, 80);
    const auto fine = library::make_sites<2>(device, list);
    const auto coarse = reach<2>(device, *fine, window, std::nullopt);
    CHECK(library::sites_of(coarse) ==
          oracle::in_row_order(oracle::floored(oracle::set_of(list), library::window(window))));
    CHECK(library::pairs(make_rules<2>(device, *fine, coarse, window)) ==
          library::expected_pairs(*fine, coarse, window));
  }
}

}  // namespace

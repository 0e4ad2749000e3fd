// Tests of the sites that windows reach on the CPU, and of the maps there, against the oracle.
#include "scn/cpu/reach.hpp"

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

/// Sites and pairs of a strided window are those of the oracle.
template <int D>
void check_strided(const std::vector<oracle::Site>& list, const Window<D>& window,
                   std::optional<Point<D>> extent = {}) {
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

TEST_CASE("Strided sites and maps are those of the oracle for sizes 1 to 6 and strides 1 to 5",
          "[cpu][COR-04][COR-05][RC-03]") {
  for (std::int32_t size = 1; size <= 6; ++size)
    for (std::int32_t stride = 1; stride <= 5; ++stride) {
      const Window<1> window = strided_window(Point<1>(size), Point<1>(stride));
      check_strided<1>(oracle::line({-stride, -1, 0, stride - 1 > 0 ? stride - 1 : 7, stride}), window);
      check_strided<1>(oracle::drawn(1, 40), window);
    }
}

TEST_CASE("Strided sites and maps are those of the oracle in 1 to 10 dimensions", "[cpu][COR-05]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto sites = oracle::drawn(D, 40);
    check_strided<D>(sites, strided_window(Point<D>(2), Point<D>(2)));
    check_strided<D>(sites, strided_window(library::cycle<D>({3, 1, 1, 1}), library::cycle<D>({2, 1, 3})));
  });
}

TEST_CASE("Strides, dilations and paddings combine as the relation says", "[cpu][COR-05][RC-06]") {
  const std::vector<oracle::Site> five{
      {0, {-4, -1, 0}}, {0, {-1, 0, 1}}, {0, {0, 2, -3}}, {0, {3, -2, 4}}, {0, {5, 1, -1}}};
  for (const auto& window : {Window<3>{}, Window<3>{.size = {2, 3, 4}, .stride = {1, 2, 3}},
                             Window<3>{.size = {5, 2, 3}, .stride = {4, 2, 1}}, Window<3>{.size = 3, .stride = 4},
                             Window<3>{.size = {3, 2, 3}, .stride = 2, .dilation = {2, 3, 1}, .pad = 1},
                             Window<3>{.size = 2, .stride = 3, .dilation = 2, .pad = {0, 2, -1}}}) {
    check_strided<3>(five, window);
    check_strided<3>(oracle::drawn(3, 50), window);
  }
}

TEST_CASE("Every input below a stride not longer than the window is in a pair", "[cpu][RC-06]") {
  Cpu device;
  const auto fine = library::make_sites<3>(device, oracle::drawn(3, 50));
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
  const auto fine = library::make_sites<1>(device, oracle::line({6, 5, 7, -3}));
  const auto coarse = reach<1>(device, *fine, strided_window(Point<1>(1), Point<1>(2)), std::nullopt);
  CHECK(library::sites_of(coarse) == oracle::line({3}));
}

TEST_CASE("Negative coordinates round down under a stride", "[cpu][RC-43]") {
  Cpu device;
  const auto fine = library::make_sites<1>(device, oracle::line({-3, -2, -1, 0, 1, 2, 3}));
  const auto coarse = [&](std::int32_t size) {
    return library::sites_of(reach<1>(device, *fine, strided_window(Point<1>(size), Point<1>(2)), std::nullopt));
  };
  CHECK(coarse(2) == oracle::line({-2, -1, 0, 1}));
  CHECK(coarse(1) == oracle::line({-1, 0, 1}));
}

TEST_CASE("A line of 16 under size and stride 4 with padding 1 has degrees 3, 4, 4, 4, 1", "[cpu][RC-04]") {
  Cpu device;
  const auto fine = library::make_sites<1>(device, oracle::block(1, 16));
  const Window<1> window{.size = 4, .stride = 4, .pad = 1};
  const auto coarse = reach<1>(device, *fine, window, std::nullopt);
  REQUIRE(library::sites_of(coarse) == oracle::line({0, 1, 2, 3, 4}));
  std::vector<int> degrees(5);
  for (const Rule& rule : make_rules<1>(device, *fine, coarse, window).pairs())
    ++degrees[static_cast<std::size_t>(rule.out)];
  CHECK(degrees == std::vector<int>{3, 4, 4, 4, 1});
}

TEST_CASE("A cube of 16 under size and stride 4 with padding 1 has 125 outputs that reach all inputs", "[cpu][RC-04]") {
  Cpu device;
  const auto fine = library::make_sites<3>(device, oracle::block(3, 16));
  const Window<3> window{.size = 4, .stride = 4, .pad = 1};
  const auto coarse = reach<3>(device, *fine, window, std::nullopt);
  CHECK(coarse.count() == 125);
  CHECK(make_rules<3>(device, *fine, coarse, window).size() == 4096);
}

TEST_CASE("Size equal to stride gives one pair a site, at floor((p + pad) / size)", "[cpu][RC-05]") {
  for (std::int32_t size = 1; size <= 6; ++size) {
    Cpu device;
    std::vector<oracle::Site> sites;
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

TEST_CASE("No output wraps at the ends of int32", "[cpu][LIM-07]") {
  const auto ends = oracle::line({smallest, smallest + 1, -1, 0, largest - 1, largest});
  for (const std::int32_t size : {2, 3, 8}) {
    for (const std::int32_t stride : {1, 2, 3})
      check_strided<1>(ends, strided_window(Point<1>(size), Point<1>(stride)));
    check_strided<1>(ends, Window<1>{.size = size, .stride = 2, .dilation = 7, .pad = 3});
  }
}

TEST_CASE("One site under a full convolution reaches as many outputs as there are taps, in 1 to 10 dimensions",
          "[cpu][O3][LIM-02]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    Cpu device;
    const auto one = library::make_sites<D>(device, std::vector<oracle::Site>{{0, oracle::Coordinates(D, 5)}});
    const Window<D> window = strided_window(Point<D>(3), Point<D>(1));
    const auto reached = reach<D>(device, *one, window, std::nullopt);
    CHECK(reached.count() == oracle::outputs_of_one_site(D, 3));
    CHECK(make_rules<D>(device, *one, reached, window).size() == oracle::outputs_of_one_site(D, 3));
  });
}

TEST_CASE("A plane is halved at every height", "[cpu][RC-39]") {
  for (const std::int32_t height : {0, 1, 30, 31}) {
    std::vector<oracle::Site> plane;
    for (const auto& cell : oracle::block(2, 8)) plane.push_back({0, {cell.at[0], height, cell.at[1]}});
    check_strided<3>(plane, strided_window(Point<3>(2), Point<3>(2)), Point<3>(32));
  }
}

TEST_CASE("Hostile sites each reach an output of their own", "[cpu][LIM-14]") {
  for (const int shift : {10, 16, 20, 24}) {
    Cpu device;
    const auto fine = library::make_sites<3>(device, oracle::grid(1 << shift));
    const Window<3> window = strided_window(Point<3>(2), Point<3>(1 << shift));
    CHECK(reach<3>(device, *fine, window, std::nullopt).count() == 4096);
  }
}

TEST_CASE("Coarse sites come in row order without sorting where strides are one power of two", "[cpu][PRP-16]") {
  library::for_each_dimension<4>([](auto dimension) {
    constexpr int D = dimension();
    for (const std::int32_t stride : {1, 2, 4}) {
      const auto window = strided_window(Point<D>(stride), Point<D>(stride));
      REQUIRE(window.keeps_order());
      check_strided<D>(oracle::drawn(D, 60), window);
    }
    REQUIRE(!strided_window(Point<D>(3), Point<D>(3)).keeps_order());
    REQUIRE(!strided_window(Point<D>(3), Point<D>(2)).keeps_order());
  });
  check_strided<2>(oracle::block(2, 9), strided_window(Point<2>(4), Point<2>(4)), Point<2>(9));  // clipped to 2 x 2
  CHECK(!strided_window(Point<2>{2, 4}, Point<2>{2, 4}).keeps_order());
}

TEST_CASE("Outputs by floor(in / stride) are one for each input, whatever its taps reach", "[cpu][RC-43][RC-47]") {
  Cpu device;
  for (const std::int32_t stride : {2, 3}) {
    const Window<2> window = submanifold_window(Taps<2>(3), Point<2>(1), Point<2>(stride));
    const auto list = oracle::drawn(2, 80);
    const auto fine = library::make_sites<2>(device, list);
    const auto coarse = reach<2>(device, *fine, window, std::nullopt);
    CHECK(library::sites_of(coarse) ==
          oracle::in_row_order(oracle::floored(oracle::set_of(list), library::window(window))));
    CHECK(library::pairs(make_rules<2>(device, *fine, coarse, window)) ==
          library::expected_pairs(*fine, coarse, window));
  }
}

}  // namespace

// Tests of building sites and maps without waiting for the GPU: what comes out, and what is said about too much.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/maps.cuh"
#include "scn/cuda/reach.cuh"
#include "scn/cuda/sites.cuh"
#include "scn/cuda/transpose.cuh"
#include "scn/geometry/rulebook.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"
#include "support/site_lists.hpp"
#include "support/thrown_message.hpp"

namespace limits_test {

using namespace scn;

/// Points in device memory of which the first count.
template <int D>
struct Points {
  Buffer<Site<D>, Cuda> points;
  Buffer<std::int64_t, Cuda> count;

  Points(Cuda& device, const std::vector<Site<D>>& sites, std::int64_t room) : points(device, room), count(device, 1) {
    const std::int64_t number = std::ssize(sites);
    // Behind the points lies what no level could hold.
    const std::vector<Site<D>> behind(static_cast<std::size_t>(room), Site<D>{-7, Point<D>(1 << 30)});
    const std::int64_t bytes = sizeof(Site<D>);
    if (room > 0) upload(device, points.data(), behind.data(), room * bytes);
    if (number > 0) upload(device, points.data(), sites.data(), number * bytes);
    upload(device, count.data(), &number, sizeof(number));
  }

  InputSites<D, Cuda> make(Cuda& device, std::optional<Point<D>> extent = {}, std::int64_t samples = 2,
                           Duplicates duplicates = Duplicates::sum) const {
    return make_sites<D>(device, points, Rows{points.size(), count.data()}, extent, samples, duplicates);
  }
};

template <int D>
std::vector<Site<D>> drawn(std::size_t count, std::uint64_t seed) {
  return library::points<D>(oracle::drawn(D, count, seed));
}

template <int D>
using SitesPointer = std::shared_ptr<const Sites<D, Cuda>>;

template <int D>
SitesPointer<D> shared(Sites<D, Cuda> sites) {
  return std::make_shared<const Sites<D, Cuda>>(std::move(sites));
}

/// Whether maps made with and without limits have the same pairs, both ways.
void check_maps(Cuda& limited, const scn::gpu::Rules& made, Cuda& device, const scn::gpu::Rules& expected) {
  CHECK(made.pairs() == expected.pairs());
  CHECK(transpose(limited, made).pairs() == transpose(device, expected).pairs());
}

/// Everything that follows from sites that were made with and without limits.
template <int D>
void check_levels(Cuda& limited, const SitesPointer<D>& made, Cuda& device, const SitesPointer<D>& expected) {
  Window<D> far = submanifold_window(Point<D>(2));
  far.dilation = Point<D>(3);
  for (const auto& window : {submanifold_window(Point<D>(3)), far})
    check_maps(limited, make_rules<D>(limited, *made, *made, window), device,
               make_rules<D>(device, *expected, *expected, window));
  for (Window<D> window : {strided_window(Point<D>(2), Point<D>(2)), strided_window(Point<D>(3), Point<D>(2)),
                           submanifold_window(Taps<D>(Cross<D>(3)), Point<D>(1), Point<D>(2))}) {
    INFO(to_string(window));
    const auto extent = expected->extent() ? std::optional(output_extent(*expected->extent(), window)) : std::nullopt;
    const auto coarse = shared(reach<D>(limited, *made, window, extent));
    const auto exact = shared(reach<D>(device, *expected, window, extent));
    CHECK(coarse->rows().exact != nullptr);
    CHECK(coarse->to_host(limited) == exact->to_host(device));
    check_maps(limited, make_rules<D>(limited, *made, *coarse, window), device,
               make_rules<D>(device, *expected, *exact, window));
    const auto fine = expand<D>(limited, *coarse, window, expected->extent());
    CHECK(fine.to_host(limited) == expand<D>(device, *exact, window, expected->extent()).to_host(device));
  }
}

TEST_CASE("Sites and maps that were made without waiting are those of a host that waited", "[cuda]") {
  library::for_each_dimension<4>([](auto dimension) {
    constexpr int D = dimension();
    Cuda limited{.limits = Limits{}}, device;
    for (const std::size_t count : {0, 1, 130, 900}) {
      const auto sites = drawn<D>(D == 1 ? count / 20 : count, count + 1);
      for (const std::int64_t spare : {0, 77}) {
        const Points<D> points(limited, sites, std::ssize(sites) + spare), exact(device, sites, std::ssize(sites));
        const auto made = points.make(limited), expected = exact.make(device);
        CHECK(made.sites->rows().bound == std::ssize(sites) + spare);
        CHECK(made.sites->to_host(limited) == expected.sites->to_host(device));
        check_levels<D>(limited, made.sites, device, expected.sites);
      }
    }
  });
}

TEST_CASE("Points go to their rows without a host that waits, and points that are none go to no row", "[cuda]") {
  Cuda limited{.limits = Limits{{4}}};
  const std::vector<Site<1>> sites{{0, {5}}, {1, {2}}, {0, {5}}, {0, {3}}};
  const Points<1> points(limited, sites, 6);
  const auto made = points.make(limited);
  CHECK(made.points->row_of_point.to_host(limited) == std::vector<std::int32_t>{1, 2, 1, 0, -1, -1});
  auto first = made.points->first.to_host(limited);
  auto listed = made.points->points.to_host(limited);
  CHECK(std::vector(first.begin(), first.begin() + 4) == std::vector<std::int64_t>{0, 1, 3, 4});
  CHECK(std::vector(listed.begin(), listed.begin() + 4) == std::vector<std::int32_t>{3, 0, 2, 1});
}

TEST_CASE("Nothing waits where a device has limits, once for each new level and map where it has none", "[cuda]") {
  const auto sites = drawn<3>(800, 3);
  const auto waits = [&](Cuda device) {
    const Points<3> points(device, sites, std::ssize(sites));
    const std::int64_t before = device.queue->waits();
    const auto input = make_sites<3>(device, points.points, {}, 1, Duplicates::sum);
    Rulebook<3, Cuda> rulebook(device, input);
    SitesPointer<3> level = input.sites;
    std::vector<std::int64_t> counts{device.queue->waits() - before};
    for (int step = 0; step < 2; ++step) {
      rulebook.submanifold(level, submanifold_window(Point<3>(3)));
      level = rulebook.strided(level, strided_window<3>(2 + step, 2)).sites;
      counts.push_back(device.queue->waits() - before);
    }
    rulebook.strided(input.sites, strided_window<3>(2, 2));
    rulebook.submanifold(input.sites, submanifold_window(Point<3>(3)));
    counts.push_back(device.queue->waits() - before);
    return counts;
  };
  CHECK(waits({.limits = Limits{}}) == std::vector<std::int64_t>{0, 0, 0, 0});
  CHECK(waits({}) == std::vector<std::int64_t>{1, 2, 3, 3});
}

/// What the next call that waits says.
std::string complaint(Cuda& device) {
  const std::string first = thrown_message<Error>([&] { synchronize(device); });
  CHECK(thrown_message<Error>([&] { synchronize(device); }) == "no exception");
  return first;
}

TEST_CASE("A level of more sites than its limit is cut off, and the next call that waits says so", "[cuda]") {
  Cuda device{.limits = Limits{{1000, 100}}};
  const auto few = drawn<2>(90, 1), many = drawn<2>(900, 2);
  const Points<2> points(device, many, 2000);
  const auto made = points.make(device);
  CHECK(complaint(device) == "no exception");
  const auto coarse = shared(reach<2>(device, *made.sites, strided_window<2>(2, 2), {}));
  CHECK(coarse->rows().bound == 100);
  Cuda exact;
  const auto all = Points<2>(exact, many, std::ssize(many)).make(exact);
  const auto expected = reach<2>(exact, *all.sites, strided_window<2>(2, 2), {}).to_host(exact);
  CHECK(complaint(device) == message("level 1 has ", expected.size(),
                                     " sites, and its limit is 100: whatever followed from them is cut off there"));
  CHECK(coarse->to_host(device) == std::vector(expected.begin(), expected.begin() + 100));

  device.limits = Limits{{100}};
  const auto cut = points.make(device);
  make_rules<2>(device, *cut.sites, *cut.sites, submanifold_window(Point<2>(3)));
  CHECK(complaint(device) ==
        "level 0 has 900 sites, and its limit is 100: whatever followed from them is cut off there");
  const Points<2> fewer(device, few, 2000);
  CHECK(fewer.make(device).sites->count(device) == std::ssize(few));
}

TEST_CASE("Points that are no sites are left out, and the next call that waits names the first", "[cuda]") {
  Cuda device{.limits = Limits{}};
  const auto said = [&](const std::vector<Site<2>>& sites, std::optional<Point<2>> extent, Duplicates duplicates) {
    const Points<2> points(device, sites, 20);
    const auto made = points.make(device, extent, 2, duplicates);
    return complaint(device);
  };
  const std::string rest = " lies outside the extent, or its sample outside [0, 2): whatever followed from it is wrong";
  CHECK(said({{0, {1, 1}}, {0, {1, -1}}, {0, {9, 1}}}, Point<2>(9), Duplicates::sum) == "point 1" + rest);
  CHECK(said({{0, {1, 1}}, {1, {1, -1}}, {2, {9, 1}}}, {}, Duplicates::sum) == "point 2" + rest);
  CHECK(said({{-1, {1, 1}}}, {}, Duplicates::sum) == "point 0" + rest);
  CHECK(said({{0, {1, 1}}, {1, {1, 1}}, {0, {1, 1}}}, {}, Duplicates::reject) ==
        "1 of 3 points are at one site with another, and duplicates are rejected");
  CHECK(said({{0, {1, 1}}, {1, {1, 1}}}, Point<2>(9), Duplicates::reject) == "no exception");
}

TEST_CASE("Coordinates that vary too widely to be sorted without waiting are told, unless an extent says so before",
          "[cuda]") {
  Cuda device{.limits = Limits{}};
  std::vector<Site<4>> sites;
  for (int bit = 0; bit < 20; ++bit) sites.push_back({0, Point<4>(1 << bit)});
  const Points<4> points(device, sites, 20);
  points.make(device);
  CHECK(complaint(device) ==
        "the coordinates of level 0 vary in 80 bits, of which 58 can be sorted without waiting: "
        "whatever followed from them is wrong");
  Cuda exact;
  CHECK(points.make(device, Point<4>(1 << 20)).sites->to_host(device) ==
        Points<4>(exact, sites, 20).make(exact).sites->to_host(exact));
}

TEST_CASE("Sites whose number only the device knows are selected, and neither counted in passing nor united",
          "[cuda]") {
  Cuda device{.limits = Limits{}};
  const Points<1> points(device, {{0, {5}}, {0, {7}}, {0, {9}}}, 8), others(device, {{0, {6}}}, 3);
  const auto input = points.make(device), other = others.make(device);
  Rulebook<1, Cuda> rulebook(device, input);
  const std::vector<std::uint8_t> keep{1, 0, 1, 1, 1, 1, 1, 1};
  const auto kept = rulebook.subset(input.sites, Buffer<std::uint8_t, Cuda>(device, std::span(keep)));
  CHECK(kept->to_host(device) == std::vector<Site<1>>{{0, {5}}, {0, {9}}});
  CHECK(thrown_message<InvalidArgument>([&] { kept->count(); }) ==
        "Sites: only the device knows how many there are, ask for count(device)");
  CHECK(thrown_message<InvalidArgument>([&] { rulebook.unite(input.sites, other.sites); }) ==
        "sites of a device with Limits cannot be united: only the device knows how many there are");
}

}  // namespace limits_test

// Tests of real points: the corners around them, the shares of these, and what is refused.
#include "scn/geometry/real_points.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/sites.hpp"
#include "support/library.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;
using Double = CpuDevice<double>;
using Numbers = std::vector<double>;
using Samples = std::vector<std::int32_t>;

constexpr double largest = std::numeric_limits<std::int32_t>::max();
constexpr double smallest = std::numeric_limits<std::int32_t>::min();

template <int D, class Dev>
std::vector<Site<D>> lowest(Dev& device, const RealPoints<D, Dev>& points) {
  return points.lowest()->to_host(device);
}

TEST_CASE("The lowest corner of a point is the site whose centre lies below it", "[geometry]") {
  Double device;
  const RealPoints<2, Double> points(device, Numbers{0.5, 0.5, 0.49, 1.75, -0.5, -3.25}, Samples{0, 4, 0});
  CHECK(lowest(device, points) == std::vector<Site<2>>{{0, {0, 0}}, {4, {-1, 1}}, {0, {-1, -4}}});
  CHECK(points.window() == strided_window(Point<2>(2), Point<2>(1)));
  CHECK(points.rows().bound == 3);
  CHECK(points.lowest()->samples() == 5);
  CHECK_FALSE(points.lowest()->distinct());
}

TEST_CASE("The corners of a point share it in proportion to its place between them", "[geometry]") {
  Double device;
  const RealPoints<2, Double> points(device, Numbers{0.75, 3.0, 0.5, 2.5});
  const auto share = points.share();
  const Numbers expected{0.75 * 0.5, 0.75 * 0.5, 0.25 * 0.5, 0.25 * 0.5, 1, 0, 0, 0};
  for (std::int64_t point = 0; point < 2; ++point)
    for (std::int64_t tap = 0; tap < 4; ++tap)
      CHECK(share(point, tap) == expected[static_cast<std::size_t>(4 * point + tap)]);
}

TEST_CASE("Shares are not negative, and 1 in sum, in every dimension", "[geometry]") {
  Double device;
  library::for_each_dimension<10>([&](auto dimension) {
    constexpr int D = dimension();
    oracle::Random random(D);
    Numbers coordinates = oracle::random_reals(random, 20 * std::size_t{D});
    for (double& coordinate : coordinates) coordinate *= 10;
    const RealPoints<D, Double> points(device, coordinates);
    for (std::int64_t point = 0; point < 20; ++point) {
      double sum = 0, least = 1;
      for (std::int64_t tap = 0; tap < points.window().volume(); ++tap) {
        sum += points.share()(point, tap);
        least = std::min(least, points.share()(point, tap));
      }
      CHECK((std::abs(sum - 1) < 1e-14 && least >= 0));
    }
  });
}

TEST_CASE("A point that is near one site alone is near the one it lies in, with all of it", "[geometry]") {
  Double device;
  const RealPoints<1, Double> points(device, Numbers{0, 0.99, -0.01, 7}, {}, Nearness::site);
  CHECK(lowest(device, points) == std::vector<Site<1>>{{0, 0}, {0, 0}, {0, -1}, {0, 7}});
  CHECK(points.window() == Window<1>{});
  for (std::int64_t point = 0; point < 4; ++point) CHECK(points.share()(point, 0) == 1);
}

TEST_CASE("Points may be float, on a device of float, and are divided in double", "[geometry]") {
  Cpu device;
  const std::vector<float> coordinates{16777216.0f};  // 2^24, where float has no halves
  const RealPoints<1, Cpu> points(device, coordinates);
  CHECK(lowest(device, points) == std::vector<Site<1>>{{0, 16777215}});
  CHECK(points.share()(0, 1) == 0.5f);
}

TEST_CASE("No points at all are ordinary points, and copies share what they hold", "[geometry]") {
  Double device;
  const RealPoints<3, Double> none(device, Numbers{});
  CHECK(none.rows().bound == 0);
  CHECK(none.lowest()->samples() == 0);
  const RealPoints<3, Double> copy = none;
  CHECK(copy.lowest() == none.lowest());
}

TEST_CASE("Points at the ends of int32 have a lowest corner there, those beyond are refused", "[geometry]") {
  Double device;
  CHECK(lowest(device, RealPoints<1, Double>(device, Numbers{largest + 1.25, smallest + 0.5})) ==
        std::vector<Site<1>>{{0, std::numeric_limits<std::int32_t>::max()},
                             {0, std::numeric_limits<std::int32_t>::min()}});
  CHECK(thrown_message<LimitExceeded>([&] {
          RealPoints<2, Double>(device, Numbers{0, 0, 1, largest + 1.5});
        }) == "RealPoints<2>: coordinate 1 of point 1 is 2147483648.500000, beyond the range of int32");
  CHECK(thrown_message<LimitExceeded>([&] { RealPoints<1, Double>(device, Numbers{smallest + 0.25}); }) ==
        "RealPoints<1>: coordinate 0 of point 0 is -2147483647.750000, beyond the range of int32");
  CHECK_THROWS_AS((RealPoints<1, Double>(device, Numbers{1e300})), LimitExceeded);
}

TEST_CASE("Points that are not finite are refused, and named", "[geometry]") {
  Double device;
  for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    CHECK(thrown_message<InvalidArgument>([&] {
            RealPoints<2, Double>(device, Numbers{0, 0, 1, 1, number, 1});
          }) == "RealPoints<2>: coordinate 0 of point 2 is not finite");
}

TEST_CASE("Numbers and samples that do not fit, and negative samples, are refused", "[geometry]") {
  Double device;
  CHECK(thrown_message<InvalidArgument>([&] {
          RealPoints<3, Double>(device, Numbers{1, 2, 3, 4});
        }) == "RealPoints<3>: 4 numbers do not make points of 3 coordinates");
  CHECK(thrown_message<InvalidArgument>([&] {
          RealPoints<1, Double>(device, Numbers{1, 2, 3}, Samples{0, 1});
        }) == "RealPoints<1>: 2 samples for 3 points");
  CHECK(thrown_message<InvalidArgument>([&] {
          RealPoints<1, Double>(device, Numbers{1, 2}, Samples{0, -1});
        }) == "RealPoints<1>: point 1 has the negative sample index -1");
}

}  // namespace

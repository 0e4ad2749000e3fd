// Tests of lists of points: as sites, and padded to one length.
#include "scn/geometry/point_lists.hpp"

#include <vector>

#include "catch.hpp"
#include "support/library.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

TEST_CASE("Points become sites of the sample that is named", "[geometry]") {
  library::for_each_dimension<4>([](auto dimension) {
    constexpr int D = dimension;
    const std::vector<Point<D>> points{Point<D>(3), Point<D>(-2)};
    CHECK(pad_with_batch_idx(points, 7) == std::vector<Site<D>>{{7, Point<D>(3)}, {7, Point<D>(-2)}});
    CHECK(pad_with_batch_idx(std::vector<Point<D>>{}, 7).empty());
  });
}

TEST_CASE("Lists become one list whose samples count the lists, empty ones too", "[geometry]") {
  const std::vector<std::vector<Point<2>>> lists{{{1, 2}, {1, 2}}, {}, {{0, 5}}};
  CHECK(batch_location_tensors(lists) == std::vector<Site<2>>{{0, {1, 2}}, {0, {1, 2}}, {2, {0, 5}}});
  CHECK(batch_location_tensors(std::vector<std::vector<Point<2>>>{}).empty());
}

TEST_CASE("Clouds are padded to the longest with points at -1 and features of 0", "[geometry]") {
  const std::vector<PointCloud<2>> clouds{{{{1, 2}}, {5, 6}}, {}, {{{3, 4}, {0, -7}, {3, 4}}, {1, 2, 3, 4, 5, 6}}};
  const PaddedClouds<2> padded = prepare_BLInput(clouds);
  CHECK((padded.samples == 3 && padded.length == 3 && padded.channels == 2));
  const Point<2> none(-1);
  CHECK(padded.points == std::vector<Point<2>>{{1, 2}, none, none, none, none, none, {3, 4}, {0, -7}, {3, 4}});
  CHECK(padded.features == std::vector<float>{5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("Clouds without points, and no clouds, have a length of 0", "[geometry]") {
  const auto empty = prepare_BLInput(std::vector<PointCloud<3, double>>(2));
  CHECK((empty.samples == 2 && empty.length == 0 && empty.channels == 0 && empty.points.empty()));
  CHECK(prepare_BLInput(std::vector<PointCloud<3, double>>{}).samples == 0);
}

TEST_CASE("Clouds whose features do not fit are refused", "[geometry]") {
  const auto message_of = [](const std::vector<PointCloud<1>>& clouds) {
    return thrown_message<InvalidArgument>([&] { prepare_BLInput(clouds); });
  };
  CHECK(message_of({{{1}, {1}}, {{2, 3}, {1, 2, 3}}}) == "prepare_BLInput: cloud 1 has 3 features for 2 points");
  CHECK(message_of({{{}, {1}}}) == "prepare_BLInput: cloud 0 has 1 features for 0 points");
  CHECK(message_of({{}, {{1}, {1, 2}}, {{2}, {1}}}) == "prepare_BLInput: cloud 2 has 1 channels, cloud 1 has 2");
}

TEST_CASE("A point that would be taken for padding is refused", "[geometry]") {
  CHECK(thrown_message<InvalidArgument>([] {
          prepare_BLInput(std::vector<PointCloud<2>>{{{{0, -1}, {-1, 5}}, {1, 2}}});
        }) == "prepare_BLInput: cloud 0 has the point (-1, 5), whose first coordinate would make it padding");
}

}  // namespace

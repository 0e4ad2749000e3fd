// Tests of the picture of labelled points.
#include "support/point_picture.hpp"

#include <set>
#include <tuple>

#include "catch.hpp"

namespace {

/// How many pixels of the left and of the right half have the colour.
std::pair<int, int> pixels(const support::Picture& picture, support::Colour colour) {
  std::pair<int, int> count;
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x)
      if (picture.at(x, y) == colour) ++(x < picture.width() / 2 ? count.first : count.second);
  return count;
}

}  // namespace

TEST_CASE("labelled points are drawn in the colours of the prediction on the left and of the truth on the right") {
  const std::vector<double> points{0, 0, 0, 1, 0, 0, 0, 1, 0};
  const std::vector<std::int32_t> predicted{0, 0, 1}, labels{0, 2, 2};
  const auto picture = support::labelled_points(points, predicted, labels);
  const auto zero = pixels(picture, support::class_colour(0)), one = pixels(picture, support::class_colour(1)),
             two = pixels(picture, support::class_colour(2));
  CHECK((zero.first > zero.second && zero.second > 0));
  CHECK((one.first > 0 && one.second == 0));
  CHECK((two.first == 0 && two.second > 0));
}

TEST_CASE("what points up is drawn above") {
  for (const std::size_t up : {std::size_t{1}, std::size_t{2}}) {
    std::vector<double> points(9, 0.0);
    points[3 + up] = 1;                                 // above the first
    points[6 + up] = -1, points[6 + (up + 1) % 3] = 0;  // below it
    const std::vector<std::int32_t> labels{0, 1, 2};
    const auto picture = support::labelled_points(points, labels, labels, up);
    int top = -1, bottom = -1;
    for (int y = 0; y < picture.height(); ++y)
      for (int x = 0; x < picture.width(); ++x) {
        if (picture.at(x, y) == support::class_colour(1) && top < 0) top = y;
        if (picture.at(x, y) == support::class_colour(2)) bottom = y;
      }
    CHECK((top > 0 && top < bottom));
  }
}

TEST_CASE("no points are an empty picture, and classes have colours of their own") {
  CHECK(support::labelled_points({}, {}, {}).width() > 0);
  std::set<std::tuple<int, int, int>> colours;
  for (std::int32_t label = -1; label < 50; ++label) {
    const auto [red, green, blue] = support::class_colour(label);
    colours.emplace(red, green, blue);
  }
  CHECK(colours.size() == 51);
}

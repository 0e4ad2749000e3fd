// Tests of the picture of a scan from above.
#include "support/birds_eye.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using support::BirdsEyeView;
using support::Colour;
using support::Picture;
using support::Scan;
using Labels = std::vector<std::int32_t>;

/// The panels of a picture of 1600 x 900 pixels: 764 x 760, 24 pixels apart, from row 60 on.
constexpr int left_middle = 24 + 764 / 2, right_middle = left_middle + 764 + 24, middle = 60 + 760 / 2;

Colour class_colour(std::size_t label) { return support::lidar_classes[label].colour; }

/// North is up: a metre is 7.6 pixels.
BirdsEyeView view() { return {.heading = 1.5707963f}; }

/// Pixels of a colour in a square of 9 x 9 pixels about (x, y), where a point covers four or more.
int pixels(const Picture& picture, int x, int y, Colour colour) {
  int count = 0;
  for (int row = y - 4; row <= y + 4; ++row)
    for (int column = x - 4; column <= x + 4; ++column) count += picture.at(column, row) == colour;
  return count;
}

/// Pixels of a colour in the left or the right panel.
int pixels_of_panel(const Picture& picture, bool left, Colour colour) {
  int count = 0;
  for (int y = 60; y < 820; ++y)
    for (int x = left ? 24 : 812; x < (left ? 788 : 1576); ++x) count += picture.at(x, y) == colour;
  return count;
}

}  // namespace

TEST_CASE("the prediction is on the left, the truth on the right") {
  const Scan scan{{0, 0, 0, 0}, {5}};
  const Picture picture = support::birds_eye(scan, Labels{9}, view());
  CHECK(picture.width() == 1600);
  CHECK(picture.height() == 900);
  CHECK(pixels(picture, left_middle, middle, class_colour(9)) >= 1);
  CHECK(pixels(picture, right_middle, middle, class_colour(5)) >= 1);
  CHECK(pixels_of_panel(picture, true, class_colour(5)) == 0);
  CHECK(pixels_of_panel(picture, false, class_colour(9)) == 0);
}

TEST_CASE("the heading points up, its right is on the right") {
  const Scan scan{{10, 0, 0, 0, 0, 20, 0, 0}, {5, 0}};  // ten metres along x, twenty along y
  const Picture north = support::birds_eye(scan, scan.labels, view());
  CHECK(pixels(north, left_middle + 76, middle, class_colour(5)) >= 1);
  CHECK(pixels(north, left_middle, middle - 152, class_colour(0)) >= 1);
  const Picture east = support::birds_eye(scan, scan.labels, {.heading = 0});
  CHECK(pixels(east, left_middle, middle - 76, class_colour(5)) >= 1);
  CHECK(pixels(east, left_middle - 152, middle, class_colour(0)) >= 1);
}

TEST_CASE("upper points are painted over lower ones, in whatever order they come") {
  for (const bool upper_first : {true, false}) {
    const float first = upper_first ? 5.0f : -5.0f;
    const Scan scan{{1, 1, first, 0, 1, 1, -first, 0}, upper_first ? Labels{5, 2} : Labels{2, 5}};
    const Picture picture = support::birds_eye(scan, scan.labels, view());
    CHECK(pixels_of_panel(picture, true, class_colour(5)) >= 1);
    CHECK(pixels_of_panel(picture, true, class_colour(2)) == 0);
  }
}

TEST_CASE("ignored and unknown labels are grey") {
  const Scan scan{{0, 0, 0, 0}, {support::ignored_label}};
  const Picture picture = support::birds_eye(scan, Labels{11}, view());
  CHECK(pixels(picture, left_middle, middle, support::ignored_colour) >= 1);
  CHECK(pixels(picture, right_middle, middle, support::ignored_colour) >= 1);
}

TEST_CASE("points outside the view and points that are not finite are left out") {
  constexpr float none = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  const Scan scan{{60, 0, 0, 0, none, 0, 0, 0, 0, infinite, 0, 0, 0, 0, none, 0, 3e38f, -3e38f, 0, 0}, Labels(5, 7)};
  const Picture picture = support::birds_eye(scan, scan.labels, view());
  CHECK(pixels_of_panel(picture, true, class_colour(7)) == 0);
  CHECK(pixels_of_panel(picture, false, class_colour(7)) == 0);
}

TEST_CASE("the legend shows every class and the ignored points") {
  const Picture picture = support::birds_eye({}, {}, view());
  for (std::size_t label = 0; label <= support::lidar_classes.size(); ++label) {
    const bool is_class = label < support::lidar_classes.size();
    const Colour colour = is_class ? class_colour(label) : support::ignored_colour;
    int count = 0;
    for (int y = 820; y < picture.height(); ++y)
      for (int x = 0; x < picture.width(); ++x) count += picture.at(x, y) == colour;
    CHECK(count == 13 * 13);
  }
}

TEST_CASE("the scale bar is ten metres long in a view of a hundred") {
  const Picture picture = support::birds_eye({}, {}, view());
  int length = 0;
  for (int x = 24; x < 124; ++x) length += picture.at(x, 60 + 760 - 20) == support::detail::bright;
  CHECK(length == 76);
}

TEST_CASE("labels that do not fit the scan are refused with all counts") {
  const Scan scan{{0, 0, 0, 0}, {5}};
  const auto draw = [&] { support::birds_eye(scan, Labels{1, 2}); };
  CHECK(thrown_message<scn::InvalidArgument>(draw) == "birds_eye: expected 1 labels, got 2 predicted and 1 true ones");
}

TEST_CASE("an extent out of its range is refused") {
  CHECK_THAT(thrown_message<scn::InvalidArgument>([] { support::birds_eye({}, {}, {.extent = 0}); }),
             Catch::Matchers::StartsWith("birds_eye: expected an extent of 1 to 1e6 m, got 0"));
}

// Tests of drawing and of PNG files.
#include "support/picture.hpp"

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using support::Colour;
using support::Picture;

constexpr Colour black{0, 0, 0}, white{255, 255, 255}, red{255, 0, 0};

/// The characters of a text drawn with '#' on '.', one row a line.
std::string drawing(const Picture& picture) {
  std::string text;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) text += picture.at(x, y) == black ? '.' : '#';
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("a rectangle fills its pixels and is cut off at the edges") {
  Picture picture(4, 3, black);
  picture.rectangle(2, 1, 5, 1, white);
  picture.rectangle(-1, -1, 2, 2, white);
  CHECK(drawing(picture) == "#...\n..##\n....\n");
}

TEST_CASE("text is drawn from left to right, two rows below the baseline") {
  Picture picture(12, 9, black);
  picture.text(0, 0, "Ag", white, 1);
  CHECK(drawing(picture) ==
        ".###........\n"
        "#...#.......\n"
        "#...#..####.\n"
        "#####.#...#.\n"
        "#...#.#...#.\n"
        "#...#.#...#.\n"
        "#...#..####.\n"
        "..........#.\n"
        ".......###..\n");
  CHECK(Picture::text_width("Ag", 1) == 12);
}

TEST_CASE("text of twice the size has pixels of two by two") {
  Picture once(6, 9, black), twice(12, 18, black);
  once.text(0, 0, "R", white, 1);
  twice.text(0, 0, "R", white, 2);
  CHECK(drawing(twice.halved()) == drawing(once));
}

TEST_CASE("all printable characters look different") {
  std::set<std::string> drawings;
  for (char character = ' '; character <= '~'; ++character) {
    Picture picture(5, 9, black);
    picture.text(0, 0, std::string(1, character), white, 1);
    drawings.insert(drawing(picture));
  }
  CHECK(drawings.size() == 95);
}

TEST_CASE("characters beyond ASCII are drawn as question marks") {
  Picture picture(12, 9, black), expected(12, 9, black);
  picture.text(0, 0, "\xc3\n", white, 1);
  expected.text(0, 0, "??", white, 1);
  CHECK(drawing(picture) == drawing(expected));
}

TEST_CASE("text is cut off at the edges") {
  Picture picture(6, 4, black);
  picture.text(-1000, 0, "far away", white, 1);
  picture.text(-9, 0, "HH", white, 1);
  picture.text(4, -2, "H", white, 1);
  CHECK(drawing(picture) == ".#..#.\n.#..##\n.#..#.\n##..#.\n");
}

TEST_CASE("halving takes the mean of four pixels") {
  Picture picture(2, 2, black);
  picture.rectangle(0, 0, 1, 1, {255, 8, 1});
  picture.rectangle(1, 0, 1, 1, {255, 0, 1});
  CHECK(picture.halved().at(0, 0) == Colour{128, 2, 1});
}

TEST_CASE("a PNG file holds the pixels") {
  const TemporaryFolder folder;
  Picture picture(3, 2, {10, 20, 30});
  picture.rectangle(2, 1, 1, 1, red);
  picture.write_png(folder / "a.png");

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, (folder / "a.png").c_str()));
  REQUIRE(image.width == 3);
  REQUIRE(image.height == 2);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> bytes(18);
  REQUIRE(png_image_finish_read(&image, nullptr, bytes.data(), 0, nullptr));
  CHECK(bytes == std::vector<std::uint8_t>{10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30, 255, 0, 0});
}

TEST_CASE("a PNG file that cannot be written is an IoError that names it") {
  const TemporaryFolder folder;
  const std::string path = folder / "absent/a.png";
  CHECK_THAT(thrown_message<scn::IoError>([&] { Picture(2, 2, black).write_png(path); }),
             Catch::Matchers::StartsWith(path + ": "));
  CHECK(folder.names().empty());
}

TEST_CASE("a picture too large for a PNG file is an IoError that says so") {
  const TemporaryFolder folder;
  CHECK_THAT(thrown_message<scn::IoError>([&] { Picture(1500000, 1, black).write_png(folder / "a.png"); }),
             Catch::Matchers::StartsWith(folder / "a.png" + ": cannot encode the picture: "));
  CHECK(folder.names().empty());
}

TEST_CASE("a picture has at least one pixel") {
  CHECK(thrown_message<scn::InvalidArgument>([] { Picture(4, 0, black); }) ==
        "Picture: expected at least 1 x 1 pixels, got 4 x 0");
}

// Tests of shapes in the format of ShapeNet's challenge, and of their score.
#include "support/shapes.hpp"

#include <set>

#include "catch.hpp"
#include "support/sample_data.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using Labels = std::vector<std::int32_t>;
constexpr std::size_t mug = 11, table = 15;

struct Files {
  TemporaryFolder folder;
  std::string path = folder / "a.pts";

  Files(const std::string& points, const std::string& parts) {
    support::detail::write_text(path, points);
    support::detail::write_text(folder / "a.seg", parts);
  }
  std::string refusal() const {
    return thrown_message<scn::FormatError>([&] { support::read_shape(path, mug); });
  }
};

support::Shape shape_of(std::size_t category, Labels labels) { return {category, {}, std::move(labels)}; }

}  // namespace

TEST_CASE("a shape is read with its farthest point at distance 1, and parts as classes") {
  const Files files("0 3 4\n\n1 0 -2.5e0\r\n", "2\n1\n");
  const support::Shape shape = support::read_shape(files.path, mug);
  CHECK(shape.points == std::vector<double>{0, 0.6, 0.8, 0.2, 0, -0.5});
  CHECK(shape.labels == Labels{37, 36});
  CHECK(shape.category == mug);
}

TEST_CASE("the classes of the categories follow one another and are 50") {
  std::int32_t next = 0;
  std::set<std::string_view> folders;
  for (const auto& category : support::shape_categories) {
    CHECK(category.first == next);
    next += category.parts;
    folders.insert(category.folder);
  }
  CHECK(next == support::part_classes);
  CHECK(folders.size() == 16);
}

TEST_CASE("a shape trains if the MD5 of its points begins with 0 to 7") {
  CHECK(support::read_shape(Files("1 0 0\n", "1\n").path, mug).trains);        // 57b64312c71afebb9abcd14bf87e1217
  CHECK_FALSE(support::read_shape(Files("2 0 0\n", "1\n").path, mug).trains);  // 81f979570d49a9da48331e839bb85199
}

TEST_CASE("malformed lines, missing labels and parts that are none are refused with their place") {
  const Files words("1 2 3\n1 2\n", "1\n1\n"), text("1 2 x\n", "1\n"), few("1 2 3\n4 5 6\n", "1\n"),
      part("1 2 3\n4 5 6\n", "2\n3\n"), half("1 2 3\n", "1.5\n"), origin("0 0 0\n", "1\n"),
      endless("1 0 0\n0 inf 0\n", "1\n1\n");
  CHECK(words.refusal() == words.path + ", line 2: expected 3 numbers, got 2 words");
  CHECK(text.refusal() == text.path + ", line 1: expected a number, got 'x'");
  CHECK(few.refusal() == few.folder / "a.seg: expected a part for each of 2 points, got 1");
  CHECK(part.refusal() == part.folder / "a.seg: point 1 has the part 3.000000, expected 1 to 2, those of mug");
  CHECK(half.refusal() == half.folder / "a.seg: point 0 has the part 1.500000, expected 1 to 2, those of mug");
  CHECK(origin.refusal() == origin.path + ": expected points apart from the origin");
  CHECK(endless.refusal() == endless.path + ": point 1 is not finite");
  CHECK(thrown_message<scn::IoError>([] { support::read_shape("none.pts", mug); }).starts_with("none.pts: "));
}

TEST_CASE("parts are scored shape by shape, those that are not there and not found with 1") {
  support::PartScores scores;
  CHECK_FALSE(scores.iou(mug));
  CHECK(scores.mean_iou() == 0);
  scores.add(shape_of(mug, {36, 36, 37, 37}), Labels{36, 37, 37, 37});  // 1/2 and 2/3
  scores.add(shape_of(mug, {36, 36}), Labels{36, 36});                  // 1 and 1: no handle, none found
  CHECK(*scores.iou(mug) == Approx((0.5 + 2.0 / 3 + 1 + 1) / 4));
  scores.add(shape_of(table, {47, 48}), Labels{47, 49});  // 1, 0; the third part occurs in no table
  CHECK(*scores.iou(table) == Approx(0.5));
  CHECK(scores.mean_iou() == Approx((2 * *scores.iou(mug) + 0.5) / 3));
  CHECK(scores.shapes(mug) == 2);
}

TEST_CASE("the sample is read, of two categories, each with shapes to train on and to test") {
  const TemporaryFolder folder;
  support::write_sample_shapes(folder.path());
  for (const std::size_t category : {mug, table}) {
    int trains = 0;
    for (int number = 0; number < 48; ++number) {
      const auto shape = support::read_shape(folder / std::string(support::shape_categories[category].folder) + "/" +
                                                 std::to_string(100 + 2 * number + (category == mug ? 0 : 1)) + ".pts",
                                             category);
      trains += shape.trains;
      CHECK(std::set(shape.labels.begin(), shape.labels.end()).size() == 2);
    }
    CHECK((trains > 16 && trains < 32));
  }
}

// Tests of points as records of named numbers.
#include "scn/io/point_records.hpp"

#include <utility>

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/thrown_message.hpp"

using scn::ElementType;
using scn::InvalidArgument;
using scn::PointField;
using scn::PointFile;
using scn::PointRecords;

namespace {

/// Autoware's PointXYZIRC: 16 bytes.
const std::vector<PointField> autoware{{"x", ElementType::f32, 0},           {"y", ElementType::f32, 4},
                                       {"z", ElementType::f32, 8},           {"intensity", ElementType::u8, 12},
                                       {"return_type", ElementType::u8, 13}, {"channel", ElementType::u16, 14}};

FileBytes autoware_points(int count) {
  FileBytes file;
  for (int i = 0; i < count; ++i)
    file.number(1.0f + float(i))
        .number(2.0f)
        .number(-3.0f)
        .number(std::uint8_t(250 + i))
        .number(std::uint8_t{1})
        .number(std::uint16_t(1000 * i));
  return file;
}

}  // namespace

TEST_CASE("Fields are read where they lie, whatever they are", "[io]") {
  const FileBytes file = autoware_points(3);
  const PointRecords points(file.bytes(), autoware, {.count = 3, .stride = 16});
  CHECK(points.count() == 3);
  CHECK(points.has("channel"));
  CHECK_FALSE(points.has("ring"));
  CHECK(points.numbers<double>({"channel", "intensity", "x"}) ==
        std::vector<double>{0, 250, 1, 1000, 251, 2, 2000, 252, 3});
}

TEST_CASE("Coordinates are sorted into voxels without a copy", "[io]") {
  const FileBytes file = autoware_points(2);
  const PointRecords points(file.bytes(), autoware, {.count = 2, .stride = 16});
  const auto view = points.view<3, float>();
  CHECK(static_cast<const void*>(view.data) == file.bytes().data());
  CHECK(view.stride == 4);
  const auto voxels = scn::quantize<3>(view, {.edge = 0.5});
  REQUIRE(voxels.sites.size() == 2);
  CHECK(voxels.sites[1].at == scn::Point<3>{4, 4, -6});
}

TEST_CASE("A view is refused where a copy is needed, and the copy is right", "[io]") {
  FileBytes file;
  file.number(1.0f, true).number(2.0, true);
  const PointRecords points(file.bytes(), {{"x", ElementType::f32, 0}, {"y", ElementType::f64, 4}},
                            {.count = 1, .stride = 12, .big_endian = true});
  CHECK(thrown_message<InvalidArgument>([&] { points.view<2, float>(); }) ==
        "PointRecords: a view needs 2 successive aligned fields of type F32 from x on, in the byte order of this "
        "machine");
  CHECK(points.numbers<float>({"x", "y"}) == std::vector<float>{1, 2});
}

TEST_CASE("Rows of a picture of points may be longer than their points", "[io]") {
  FileBytes file;
  for (const int row : {0, 1})
    file.number(std::int16_t(10 * row)).number(std::int16_t(10 * row + 1)).number(std::int32_t{-1});
  const PointRecords points(file.bytes(), {{"x", ElementType::i16, 0}},
                            {.count = 4, .stride = 2, .width = 2, .row_stride = 8});
  CHECK(points.numbers<double>({"x"}) == std::vector<double>{0, 1, 10, 11});
  CHECK_THROWS_AS((points.view<1, float>()), InvalidArgument);
}

TEST_CASE("Whole numbers of 8 bytes and real ones come as they are", "[io]") {
  FileBytes file;
  file.number(std::int64_t{-5}).number(std::uint64_t{1} << 40).number(0.1);
  const PointRecords points(file.bytes(),
                            {{"a", ElementType::i64, 0}, {"b", ElementType::u64, 8}, {"c", ElementType::f64, 16}},
                            {.count = 1, .stride = 24});
  CHECK(points.numbers<double>({"a", "b", "c"}) == std::vector<double>{-5, 1099511627776.0, 0.1});
}

TEST_CASE("Records that do not fit are refused", "[io]") {
  const FileBytes file = autoware_points(2);
  const auto refusal = [&](std::vector<PointField> fields, scn::PointLayout layout) {
    return thrown_message<InvalidArgument>([&] { PointRecords(file.bytes(), std::move(fields), layout); });
  };
  CHECK(refusal(autoware, {.count = 3, .stride = 16}) == "PointRecords: 3 points of 16 bytes do not fit into 32 bytes");
  CHECK(refusal(autoware, {.count = 3, .stride = 16, .width = 2, .row_stride = 31}) ==
        "PointRecords: 3 points of 16 bytes in rows of 2 and 31 bytes do not fit into 32 bytes");
  CHECK(refusal(autoware, {.count = std::int64_t{1} << 60, .stride = 16}) ==
        "PointRecords: 1152921504606846976 points of 16 bytes do not fit into 32 bytes");
  CHECK(refusal(autoware, {.count = -1, .stride = 16}) ==
        "PointRecords: the number of points must not be negative, got -1");
  CHECK(refusal(autoware, {.count = 2, .stride = 15}) ==
        "PointRecords: field channel at byte 14 of 2 bytes does not lie in a record of 15 bytes");
  CHECK(refusal({{"x", ElementType::f16, 0}}, {.count = 1, .stride = 2}) ==
        "PointRecords: field x has the type F16, expected a whole number, F32 or F64");
  CHECK(refusal({{"x", ElementType::u8, 0}, {"x", ElementType::u8, 1}}, {.count = 1, .stride = 2}) ==
        "PointRecords: two fields are called x");
}

TEST_CASE("A name that is not there is refused with those that are", "[io]") {
  const PointRecords points({}, autoware, {.count = 0, .stride = 16});
  CHECK(thrown_message<InvalidArgument>([&] {
          points.numbers<float>({"x", "ring"});
        }) == "PointRecords: there is no field ring among x, y, z, intensity, return_type, channel");
}

TEST_CASE("A cloud that moves takes its points along", "[io]") {
  const FileBytes file = autoware_points(2);
  PointFile cloud(file.bytes(), 16, autoware, {.count = 1, .stride = 16});
  PointFile other = std::move(cloud);
  CHECK(other.numbers<float>({"x"}) == std::vector<float>{2});
  CHECK(cloud.count() == 0);
}

// Tests of reading LAS files.
#include "scn/io/las.hpp"

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/thrown_message.hpp"

namespace {

/// A header of LAS 1.`minor` and room for `count` points, which begin at byte 400.
FileBytes las(int minor, int format, int length, std::uint32_t count) {
  FileBytes file("LASF");
  file.put(24, std::uint8_t{1}).put(25, std::uint8_t(minor)).put(94, std::uint16_t(minor == 4 ? 375 : 227));
  file.put(96, std::uint32_t{400}).put(104, std::uint8_t(format)).put(105, std::uint16_t(length)).put(107, count);
  for (std::size_t axis = 0; axis < 3; ++axis)
    file.put(131 + 8 * axis, 0.01).put(155 + 8 * axis, 1000.0 * double(axis));
  return file.put(400 + std::size_t(length) * count - 1, std::uint8_t{});
}

std::string refusal(const FileBytes& file) {
  return thrown_message<scn::FormatError>([&] { scn::parse_las(file.bytes(), "f.las"); });
}

}  // namespace

TEST_CASE("Points of format 3 come with their colours and the time", "[io]") {
  FileBytes file = las(2, 3, 34, 2);
  const std::size_t at = 434;  // the second point
  file.put(at, std::int32_t{-150}).put(at + 4, std::int32_t{250}).put(at + 8, std::int32_t{5});
  file.put(at + 12, std::uint16_t{700}).put(at + 14, std::uint8_t{2 | 3 << 3}).put(at + 15, std::uint8_t{6 | 128});
  file.put(at + 16, std::int8_t{-12}).put(at + 20, 0.125).put(at + 28, std::uint16_t{1}).put(at + 32, std::uint16_t{3});
  const auto cloud = scn::parse_las(file.bytes(), "f.las");
  REQUIRE(cloud.count() == 2);
  CHECK(cloud.numbers<double>({"x", "y", "z"}) ==
        std::vector<double>{0, 1000, 2000, -150 * 0.01, 250 * 0.01 + 1000, 5 * 0.01 + 2000});
  const auto rest = cloud.numbers<double>({"intensity", "return_number", "number_of_returns", "classification",
                                           "withheld", "scan_angle", "gps_time", "red", "green", "blue"});
  CHECK(std::vector<double>(rest.begin() + 10, rest.end()) ==
        std::vector<double>{700, 2, 3, 6, 1, -12, 0.125, 1, 0, 3});
}

TEST_CASE("Points of format 8 have more returns, classes and colours", "[io]") {
  FileBytes file = las(4, 8, 38, 1);
  file.put(247, std::uint64_t{1})
      .put(414, std::uint8_t{5 | 12 << 4})
      .put(415, std::uint8_t{4})
      .put(416, std::uint8_t{64});
  file.put(418, std::int16_t{1000}).put(422, 2.5).put(436, std::uint16_t{9});
  CHECK(scn::parse_las(file.bytes(), "f.las")
            .numbers<double>({"return_number", "number_of_returns", "classification", "withheld", "gps_time",
                              "near_infrared"}) == std::vector<double>{5, 12, 64, 1, 2.5, 9});
  CHECK(scn::parse_las(file.bytes(), "f.las").numbers<float>({"scan_angle"})[0] == Approx(6.0f));
}

TEST_CASE("Every format is read, longer records too, and has the numbers it should", "[io]") {
  constexpr std::array<int, 11> lengths{20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67};
  for (int format = 0; format <= 10; ++format) {
    CAPTURE(format);
    const auto cloud = scn::parse_las(las(4, format, lengths[std::size_t(format)] + 5, 3).bytes(), "f.las");
    CHECK(cloud.count() == 3);
    CHECK(cloud.has("gps_time") == (format != 0 && format != 2));
    CHECK(cloud.has("red") ==
          (format == 2 || format == 3 || format == 5 || format == 7 || format == 8 || format == 10));
    CHECK(cloud.has("near_infrared") == (format == 8 || format == 10));
    CHECK(refusal(las(4, format, lengths[std::size_t(format)] - 1, 3)) ==
          scn::message("f.las: expected records of at least ", lengths[std::size_t(format)], " bytes for format ",
                       format, ", got ", lengths[std::size_t(format)] - 1));
  }
}

TEST_CASE("What is not LAS, or not all of it, is refused", "[io]") {
  CHECK(refusal(FileBytes("LASF")) ==
        "f.las: expected a LAS file, which begins with LASF and a header of at least 227 bytes, got 4 bytes");
  CHECK(refusal(las(5, 0, 20, 1)) == "f.las: expected a version from 1.0 to 1.4, got 1.5");
  CHECK(refusal(las(2, 128 | 3, 34, 1)) == "f.las: the points are compressed (LAZ), expected LAS without compression");
  CHECK(refusal(las(4, 11, 34, 1)) == "f.las: expected a point data record format from 0 to 10, got 11");
  CHECK(refusal(las(2, 0, 20, 2).put(107, std::uint32_t{3})) ==
        "f.las: expected 3 points of 20 bytes from byte 400 on, got 440 bytes");
  CHECK(refusal(las(4, 6, 30, 1).put(247, ~std::uint64_t{0})) ==
        "f.las: expected 18446744073709551615 points of 30 bytes from byte 400 on, got 430 bytes");
}

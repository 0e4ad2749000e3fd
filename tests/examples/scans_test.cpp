// Tests of reading labelled LiDAR scans, and of the three scans in data/.
#include "support/scans.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using support::read_scan;
using support::Scan;
using Counts = std::array<std::size_t, 12>;

void write(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  scn::write_file_atomically(path, std::as_bytes(std::span(bytes)));
}
void write(const std::string& path, const std::vector<float>& numbers) {
  scn::write_file_atomically(path, std::as_bytes(std::span(numbers)));
}

/// Points of each class; the last entry counts those that are ignored.
Counts class_counts(const Scan& scan) {
  Counts counts{};
  for (const std::int32_t label : scan.labels) ++counts[label < 0 ? 11 : static_cast<std::size_t>(label)];
  return counts;
}

Scan demo_scan(const std::string& number) {
  const std::string path = SCN_SOURCE_DIR "/data/pandaset/001/" + number;
  return read_scan(path + ".bin", path + ".label.u8");
}

}  // namespace

TEST_CASE("a scan is read with merged labels") {
  const TemporaryFolder folder;
  write(folder / "a.bin", std::vector<float>{1, 2, 3, 4, -5, -6, -7, 255});
  write(folder / "a.label.u8", std::vector<std::uint8_t>{9, 4});
  const Scan scan = read_scan(folder / "a.bin", folder / "a.label.u8");
  REQUIRE(scan.size() == 2);
  CHECK(scan.labels == std::vector<std::int32_t>{3, support::ignored_label});
  CHECK(scan.point(1)[0] == -5);
  CHECK(scan.point(1)[2] == -7);
  CHECK(scan.point(1)[3] == 255);
}

TEST_CASE("a scan without points is a scan") {
  const TemporaryFolder folder;
  write(folder / "a.bin", std::vector<float>{});
  write(folder / "a.label.u8", std::vector<std::uint8_t>{});
  CHECK(read_scan(folder / "a.bin", folder / "a.label.u8").size() == 0);
}

TEST_CASE("points that are not numbers are left to whoever quantizes them") {
  const TemporaryFolder folder;
  write(folder / "a.bin", std::vector<float>{1, std::numeric_limits<float>::quiet_NaN(), 3, 4});
  CHECK(std::isnan(support::read_points(folder / "a.bin")[1]));
}

TEST_CASE("a missing scan is an IoError that names the file") {
  const TemporaryFolder folder;
  const std::string path = folder / "absent.bin";
  CHECK_THAT(thrown_message<scn::IoError>([&] { read_scan(path, path); }), Catch::Matchers::StartsWith(path + ": "));
}

TEST_CASE("a folder in place of a scan is an IoError that names it") {
  const TemporaryFolder folder;
  CHECK_THAT(thrown_message<scn::IoError>([&] { support::read_points(folder.path()); }),
             Catch::Matchers::StartsWith(folder.path() + ": "));
}

TEST_CASE("a truncated scan is a FormatError with both sizes") {
  const TemporaryFolder folder;
  write(folder / "a.bin", std::vector<std::uint8_t>(31));
  CHECK(thrown_message<scn::FormatError>([&] { support::read_points(folder / "a.bin"); }) ==
        folder / "a.bin" + ": expected a multiple of 16 bytes (x, y, z, intensity as 32-bit floats), got 31");
}

TEST_CASE("labels of another scan are a FormatError with both sizes") {
  const TemporaryFolder folder;
  write(folder / "a.bin", std::vector<float>(8));
  write(folder / "a.label.u8", std::vector<std::uint8_t>{5, 5, 5});
  CHECK(thrown_message<scn::FormatError>([&] { read_scan(folder / "a.bin", folder / "a.label.u8"); }) ==
        folder / "a.label.u8" + ": expected 2 bytes (one label per point of the scan), got 3");
}

TEST_CASE("an unknown label is a FormatError with its place") {
  const TemporaryFolder folder;
  write(folder / "a.label.u8", std::vector<std::uint8_t>{42, 43});
  CHECK(thrown_message<scn::FormatError>([&] { support::read_labels(folder / "a.label.u8", 2); }) ==
        folder / "a.label.u8" + ": label 43 of point 1 is unknown; expected 0 to 42");
}

TEST_CASE("the class table merges PandaSet's labels as data/README.md says") {
  const std::vector<std::set<std::size_t>> expected{{5},
                                                    {6, 12},
                                                    {7},
                                                    {8, 9, 10},
                                                    {11},
                                                    {13},
                                                    {14, 15, 16, 17, 23},
                                                    {18, 19, 20, 21, 22, 24, 25, 26, 30, 31},
                                                    {34, 35, 36, 37, 38, 39},
                                                    {41},
                                                    {40, 42}};
  REQUIRE(expected.size() == support::lidar_classes.size());
  for (std::size_t label = 0; label < support::class_of_label.size(); ++label) {
    const auto found =
        std::find_if(expected.begin(), expected.end(), [&](const auto& set) { return set.count(label); });
    const auto place = static_cast<std::int32_t>(found - expected.begin());
    CHECK(support::class_of_label[label] == (found == expected.end() ? support::ignored_label : place));
  }
}

TEST_CASE("names and colours tell the classes apart") {
  for (std::size_t a = 0; a < support::lidar_classes.size(); ++a) {
    CHECK_FALSE(support::lidar_classes[a].colour == support::ignored_colour);
    for (std::size_t b = 0; b < a; ++b) {
      CHECK(support::lidar_classes[a].name != support::lidar_classes[b].name);
      CHECK_FALSE(support::lidar_classes[a].colour == support::lidar_classes[b].colour);
    }
  }
}

TEST_CASE("the three scans of the demo hold the points of each class that data/README.md lists") {
  CHECK(class_counts(demo_scan("00")) ==
        Counts{26775, 2288, 57746, 1537, 4137, 20052, 3791, 1698, 1878, 34429, 14052, 788});
  CHECK(class_counts(demo_scan("01")) ==
        Counts{27605, 2292, 56509, 1586, 4056, 20285, 3832, 1649, 2095, 34129, 13985, 791});
  CHECK(class_counts(demo_scan("02")) ==
        Counts{27928, 2265, 54899, 1615, 4144, 21420, 3935, 1675, 2172, 34288, 13590, 820});
}

TEST_CASE("the points of the demo lie in the bounds that data/README.md gives, intensities are whole") {
  for (const std::string number : {"00", "01", "02"}) {
    const Scan scan = demo_scan(number);
    std::size_t near = 0, outside = 0;
    for (std::size_t row = 0; row < scan.size(); ++row) {
      const auto p = scan.point(row);
      const bool fits = p[0] > -142 && p[0] < 210 && p[1] > -120 && p[1] < 239 && p[2] > -12 && p[2] < 20;
      const bool is_byte = p[3] >= 0 && p[3] <= 255 && p[3] == std::floor(p[3]);
      outside += !(fits && is_byte);
      near += std::hypot(p[0], p[1]) < 50;
    }
    CHECK(outside == 0);
    CHECK(near > scan.size() / 100 * 90);
  }
}

TEST_CASE("the forward scanner's points follow from the row that data/README.md gives") {
  const auto median_on_road = [](const Scan& scan, std::size_t begin, std::size_t end) {
    std::vector<float> intensities;
    for (std::size_t row = begin; row < end; ++row)
      if (scan.labels[row] == 2) intensities.push_back(scan.point(row)[3]);
    std::sort(intensities.begin(), intensities.end());
    return intensities[intensities.size() / 2];
  };
  for (std::size_t number = 0; number < support::first_forward_row.size(); ++number) {
    const Scan scan = demo_scan("0" + std::to_string(number));
    const std::size_t first = support::first_forward_row[number];
    CHECK(median_on_road(scan, 0, first) == 7);
    CHECK(median_on_road(scan, first, scan.size()) == Approx(29).margin(1));
    const auto is_behind = [&](std::size_t row) { return scan.point(row)[0] + scan.point(row)[1] < 0; };
    std::size_t behind = 0;  // the vehicle looks along (+x, +y)
    for (std::size_t row = first; row < scan.size(); ++row) behind += is_behind(row);
    CHECK(behind == 0);
    CHECK(is_behind(first - 1));
  }
}

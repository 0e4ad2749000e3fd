// Tests of reading PCD files.
#include "scn/io/pcd.hpp"

#include <cmath>

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

std::string header(const std::string& data, const std::string& points = "2") {
  return "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y _ normal\nSIZE 4 4 1 2\nTYPE F F U I\n"
         "COUNT 1 1 3 2\nWIDTH " +
         points + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + points + "\nDATA " + data + "\n";
}

FileBytes record(float x, float y, int first, int second) {
  FileBytes bytes;
  return bytes.number(x).number(y) << "pad", bytes.number(std::int16_t(first)).number(std::int16_t(second));
}

void check(const scn::PointFile& cloud) {
  REQUIRE(cloud.count() == 2);
  CHECK(cloud.numbers<double>({"x", "y", "normal_0", "normal_1"}) == std::vector<double>{1.5, 2, 3, -4, 5, 6.25, 7, 8});
  CHECK_FALSE(cloud.has("_"));
}

std::string refusal(const std::string& text) {
  return thrown_message<scn::FormatError>([&] { scn::parse_pcd(FileBytes(text).bytes(), "f.pcd"); });
}

}  // namespace

TEST_CASE("Points are read from ascii data", "[io]") {
  check(scn::parse_pcd(FileBytes(header("ascii") + "1.5 2 0 0 0 3 -4\n5 6.25 1 1 1 7 8\n").bytes(), "f.pcd"));
}

TEST_CASE("Points are read from binary data, what follows them is not", "[io]") {
  FileBytes file(header("binary"));
  for (const auto& bytes : {record(1.5f, 2, 3, -4), record(5, 6.25f, 7, 8)})
    file << std::string_view(reinterpret_cast<const char*>(bytes.bytes().data()), bytes.bytes().size());
  check(scn::parse_pcd((file << "more").bytes(), "f.pcd"));
}

TEST_CASE("Points are read from compressed data, whose fields lie one after the other", "[io]") {
  FileBytes columns;
  columns.number(1.5f).number(5.0f).number(2.0f).number(6.25f);
  FileBytes normals;
  normals.number(std::int16_t{3}).number(std::int16_t{-4}).number(std::int16_t{7}).number(std::int16_t{8});
  FileBytes packed;
  packed.number(std::uint8_t{15}) << std::string_view(reinterpret_cast<const char*>(columns.bytes().data()), 16);
  packed.number(std::uint8_t{0}) << "p";                        // one literal
  packed.number(std::uint8_t{3 << 5}).number(std::uint8_t{0});  // five copies of the byte before
  packed.number(std::uint8_t{7}) << std::string_view(reinterpret_cast<const char*>(normals.bytes().data()), 8);
  FileBytes file(header("binary_compressed"));
  file.number(std::uint32_t(packed.bytes().size())).number(std::uint32_t{30});
  file << std::string_view(reinterpret_cast<const char*>(packed.bytes().data()), packed.bytes().size());
  check(scn::parse_pcd(file.bytes(), "f.pcd"));
}

TEST_CASE("A file on the disk is read, a missing one is named", "[io]") {
  const TemporaryFolder folder;
  scn::write_file_atomically(folder / "a.pcd",
                             FileBytes(header("ascii") + "1.5 2 0 0 0 3 -4\n5 6.25 1 1 1 7 8").bytes());
  check(scn::read_pcd(folder / "a.pcd"));
  CHECK_THROWS_AS(scn::read_pcd(folder / "b.pcd"), scn::IoError);
}

TEST_CASE("Points that are no numbers stay in place", "[io]") {
  const auto cloud = scn::parse_pcd(FileBytes(header("ascii", "1") + "nan 2 0 0 0 3 -4\n").bytes(), "f.pcd");
  CHECK(std::isnan(cloud.numbers<double>({"x"})[0]));
  CHECK(scn::quantize<2>(cloud.view<2, double>(), {}).not_finite == 1);
}

TEST_CASE("A picture of points has its width times its height of them", "[io]") {
  const std::string text = "FIELDS x\nSIZE 4\nTYPE F\nWIDTH 2\nHEIGHT 2\nDATA ascii\n1\n2\n3\n4\n";
  CHECK(scn::parse_pcd(FileBytes(text).bytes(), "f").numbers<double>({"x"}) == std::vector<double>{1, 2, 3, 4});
  CHECK(refusal("FIELDS x\nSIZE 4\nTYPE F\nWIDTH 2\nHEIGHT 2\nPOINTS 5\nDATA ascii\n") ==
        "f.pcd, line 7: expected as many POINTS as WIDTH 2 times HEIGHT 2, got 5");
}

TEST_CASE("A header that contradicts itself is refused with its line", "[io]") {
  CHECK(refusal("") == "f.pcd, line 0: expected another line, got the end of the file");
  CHECK(refusal("hello") == "f.pcd, line 1: expected a line of a PCD header, got 'hello'");
  CHECK(refusal("DATA ascii\n") == "f.pcd, line 1: expected FIELDS before DATA");
  CHECK(refusal("FIELDS x y\nSIZE 4\nTYPE F F\nPOINTS 1\nDATA ascii\n") ==
        "f.pcd, line 5: expected SIZE, TYPE and COUNT for 2 fields, got 1, 2 and 2");
  CHECK(refusal("FIELDS x\nSIZE 2\nTYPE F\nPOINTS 1\nDATA ascii\n") ==
        "f.pcd, line 5: expected a TYPE F of SIZE 4 or 8, or I or U of SIZE 1, 2, 4 or 8, for field 'x'");
  CHECK(refusal("FIELDS x x\nSIZE 4 4\nTYPE F F\nPOINTS 1\nDATA ascii\n") ==
        "f.pcd, line 5: two fields are called 'x'");
  CHECK(refusal("FIELDS x\nSIZE 4\nTYPE F\nDATA ascii\n") ==
        "f.pcd, line 4: expected POINTS, or WIDTH and HEIGHT, before DATA");
  CHECK(refusal("FIELDS x\nSIZE 4\nTYPE F\nPOINTS 0\nDATA zip\n") ==
        "f.pcd, line 5: expected DATA ascii, binary or binary_compressed, got 'zip'");
  CHECK(refusal("POINTS 1 2\n") == "f.pcd, line 1: expected one value after 'POINTS', got 2");
}

TEST_CASE("Fewer points than the header says are refused before memory is taken for them", "[io]") {
  CHECK(refusal(header("ascii", "1000000000000")) == "f.pcd, line 11: expected 1000000000000 points, got 0 bytes");
  CHECK(refusal(header("binary", "1000000000000")) == "f.pcd: expected 1000000000000 points of 15 bytes, got 0 bytes");
  CHECK(refusal(header("binary", "9000000000000000000")) ==
        "f.pcd: expected 9000000000000000000 points of 15 bytes, got 0 bytes");
  CHECK(refusal(header("ascii") + "1.5 2 0 0 0 3 -4\n5 6.25\n") == "f.pcd, line 13: expected 7 numbers, got 2");
}

TEST_CASE("Compressed data that does not expand to the points is refused", "[io]") {
  const auto compressed = [](std::uint32_t packed, std::uint32_t expanded, std::string_view data) {
    FileBytes file(header("binary_compressed"));
    file.number(packed).number(expanded) << data;
    return thrown_message<scn::FormatError>([&] { scn::parse_pcd(file.bytes(), "f.pcd"); });
  };
  CHECK(compressed(4, 31, "abcd") ==
        "f.pcd, line 11: expected compressed 2 points of 15 bytes, got 4 bytes for 31 in 12");
  CHECK(compressed(5, 30, "abcd") ==
        "f.pcd, line 11: expected compressed 2 points of 15 bytes, got 5 bytes for 30 in 12");
  CHECK(compressed(4, 30, "abcd") == "f.pcd, line 11: expected LZF data, got other bytes");
  CHECK(compressed(4, 30, std::string_view("\x20\x00\x00\x00", 4)) ==
        "f.pcd, line 11: expected LZF data, got other bytes");
}

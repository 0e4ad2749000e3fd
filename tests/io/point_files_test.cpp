// Tests of files of points without a header.
#include "scn/io/point_files.hpp"

#include <cmath>

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

TEST_CASE("Scans of KITTI have four numbers a point, those of nuScenes five", "[io]") {
  const TemporaryFolder folder;
  FileBytes file;
  for (int i = 0; i < 20; ++i) file.number(float(i));
  scn::write_file_atomically(folder / "scan.bin", file.bytes());
  const auto kitti = scn::read_kitti(folder / "scan.bin");
  CHECK(kitti.count() == 5);
  CHECK(kitti.numbers<float>({"intensity"}) == std::vector<float>{3, 7, 11, 15, 19});
  CHECK(kitti.view<3, float>().stride == 4);
  const auto nuscenes = scn::read_nuscenes(folder / "scan.bin");
  CHECK(nuscenes.numbers<float>({"ring", "x"}) == std::vector<float>{4, 0, 9, 5, 14, 10, 19, 15});
}

TEST_CASE("A cut point is refused, and so is a point without fields", "[io]") {
  CHECK(thrown_message<scn::FormatError>([] {
          scn::parse_points(std::vector<std::byte>(17), {"x", "y"}, "f.bin");
        }) == "f.bin: expected points of 2 float32 numbers, 8 bytes each, got 17 bytes");
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::parse_points({}, {}, "f.bin"); }) ==
        "f.bin: expected at least one name of a field, got none");
  CHECK(scn::parse_points({}, {"x"}, "f.bin").count() == 0);
}

TEST_CASE("Points are read from lines of numbers", "[io]") {
  const TemporaryFolder folder;
  scn::write_file_atomically(folder / "a.pts", FileBytes("1 -2.5\t3e2\n\n  +4 5 6\r\n7 8 nan").bytes());
  const auto cloud = scn::read_text_points(folder / "a.pts", {"x", "y", "z"});
  CHECK(cloud.count() == 3);
  CHECK(cloud.numbers<double>({"z", "x"})[0] == 300);
  CHECK(cloud.numbers<double>({"x", "y"}) == std::vector<double>{1, -2.5, 4, 5, 7, 8});
  CHECK(std::isnan(cloud.numbers<double>({"z"})[2]));
  CHECK(cloud.view<3, double>().stride == 3);
  CHECK(scn::parse_text_points({}, {"x"}, "f.txt").count() == 0);
}

TEST_CASE("Lines with other words than the numbers asked for are refused", "[io]") {
  const auto refusal = [](std::string_view text) {
    return thrown_message<scn::FormatError>([&] {
      scn::parse_text_points(FileBytes(text).bytes(), {"x", "y"}, "f.txt");
    });
  };
  CHECK(refusal("1 2\n3\n") == "f.txt, line 2: expected 2 numbers, got 1 words");
  CHECK(refusal("1 2\n\n3 4 5\n") == "f.txt, line 3: expected 2 numbers, got 3 words");
  CHECK(refusal("1 2,\n") == "f.txt, line 1: expected a number, got '2,'");
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::parse_text_points({}, {}, "f.txt"); }) ==
        "f.txt: expected at least one name of a field, got none");
}

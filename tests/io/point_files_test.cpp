// Tests of files of points without a header.
#include "scn/io/point_files.hpp"

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

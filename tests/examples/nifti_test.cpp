// Tests of reading NIfTI-1 files, and of the one in data/.
#include "support/nifti.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/io/file.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

/// What the header of a test says where it matters.
struct Header {
  std::vector<std::int16_t> dim{2, 3, 2, 1, 1, 1, 1, 1};  // number of axes and their extents
  std::int16_t type = 4;                                  // 16-bit whole numbers
  float offset = 352, slope = 0, intercept = 0;
  bool big_endian = false;
  std::int32_t size = 348;
  std::string magic = {'n', '+', '1', '\0'};
};

FileBytes nifti(const Header& header = {}) {
  const bool big = header.big_endian;
  FileBytes file;
  file.number(header.size, big) << std::string(36, '\0');
  for (const std::int16_t extent : header.dim) file.number(extent, big);
  file << std::string(14, '\0');
  file.number(header.type, big) << std::string(36, '\0');
  file.number(header.offset, big).number(header.slope, big).number(header.intercept, big) << std::string(224, '\0');
  return file << header.magic << std::string(4, '\0'), file;
}

template <class T>
FileBytes with_values(FileBytes file, const std::vector<T>& values, bool big_endian = false) {
  for (const T value : values) file.number(value, big_endian);
  return file;
}

const std::vector<std::int16_t> six{-1, 2, 3, 4, 5, 600};

support::Volume read(const FileBytes& file) { return support::parse_nifti(file.bytes(), "f.nii"); }
std::string refusal(const FileBytes& file) {
  return thrown_message<scn::FormatError>([&] { read(file); });
}

}  // namespace

TEST_CASE("a picture is read with x fastest, and missing axes have one place") {
  const support::Volume volume = read(with_values(nifti(), six));
  CHECK(volume.extent == std::array<std::int64_t, 4>{3, 2, 1, 1});
  CHECK(volume.values == std::vector<float>{-1, 2, 3, 4, 5, 600});
  CHECK(volume.at(1, 1, 0, 0) == 5);
}

TEST_CASE("a picture may have four axes") {
  std::vector<std::uint8_t> values(24);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::uint8_t(i + 200);
  const support::Volume volume = read(with_values(nifti({.dim = {4, 2, 3, 1, 4, 1, 1, 1}, .type = 2}), values));
  CHECK(volume.extent == std::array<std::int64_t, 4>{2, 3, 1, 4});
  CHECK(volume.at(1, 2, 0, 3) == 223);
}

TEST_CASE("numbers of every type and either byte order are read") {
  const std::vector<float> expected{0, 1, 2, 3, 4, 5};
  const auto values = []<class T>(T) { return std::vector<T>{0, 1, 2, 3, 4, 5}; };
  for (const bool big : {false, true}) {
    const auto check = [&]<class T>(T zero, std::int16_t type) {
      CHECK(read(with_values(nifti({.type = type, .big_endian = big}), values(zero), big)).values == expected);
    };
    check(std::uint8_t{}, 2);
    check(std::int16_t{}, 4);
    check(std::int32_t{}, 8);
    check(float{}, 16);
    check(double{}, 64);
    check(std::uint16_t{}, 512);
  }
}

TEST_CASE("values are scaled where the header has a slope, and may begin later") {
  FileBytes file = nifti({.offset = 354, .slope = 0.5f, .intercept = -1});
  file << "ab";
  CHECK(read(with_values(file, six)).values == std::vector<float>{-1.5f, 0, 0.5f, 1, 1.5f, 299});
}

TEST_CASE("a file that is no NIfTI-1 file is refused") {
  CHECK(refusal(FileBytes("short")) == "f.nii: expected a NIfTI-1 file with its values, got 5 other bytes");
  CHECK(refusal(with_values(nifti({.magic = {'n', 'i', '1', '\0'}}), six)) ==
        "f.nii: expected a NIfTI-1 file with its values, got 364 other bytes");
  CHECK(refusal(with_values(nifti({.size = 540}), six)) == "f.nii: expected a NIfTI-1 header of 348 bytes");
}

TEST_CASE("axes that a picture cannot have are refused") {
  CHECK(refusal(nifti({.dim = {0, 1, 1, 1, 1, 1, 1, 1}})) == "f.nii: expected 1 to 4 axes, got 0");
  CHECK(refusal(nifti({.dim = {5, 1, 1, 1, 1, 1, 1, 1}})) == "f.nii: expected 1 to 4 axes, got 5");
  CHECK(refusal(nifti({.dim = {3, 1, 1, -2, 1, 1, 1, 1}})) == "f.nii: axis 2 has -2 places, expected at least 1");
}

TEST_CASE("values that are not all there, or too many, are refused") {
  const std::int16_t most = std::numeric_limits<std::int16_t>::max();
  CHECK(refusal(with_values(nifti(), std::vector<std::int16_t>(5))) ==
        "f.nii: expected 6 values of 2 bytes, got 10 bytes");
  CHECK(refusal(with_values(nifti(), std::vector<std::int16_t>(7))) ==
        "f.nii: expected 6 values of 2 bytes, got 14 bytes");
  CHECK(refusal(nifti({.dim = {4, most, most, most, most, 1, 1, 1}, .type = 64})) ==
        "f.nii: expected 1152780773560811521 values of 8 bytes, got 0 bytes");
}

TEST_CASE("a place of the values outside the file, and a scale that is no number, are refused") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(refusal(nifti({.offset = 353})) == "f.nii: values begin at byte 353.000000 of 352");
  CHECK(refusal(nifti({.offset = 348})) == "f.nii: values begin at byte 348.000000 of 352");
  CHECK(refusal(nifti({.offset = nan})) == "f.nii: values begin at byte nan of 352");
  CHECK(refusal(nifti({.slope = nan})) ==
        "f.nii: the scale is nan and the value of 0 is 0.000000, expected finite numbers");
}

TEST_CASE("numbers of other types are refused by their code") {
  CHECK(refusal(nifti({.type = 128})) == "f.nii: expected whole or real numbers, got the NIfTI type 128");
}

TEST_CASE("the picture in data is read from its compressed file") {
  const support::Volume volume = support::read_nifti(SCN_SOURCE_DIR "/data/fmri4d/example4d.nii.gz");
  CHECK(volume.extent == std::array<std::int64_t, 4>{128, 96, 24, 2});
  std::array<std::int64_t, 2> above{};
  double largest = 0;
  for (std::int64_t t = 0; t < 2; ++t)
    for (std::int64_t z = 0; z < 24; ++z)
      for (std::int64_t y = 0; y < 96; ++y)
        for (std::int64_t x = 0; x < 128; ++x) {
          above[x < 64 ? 0 : 1] += volume.at(x, y, z, t) > 200 ? 1 : 0;
          largest = std::max(largest, double(volume.at(x, y, z, t)));
        }
  CHECK(above == std::array<std::int64_t, 2>{102035, 100759});
  CHECK(largest == 1162);
}

TEST_CASE("a file that cannot be read or expanded is an error of the system") {
  const TemporaryFolder folder;
  CHECK(thrown_message<scn::IoError>([&] { support::read_gzip(folder / "none"); }) == folder / "none: cannot open");
  const std::vector<std::uint8_t> broken{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff};
  scn::write_file_atomically(folder / "broken.gz", std::as_bytes(std::span(broken)));
  CHECK(thrown_message<scn::IoError>([&] { support::read_gzip(folder / "broken.gz"); }) ==
        folder / "broken.gz: cannot read or expand");
}

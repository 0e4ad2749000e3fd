// Tests of reading the vertices of PLY files.
#include "scn/io/ply.hpp"

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

std::string header(const std::string& format, bool with_list) {
  return "ply\nformat " + format + " 1.0\ncomment a room\nelement camera 1\nproperty uchar id\n" +
         (with_list ? "element face 2\nproperty list uchar int vertex_indices\n" : "") +
         "element vertex 2\nproperty float x\nproperty double y\n" +
         (with_list ? "property list short uchar tags\n" : "") +
         "property uchar red\nelement rest 1\nproperty int n\nend_header\n";
}

void check(const scn::PointFile& cloud) {
  REQUIRE(cloud.count() == 2);
  CHECK(cloud.numbers<double>({"x", "y", "red"}) == std::vector<double>{1.5, -2, 255, 3, 0.1, 7});
}

std::string refusal(const FileBytes& file) {
  return thrown_message<scn::FormatError>([&] { scn::parse_ply(file.bytes(), "f.ply"); });
}

}  // namespace

TEST_CASE("Vertices are read from text, with lists around them and in them", "[io]") {
  check(scn::parse_ply(FileBytes(header("ascii", false) + "9\n1.5 -2 255\n3 0.1 7\n4\n").bytes(), "f.ply"));
  check(scn::parse_ply(FileBytes(header("ascii", true) + "9\n3 0 1 1\n0\n1.5 -2 2 8 9 255\n3 0.1 0 7\n4\n").bytes(),
                       "f.ply"));
}

TEST_CASE("Vertices are read from both byte orders, with lists around them and in them", "[io]") {
  for (const bool big : {false, true})
    for (const bool with_list : {false, true}) {
      CAPTURE(big, with_list);
      FileBytes file(header(big ? "binary_big_endian" : "binary_little_endian", with_list));
      file.number(std::uint8_t{9});
      if (with_list)
        file.number(std::uint8_t{2}).number(std::int32_t{0}, big).number(std::int32_t{1}, big)
            << std::string_view("\0", 1);
      file.number(1.5f, big).number(-2.0, big);
      if (with_list) file.number(std::int16_t{3}, big) << "abc";
      file.number(std::uint8_t{255}).number(3.0f, big).number(0.1, big);
      if (with_list) file.number(std::int16_t{0}, big);
      file.number(std::uint8_t{7}).number(std::int32_t{4}, big);
      check(scn::parse_ply(file.bytes(), "f.ply"));
    }
}

TEST_CASE("A file on the disk is read", "[io]") {
  const TemporaryFolder folder;
  scn::write_file_atomically(folder / "a.ply",
                             FileBytes(header("ascii", false) + "9\n1.5 -2 255\n3 0.1 7\n4\n").bytes());
  check(scn::read_ply(folder / "a.ply"));
}

TEST_CASE("A malformed header is refused with its line", "[io]") {
  CHECK(refusal(FileBytes("plyx\n")) == "f.ply, line 1: expected \"ply\"");
  CHECK(refusal(FileBytes("ply\nend_header\n")) ==
        "f.ply, line 2: expected the format ascii, binary_little_endian or binary_big_endian, got ''");
  CHECK(refusal(FileBytes("ply\nproperty float x\n")) ==
        "f.ply, line 2: expected a format, an element or a property of one, got 'property'");
  CHECK(refusal(FileBytes("ply\nelement vertex 1\nproperty half x\n")) ==
        "f.ply, line 3: expected a type such as float or uchar, got 'half'");
  CHECK(refusal(FileBytes("ply\nelement vertex 1\nproperty list float int x\n")) ==
        "f.ply, line 3: expected a list counted by whole numbers");
  CHECK(refusal(FileBytes("ply\nelement vertex 1\nproperty int x\nproperty int x\n")) ==
        "f.ply, line 4: two fields are called 'x'");
  CHECK(refusal(FileBytes("ply\nformat ascii 1.0\nend_header\n")) == "f.ply: expected an element vertex, got none");
}

TEST_CASE("Fewer bytes or lines than the header says are refused", "[io]") {
  CHECK(refusal(FileBytes(header("ascii", false) + "9\n1.5 -2 255\n")) ==
        "f.ply, line 14: expected another line, got the end of the file");
  CHECK(refusal(FileBytes(header("ascii", false) + "9\n1.5 -2\n")) ==
        "f.ply, line 14: expected the numbers of a vertex, got only 2");
  CHECK(refusal(FileBytes(header("ascii", false) + "9\n1.5 -2 3 4\n")) ==
        "f.ply, line 14: expected 3 numbers of a vertex, got 4");
  CHECK(refusal(FileBytes(header("binary_little_endian", false) + "9123")) ==
        "f.ply: expected 2 elements 'vertex', got 4 bytes in all");
  FileBytes list(
      "ply\nformat binary_big_endian 1.0\nelement face 9000000000000000000\nproperty list char int i\nend_header\n");
  CHECK(refusal(list.number(std::int8_t{-1})) == "f.ply: a list has the negative length -1");
}

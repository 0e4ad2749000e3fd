// Tests of reading NPY files.
#include "scn/io/npy.hpp"

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

FileBytes npy(const std::string& dictionary, int version = 1) {
  FileBytes file("\x93NUMPY");
  file.number(std::uint8_t(version)).number(std::uint8_t{0});
  if (version == 1)
    file.number(std::uint16_t(dictionary.size()));
  else
    file.number(std::uint32_t(dictionary.size()));
  return file << dictionary, file;
}

FileBytes table(const std::string& descr, const std::string& order, const std::string& shape = "(2, 3)") {
  return npy("{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }       \n");
}

std::string refusal(const FileBytes& file) {
  return thrown_message<scn::FormatError>([&] { scn::parse_npy(file.bytes(), "f.npy"); });
}

template <class T>
std::vector<T> values(const FileBytes& file) {
  const auto array = scn::parse_npy(file.bytes(), "f.npy");
  const auto span = array.values<T>();
  return {span.begin(), span.end()};
}

}  // namespace

TEST_CASE("A table is read row by row", "[io]") {
  FileBytes file = table("<i4", "False");
  for (int i = 0; i < 6; ++i) file.number(std::int32_t(i - 3));
  const auto array = scn::parse_npy(file.bytes(), "f.npy");
  CHECK(array.type == scn::ElementType::i32);
  CHECK(array.shape == std::vector<std::int64_t>{2, 3});
  CHECK(values<std::int32_t>(file) == std::vector<std::int32_t>{-3, -2, -1, 0, 1, 2});
  CHECK(thrown_message<scn::InvalidArgument>([&] { array.values<float>(); }) ==
        "NpyArray: the array holds I32, asked for F32");
}

TEST_CASE("Fortran order and the other byte order are turned round", "[io]") {
  FileBytes file = table(">f8", "True");
  for (const double value : {0.0, 3.0, 1.0, 4.0, 2.0, 5.0}) file.number(value, true);
  CHECK(values<double>(file) == std::vector<double>{0, 1, 2, 3, 4, 5});
  FileBytes cube = table("|u1", "True", "(2, 2, 3)");
  for (int i = 0; i < 12; ++i) cube.number(std::uint8_t(i));
  CHECK(values<std::uint8_t>(cube) == std::vector<std::uint8_t>{0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11});
}

TEST_CASE("A number alone, an empty array and longer headers are arrays", "[io]") {
  CHECK(values<float>(table("<f4", "False", "()").number(2.5f)) == std::vector<float>{2.5f});
  CHECK(values<float>(table("<f4", "True", "(0, 4)")).empty());
  FileBytes second = npy("{\"shape\": (1,), \"descr\": \"<u2\", \"fortran_order\": False}\n", 2);
  CHECK(values<std::uint16_t>(second.number(std::uint16_t{7})) == std::vector<std::uint16_t>{7});
}

TEST_CASE("A table becomes points, and another array is refused", "[io]") {
  const TemporaryFolder folder;
  FileBytes file = table("<f8", "False");
  for (int i = 0; i < 6; ++i) file.number(double(i));
  scn::write_file_atomically(folder / "a.npy", file.bytes());
  const auto points = scn::read_npy_points(folder / "a.npy", {"x", "y", "label"});
  CHECK(points.numbers<double>({"label", "x"}) == std::vector<double>{2, 0, 5, 3});
  CHECK(thrown_message<scn::FormatError>([&] {
          scn::read_npy_points(folder / "a.npy", {"x", "y"});
        }) == (folder / "a.npy") + ": expected a table of 2 columns, got an array of 2 axes and 3 columns");
}

TEST_CASE("What is no array of numbers is refused", "[io]") {
  CHECK(refusal(FileBytes("PK\x03\x04 and more bytes")) ==
        "f.npy: expected an NPY file, which begins with \\x93NUMPY, got 19 other bytes");
  CHECK(refusal(npy("{}", 4)) == "f.npy: expected NPY version 1 to 3, got 4");
  CHECK(refusal(table("<c8", "False")) == "f.npy: expected whole or real numbers, got the NPY type '<c8'");
  CHECK(refusal(table("<U5", "False")) == "f.npy: expected whole or real numbers, got the NPY type '<U5'");
  CHECK(refusal(npy("{'descr': [('x', '<f4')], }")) ==
        "f.npy: expected a string (arrays of records are not supported) at character 10 of the NPY header");
  CHECK(refusal(npy("{'descr': '<f4', 'order'}")) == "f.npy: expected \":\" at character 24 of the NPY header");
  CHECK(refusal(npy("{'shape': (99999999999999999999,)}")) ==
        "f.npy: expected a smaller extent at character 29 of the NPY header");
  CHECK(refusal(npy("{'fortran_order': Maybe}")) == "f.npy: expected True or False at character 18 of the NPY header");
}

TEST_CASE("Fewer or more bytes than the shape says are refused", "[io]") {
  CHECK(refusal(table("<f4", "False").number(1.0f)) ==
        "f.npy: expected the 4-byte numbers of the shape in the header, got 4 bytes");
  CHECK(refusal(table("<f4", "False", "(4611686018427387904, 4)")) ==
        "f.npy: expected the 4-byte numbers of the shape in the header, got 0 bytes");
  FileBytes cut("\x93NUMPY");
  cut.number(std::uint8_t{1}).number(std::uint8_t{0}).number(std::uint16_t{100}) << "{}";
  CHECK(refusal(cut) == "f.npy: expected an NPY header of 100 bytes, got 2");
}

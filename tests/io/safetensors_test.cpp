// Tests of reading and writing safetensors files.
#include "scn/io/safetensors.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "support/safetensors_description.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::ElementType;
using scn::FormatError;
using scn::InvalidArgument;
using scn::IoError;
using scn::SafetensorsFile;
using scn::TensorEntry;
using scn::write_safetensors;
using Bytes = std::vector<std::byte>;
using Metadata = std::map<std::string, std::string>;
using Shape = std::vector<std::int64_t>;

Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// A whole file: length, header text, data.
Bytes file_of(std::string_view header, std::string_view data) {
  const std::uint64_t length = header.size();
  std::string text(8, '\0');
  std::memcpy(text.data(), &length, 8);
  return bytes_of(text.append(header).append(data));
}

template <class T>
TensorEntry entry(const std::string& name, const Shape& shape, const std::vector<T>& values) {
  return {name, scn::element_type_of<T>(), shape, std::as_bytes(std::span(values))};
}

/// An entry of values that are about to die would refer to nothing.
template <class T>
TensorEntry entry(const std::string& name, const Shape& shape, std::vector<T>&& values) = delete;

std::string refusal(Bytes bytes) {
  return thrown_message<FormatError>([&] { SafetensorsFile(std::move(bytes), "file"); });
}

/// A small valid file with everything a file can have.
Bytes small_file() {
  return file_of(R"({"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},)"
                 R"("b":{"dtype":"I16","shape":[],"data_offsets":[3,5]},"c":{"dtype":"F32","shape":[0,2],)"
                 R"("data_offsets":[5,5]}}  )",
                 "xyz\x02\x01");
}

TEST_CASE("Values of every C++ type come back as they were written", "[io]") {
  const TemporaryFolder folder;
  const auto round_trip = [&]<class T>(const std::vector<T>& values) {
    const std::vector<TensorEntry> tensors{entry("values", {std::ssize(values)}, values)};
    write_safetensors(folder / "a", tensors);
    const SafetensorsFile file(folder / "a");
    CHECK(file.tensor("values").type == scn::element_type_of<T>());
    CHECK(file.values<T>("values") == values);
  };
  const auto limits = [&]<class T>(T) {
    using Limits = std::numeric_limits<T>;
    round_trip(std::vector<T>{T{0}, T{1}, Limits::lowest(), Limits::max(), Limits::min()});
  };
  limits(std::int8_t{});
  limits(std::int16_t{});
  limits(std::int32_t{});
  limits(std::int64_t{});
  limits(std::uint8_t{});
  limits(std::uint16_t{});
  limits(std::uint32_t{});
  limits(std::uint64_t{});
  limits(float{});
  limits(double{});
  round_trip(std::vector<double>{-0.0, 0.1, std::numeric_limits<double>::infinity(), 5e-324});
}

TEST_CASE("Every element type comes back with its name, type, shape and bytes", "[io]") {
  const TemporaryFolder folder;
  const Bytes data = bytes_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL");  // 48 bytes
  std::vector<TensorEntry> tensors;
  for (int index = 0; index <= static_cast<int>(ElementType::c64); ++index) {
    const ElementType type = static_cast<ElementType>(index);
    const std::int64_t size = scn::element_size(type);
    tensors.push_back({"t" + std::to_string(index), type, {2, 3}, std::span(data).first(std::size_t(6 * size))});
  }
  write_safetensors(folder / "a", tensors);
  const SafetensorsFile file(folder / "a");
  REQUIRE(file.tensors().size() == tensors.size());
  for (const TensorEntry& expected : tensors) {
    CAPTURE(expected.name);
    const TensorEntry& actual = file.tensor(expected.name);
    CHECK(actual.name == expected.name);
    CHECK(actual.type == expected.type);
    CHECK(actual.shape == expected.shape);
    CHECK(Bytes(actual.bytes.begin(), actual.bytes.end()) == Bytes(expected.bytes.begin(), expected.bytes.end()));
  }
}

TEST_CASE("NaN keeps its bits", "[io]") {
  const TemporaryFolder folder;
  const std::vector<std::uint32_t> bits{0x7fc00000, 0xffc12345, 0x7f812345};
  const std::vector<TensorEntry> tensors{{"nan", ElementType::f32, {3}, std::as_bytes(std::span(bits))}};
  write_safetensors(folder / "a", tensors);
  const std::vector<float> values = SafetensorsFile(folder / "a").values<float>("nan");
  REQUIRE(values.size() == 3);
  CHECK(std::memcmp(values.data(), bits.data(), 12) == 0);
}

TEST_CASE("Scalars, empty arrays and files without arrays come back", "[io]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "none", {});
  CHECK(SafetensorsFile(folder / "none").tensors().empty());
  CHECK(SafetensorsFile(folder / "none").metadata().empty());

  const std::vector<float> none;
  const std::vector<std::int32_t> seven{7};
  const std::vector<TensorEntry> tensors{entry("empty", {0}, none), entry("flat", {3, 0, 2}, none),
                                         entry("scalar", {}, seven)};
  write_safetensors(folder / "a", tensors);
  const SafetensorsFile file(folder / "a");
  CHECK(file.tensor("empty").shape == Shape{0});
  CHECK(file.values<float>("empty").empty());
  CHECK(file.tensor("flat").shape == Shape{3, 0, 2});
  CHECK(file.tensor("scalar").shape.empty());
  CHECK(file.values<std::int32_t>("scalar") == std::vector<std::int32_t>{7});
}

TEST_CASE("Metadata and odd names come back as they were", "[io]") {
  const TemporaryFolder folder;
  const Metadata metadata{{"", "empty key"}, {"notes", "two\nlines\t\"quoted\" \\ größe"}, {"empty", ""}};
  const std::vector<std::uint8_t> one{1};
  std::vector<TensorEntry> tensors;
  for (const char* name : {"", "1.1.2.0.0.bias", "f64/x", "a\"b\\c\n", "größe", "{}", "__metadata"})
    tensors.push_back(entry(name, {1}, one));
  write_safetensors(folder / "a", tensors, metadata);
  const SafetensorsFile file(folder / "a");
  CHECK(file.metadata() == metadata);
  for (const TensorEntry& tensor : tensors) CHECK(file.contains(tensor.name));
  CHECK(!file.contains("1.1.2.0.0"));
}

TEST_CASE("The same arrays and metadata give the same bytes", "[io]") {
  const TemporaryFolder folder;
  const std::vector<float> values{1, 2};
  const std::vector<TensorEntry> tensors{entry("b", {2}, values), entry("a", {1, 2}, values)};
  write_safetensors(folder / "first", tensors, {{"x", "1"}, {"a", "2"}});
  write_safetensors(folder / "second", tensors, {{"a", "2"}, {"x", "1"}});
  CHECK(scn::read_file(folder / "first") == scn::read_file(folder / "second"));
}

TEST_CASE("Written arrays keep their order, but wider elements come first and all are aligned", "[io]") {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> narrow{1, 2, 3};
  const std::vector<float> b{1}, a{2};
  const std::vector<double> wide{3};
  const std::vector<TensorEntry> tensors{entry("narrow", {3}, narrow), entry("b", {1}, b), entry("wide", {1}, wide),
                                         entry("a", {1}, a)};
  write_safetensors(folder / "file", tensors);
  const Bytes bytes = scn::read_file(folder / "file");
  const SafetensorsFile file(bytes, "file");
  std::vector<std::string> names;
  std::ptrdiff_t position = std::ssize(bytes) - 19;
  CHECK(position % 8 == 0);
  for (const TensorEntry& tensor : file.tensors()) {
    names.push_back(tensor.name);
    CHECK(position % scn::element_size(tensor.type) == 0);
    position += std::ssize(tensor.bytes);
  }
  CHECK(names == std::vector<std::string>{"wide", "b", "a", "narrow"});
}

TEST_CASE("An array at an odd place of a file is read", "[io]") {
  const SafetensorsFile file(small_file(), "file");
  CHECK(file.values<std::uint8_t>("a") == std::vector<std::uint8_t>{'x', 'y', 'z'});
  CHECK(file.values<std::int16_t>("b") == std::vector<std::int16_t>{0x102});
  CHECK(file.values<float>("c").empty());
  CHECK(file.metadata() == Metadata{{"k", "v"}});
}

TEST_CASE("Arrays stay valid when the file object moves", "[io]") {
  SafetensorsFile file(small_file(), "file");
  const std::byte* place = file.tensor("a").bytes.data();
  const SafetensorsFile moved = std::move(file);
  CHECK(moved.tensor("a").bytes.data() == place);
  CHECK(moved.values<std::uint8_t>("a") == std::vector<std::uint8_t>{'x', 'y', 'z'});
}

TEST_CASE("Only the exact type of an array is copied", "[io]") {
  const SafetensorsFile file(small_file(), "file");
  CHECK(thrown_message<FormatError>([&] { file.values<std::int8_t>("a"); }) ==
        "file: tensor 'a': expected type I8, got U8");
  CHECK(thrown_message<FormatError>([&] { file.values<double>("c"); }) ==
        "file: tensor 'c': expected type F64, got F32");
}

TEST_CASE("Real arrays are converted between F32 and F64, others are not", "[io]") {
  const TemporaryFolder folder;
  const std::vector<float> single{0.1f, -2};
  const std::vector<double> wide{0.1, 1e300};
  const std::vector<std::int32_t> whole{1};
  const std::vector<TensorEntry> tensors{entry("f32", {2}, single), entry("f64", {2}, wide), entry("i32", {1}, whole)};
  write_safetensors(folder / "a", tensors);
  const SafetensorsFile file(folder / "a");
  CHECK(file.real_values<float>("f32") == single);
  CHECK(file.real_values<double>("f32") == std::vector<double>{double{0.1f}, -2});
  CHECK(file.real_values<double>("f64") == wide);
  CHECK(file.real_values<float>("f64") == std::vector<float>{0.1f, std::numeric_limits<float>::infinity()});
  CHECK(thrown_message<FormatError>([&] { file.real_values<float>("i32"); }) ==
        (folder / "a") + ": tensor 'i32': expected type F32 or F64, got I32");
}

TEST_CASE("A tensor that is not there is an error that names it", "[io]") {
  const SafetensorsFile file(small_file(), "file");
  for (const char* name : {"", "A", "aa", "b0", "z"}) {
    CHECK(!file.contains(name));
    CHECK(thrown_message<FormatError>([&] { file.tensor(name); }) ==
          "file: expected a tensor '" + std::string(name) + "', got none");
  }
}

TEST_CASE("A header length that does not fit the file is refused", "[io]") {
  const std::string data(20, ' ');
  const auto with_length = [&](std::uint64_t length) {
    Bytes bytes = bytes_of("01234567{}      ");
    std::memcpy(bytes.data(), &length, 8);
    return refusal(bytes);
  };
  CHECK(with_length(8) == "no exception");
  CHECK(with_length(0) == "file: expected a header that starts with '{'");
  CHECK(with_length(1) == "file: expected JSON in UTF-8, got an error at byte 2 of the header");
  CHECK(with_length(7) == "file: expected 0 bytes of data after the header, got 1");
  for (const std::uint64_t length : {std::uint64_t{9}, std::uint64_t{16}, std::uint64_t{1} << 32,
                                     std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
    CHECK(with_length(length) == scn::message("file: expected a header of ", length, " bytes, got 8"));
  }
}

TEST_CASE("A header beyond the largest is refused before it is parsed", "[io]") {
  const std::string spaces((std::size_t{1} << 24) - 2, ' ');
  CHECK(refusal(file_of("{}" + spaces, "")) == "no exception");
  CHECK(refusal(file_of("{}" + spaces + " ", "")) == "file: expected a header of at most 16777216 bytes, got 16777217");
}

TEST_CASE("A file of fewer than eight bytes is refused", "[io]") {
  for (std::size_t size = 0; size < 8; ++size)
    CHECK(refusal(Bytes(size)) == scn::message("file: expected at least 8 bytes, got ", size));
}

TEST_CASE("A file cut at any byte is refused", "[io]") {
  const Bytes whole = small_file();
  REQUIRE(refusal(whole) == "no exception");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(refusal(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size))).starts_with("file: expected "));
  }
}

TEST_CASE("Bytes behind the data are refused", "[io]") {
  Bytes bytes = small_file();
  bytes.push_back(std::byte{0});
  CHECK(refusal(bytes) == "file: expected 5 bytes of data after the header, got 6");
  const std::string archive = "PK\x03\x04";
  for (const char c : archive) bytes.push_back(std::byte(c));
  CHECK(refusal(bytes) == "file: expected 5 bytes of data after the header, got 10");
}

TEST_CASE("A file with any header bit flipped is refused or still whole", "[io]") {
  const Bytes whole = small_file();
  std::set<std::string> accepted_names;
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * (whole.size() - 5); ++bit) {
    Bytes bytes = whole;
    bytes[bit / 8] ^= std::byte(1 << bit % 8);
    const std::string answer = refusal(bytes);
    CAPTURE(bit, answer);
    CHECK((answer == "no exception" || answer.starts_with("file: ")));
    if (answer != "no exception") {
      ++refused;
      continue;
    }
    const SafetensorsFile file(bytes, "file");
    std::size_t total = 0;
    for (const TensorEntry& tensor : file.tensors()) {
      total += tensor.bytes.size();
      accepted_names.insert(tensor.name);
    }
    CHECK(total == 5);
  }
  CHECK(refused > 1000);
  CHECK(accepted_names.contains("q"));  // 'a' with one bit flipped: a name is any text
}

TEST_CASE("Random bytes in a header never do more than be refused", "[io]") {
  const Bytes whole = small_file();
  std::mt19937 random(1);
  int refused = 0;
  for (int repeat = 0; repeat < 3000; ++repeat) {
    Bytes bytes = whole;
    for (unsigned change = 0; change <= random() % 4; ++change)
      bytes[8 + random() % (whole.size() - 8)] = std::byte(random() % 256);
    const std::string answer = refusal(bytes);
    CAPTURE(repeat, answer);
    CHECK((answer == "no exception" || answer.starts_with("file: ")));
    refused += answer != "no exception";
  }
  CHECK(refused > 1500);
}

TEST_CASE("A missing file and a bad file are named by their path", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "bad";
  CHECK(thrown_message<IoError>([&] { SafetensorsFile{path}; }).starts_with(path + ": cannot open: "));
  std::ofstream(path) << "not a file of tensors";
  CHECK(thrown_message<FormatError>([&] { SafetensorsFile{path}; }).starts_with(path + ": expected a header of "));
}

TEST_CASE("Arrays that a reader would refuse are not written", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  std::ofstream(path) << "old";
  const std::vector<float> values{1, 2};
  const TensorEntry good = entry("good", {2}, values);
  const auto write = [&](const TensorEntry& bad, const Metadata& metadata = {}) {
    const std::vector<TensorEntry> tensors{good, bad};
    return thrown_message<InvalidArgument>([&] { write_safetensors(path, tensors, metadata); });
  };
  CHECK(write(good) == path + ": tensor 'good': expected once, got twice");
  CHECK(write(entry("x", {3}, values)) == path + ": tensor 'x' of F32 [3], expected 12 bytes, got offsets 8 to 16");
  CHECK(write(entry("x", {-2}, values)) ==
        path + ": tensor 'x', 'shape': expected an integer from 0 to 2^63 - 1, got -2");
  CHECK(write(entry("__metadata__", {2}, values)) == path + ": expected a tensor name other than __metadata__");
  CHECK(write(entry("\xff", {2}, values)).starts_with(path + ": expected JSON in UTF-8"));
  CHECK(write(entry("x", {2}, values), {{"k", "\xff"}}).starts_with(path + ": expected JSON in UTF-8"));
  CHECK(write(entry(std::string(4097, 'n'), {2}, values)).starts_with(path + ": tensor 'nnnn"));
  CHECK(write(entry("x", Shape(17, 1), values)).starts_with(path + ": tensor 'x', 'shape': expected at most 16"));
  CHECK(write(entry("x", {2}, values), {{"k", std::string(1 << 24, 'v')}})
            .starts_with(path + ": expected a header of at most 16777216 bytes, got 167773"));
  CHECK(scn::read_file(path) == bytes_of("old"));
  CHECK(folder.names() == std::set<std::string>{"a"});
}

TEST_CASE("Writing where no file can be is an error of the system that names the path", "[io]") {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "old";
  for (const std::string& path : {folder / "missing/a", folder / "file/a", folder.path()}) {
    CAPTURE(path);
    CHECK(thrown_message<IoError>([&] { write_safetensors(path, {}); }).starts_with(path + ": cannot "));
  }
  CHECK(folder.names() == std::set<std::string>{"file"});
}

TEST_CASE("A file may be written over the one its arrays were loaded from", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const std::vector<float> values{1, 2, 3};
  const std::vector<std::int64_t> counts{4};
  const std::vector<TensorEntry> tensors{entry("values", {3}, values), entry("counts", {1}, counts)};
  write_safetensors(path, tensors, {{"round", "1"}});

  const SafetensorsFile loaded(path);
  const std::vector<TensorEntry> reduced{loaded.tensor("values")};
  write_safetensors(path, reduced, {{"round", "2"}});

  const SafetensorsFile again(path);
  CHECK(again.tensors().size() == 1);
  CHECK(again.values<float>("values") == values);
  CHECK(again.metadata() == Metadata{{"round", "2"}});
  CHECK(loaded.values<float>("values") == values);
  CHECK(loaded.values<std::int64_t>("counts") == counts);
}

TEST_CASE("An array of more than 2^31 bytes comes back", "[.large]") {
  const TemporaryFolder folder;
  const std::string path = folder / "large";
  const std::int64_t size = (std::int64_t{1} << 31) + 5;
  {
    std::vector<std::uint8_t> values(static_cast<std::size_t>(size));
    values.back() = 7;
    const std::vector<std::uint8_t> last{9};
    const std::vector<TensorEntry> tensors{entry("large", {size}, values), entry("last", {1}, last)};
    write_safetensors(path, tensors);
  }
  const SafetensorsFile file(path);
  CHECK(std::ssize(file.tensor("large").bytes) == size);
  CHECK(file.tensor("large").bytes.back() == std::byte{7});
  CHECK(file.values<std::uint8_t>("last") == std::vector<std::uint8_t>{9});
}

TEST_CASE("A file for the public Python package is written with its description", "[.python]") {
  const std::string path = "for_python.safetensors";  // in the working directory, for tests/compare_safetensors.py
  std::vector<double> reals;
  for (int i = 0; i < 60; ++i) reals.push_back(std::sin(i) * std::pow(10.0, i % 7));
  const std::vector<float> singles(reals.begin(), reals.end());
  const std::vector<float> none, quarter{0.25f};
  const std::vector<std::int64_t> wide{-(std::int64_t{1} << 40), 3, 5};
  const std::vector<std::int32_t> whole{-7, 1 << 30};
  const std::vector<std::int16_t> small{-300, 300};
  const std::vector<std::int8_t> tiny{-128, 127, 1};
  const std::vector<std::uint8_t> bytes{0, 255, 3};
  const std::vector<std::uint16_t> codes{65535, 1};
  const std::vector<std::uint32_t> counts{4294967295u, 1};
  const std::vector<std::uint64_t> totals{std::uint64_t{1} << 50, 1};
  const std::vector<TensorEntry> tensors{entry("bytes", {3}, bytes),         entry("1.0.weight", {3, 4, 5}, singles),
                                         entry("reals", {60}, reals),        entry("tiny", {1, 3}, tiny),
                                         entry("wide", {3, 1}, wide),        entry("whole", {2}, whole),
                                         entry("größe", {2}, small),         entry("empty", {0, 8}, none),
                                         entry("codes", {2}, codes),         entry("counts", {2}, counts),
                                         entry("totals \"2\"", {2}, totals), entry("scalar", {}, quarter)};
  write_safetensors(path, tensors, {{"format", "scn"}, {"note", "quoted \"text\" and größe"}});
  description::write(path);
  CHECK(SafetensorsFile(path).tensors().size() == tensors.size());
}

}  // namespace

// Tests of the reader of safetensors headers: what it accepts, and what it says of each kind of bad header.
#include "scn/io/safetensors_header_reader.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::ElementType;
using scn::FormatError;
using scn::parse_safetensors_header;
using scn::SafetensorsHeader;

std::string refusal(std::string_view text, std::int64_t data_bytes) {
  return thrown_message<FormatError>([&] { parse_safetensors_header(text, data_bytes, "file"); });
}

/// A header, wrong in one way, that would otherwise describe 4 bytes of data.
struct BadHeader {
  std::string name, text, expected;
};

void check_refused(const std::vector<BadHeader>& headers) {
  REQUIRE(refusal(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4) == "no exception");
  for (const BadHeader& header : headers) {
    CAPTURE(header.name);
    CHECK(refusal(header.text, 4) == "file: " + header.expected);
  }
}

/// The header of one tensor 'a' with these fields.
std::string tensor(const std::string& fields) { return R"({"a":{)" + fields + "}}"; }

TEST_CASE("A header gives names, types, shapes, places and metadata", "[io]") {
  const SafetensorsHeader header = parse_safetensors_header(
      R"({"x":{"dtype":"I16","shape":[2, 3],"data_offsets":[4,16]}, "__metadata__":{"k":"v","":""},
          "y":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}  )",
      16, "file");
  REQUIRE(header.tensors.size() == 2);
  CHECK(header.tensors[0].name == "y");
  CHECK(header.tensors[0].type == ElementType::f32);
  CHECK(header.tensors[0].shape.empty());
  CHECK(header.tensors[1].name == "x");
  CHECK(header.tensors[1].type == ElementType::i16);
  CHECK(header.tensors[1].shape == std::vector<std::int64_t>{2, 3});
  CHECK(header.tensors[1].begin == 4);
  CHECK(header.tensors[1].end == 16);
  CHECK(header.metadata == std::map<std::string, std::string>{{"k", "v"}, {"", ""}});
}

TEST_CASE("A header without tensors describes no data", "[io]") {
  CHECK(parse_safetensors_header("{}", 0, "file").tensors.empty());
  CHECK(refusal("{}", 1) == "file: expected 0 bytes of data after the header, got 1");
}

TEST_CASE("Names are any text in UTF-8, escaped or not, also the empty one", "[io]") {
  const SafetensorsHeader header =
      parse_safetensors_header(R"({"":{"dtype":"U8","shape":[],"data_offsets":[0,1]},)"
                               R"("\u00e9\n\u0000":{"dtype":"U8","shape":[],"data_offsets":[1,2]},)"
                               R"("größe":{"dtype":"U8","shape":[],"data_offsets":[2,3]}})",
                               3, "file");
  CHECK(header.tensors[0].name.empty());
  CHECK(header.tensors[1].name == std::string("\u00e9\n\0", 4));
  CHECK(header.tensors[2].name == "größe");
}

TEST_CASE("What is written is read as it was", "[io]") {
  const SafetensorsHeader header{
      {{"quote\" back\\ tab\t", ElementType::bf16, {0, 7}, 0, 0}, {"b", ElementType::c64, {1}, 0, 8}},
      {{"key \x01", "line\nline"}}};
  const SafetensorsHeader read = parse_safetensors_header(scn::format_safetensors_header(header), 8, "file");
  REQUIRE(read.tensors.size() == 2);
  CHECK(read.tensors[0].name == header.tensors[0].name);
  CHECK(read.tensors[0].type == ElementType::bf16);
  CHECK(read.tensors[0].shape == header.tensors[0].shape);
  CHECK(read.tensors[1].type == ElementType::c64);
  CHECK(read.metadata == header.metadata);
}

TEST_CASE("A header that is not one JSON object is refused", "[io]") {
  const std::string good = R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})";
  const std::string brace = "expected a header that starts with '{'", zero = "expected a header without zero bytes";
  const auto at = [](std::size_t byte) {
    return scn::message("expected JSON in UTF-8, got an error at byte ", byte, " of the header");
  };
  check_refused({
      {"empty", "", brace},
      {"leading space", " " + good, brace},
      {"byte order mark", "\xef\xbb\xbf" + good, brace},
      {"an array", "[" + good + "]", brace},
      {"a zero byte behind the object", good + std::string("\0", 1), zero},
      {"a zero byte hiding a second object", good + std::string("\0", 1) + good, zero},
      {"a zero byte in a name", std::string("{\"a\0\":{}}", 9), zero},
      {"two objects", good + good, at(good.size() + 1)},
      {"a letter behind the object", good + " x", at(good.size() + 2)},
      {"cut in the middle", good.substr(0, 20), at(21)},
      {"cut before the last brace", good.substr(0, good.size() - 1), at(good.size())},
      {"trailing comma", good.substr(0, good.size() - 1) + ",}", at(good.size() + 1)},
      {"comment", "{/**/" + good.substr(1), at(2)},
      {"single quotes", "{'a':{}}", at(2)},
      {"name without quotes", "{a:{}}", at(2)},
      {"a line break in a name", "{\"a\n\":{}}", at(4)},
      {"not UTF-8", "{\"\xff\":{}}", at(3)},
      {"overlong UTF-8", "{\"\xc0\xaf\":{}}", at(3)},
      {"surrogate in UTF-8", "{\"\xed\xa0\x80\":{}}", at(4)},
      {"half an escaped surrogate pair", "{\"\\ud800\":{}}", at(9)},
      {"unknown escape", "{\"\\x\":{}}", at(4)},
  });
}

TEST_CASE("A value of the wrong JSON type is refused with its place", "[io]") {
  const std::string number = "expected an integer from 0 to 2^63 - 1, got ";
  check_refused({
      {"tensor null", R"({"a":null})", "tensor 'a': expected an object, got null"},
      {"tensor true", R"({"a":true})", "tensor 'a': expected an object, got true"},
      {"tensor a number", R"({"a":1})", "tensor 'a': expected an object, got 1"},
      {"tensor a string", R"({"a":"F32"})", "tensor 'a': expected an object, got the string 'F32'"},
      {"tensor an array", R"({"a":[0,4]})", "tensor 'a': expected an object, got an array"},
      {"dtype a number", tensor(R"("dtype":32)"), "tensor 'a', 'dtype': expected a string, got 32"},
      {"dtype null", tensor(R"("dtype":null)"), "tensor 'a', 'dtype': expected a string, got null"},
      {"dtype an array", tensor(R"("dtype":["F32"])"), "tensor 'a', 'dtype': expected a string, got an array"},
      {"dtype an object", tensor(R"("dtype":{})"), "tensor 'a', 'dtype': expected a string, got an object"},
      {"shape a number", tensor(R"("shape":1)"), "tensor 'a', 'shape': expected an array, got 1"},
      {"shape a string", tensor(R"("shape":"1")"), "tensor 'a', 'shape': expected an array, got the string '1'"},
      {"shape an object", tensor(R"("shape":{})"), "tensor 'a', 'shape': expected an array, got an object"},
      {"shape of strings", tensor(R"("shape":["1"])"), "tensor 'a', 'shape': " + number + "the string '1'"},
      {"shape of arrays", tensor(R"("shape":[[1]])"), "tensor 'a', 'shape': " + number + "an array"},
      {"shape of objects", tensor(R"("shape":[{}])"), "tensor 'a', 'shape': " + number + "an object"},
      {"shape of false", tensor(R"("shape":[false])"), "tensor 'a', 'shape': " + number + "false"},
      {"offsets null", tensor(R"("data_offsets":null)"), "tensor 'a', 'data_offsets': expected an array, got null"},
      {"metadata a string", R"({"__metadata__":"x"})", "tensor '__metadata__': expected an object, got the string 'x'"},
      {"metadata of numbers", R"({"__metadata__":{"k":1}})", "__metadata__, 'k': expected a string, got 1"},
      {"metadata of objects", R"({"__metadata__":{"k":{}}})", "__metadata__, 'k': expected a string, got an object"},
      {"metadata of arrays", R"({"__metadata__":{"k":[]}})", "__metadata__, 'k': expected a string, got an array"},
      {"metadata of null", R"({"__metadata__":{"k":null}})", "__metadata__, 'k': expected a string, got null"},
  });
}

TEST_CASE("A number that is no count is refused", "[io]") {
  const std::string expected = ": expected an integer from 0 to 2^63 - 1, got ";
  check_refused({
      {"negative size", tensor(R"("shape":[-1])"), "tensor 'a', 'shape'" + expected + "-1"},
      {"negative zero", tensor(R"("shape":[-0])"), "tensor 'a', 'shape'" + expected + "0"},
      {"fraction", tensor(R"("shape":[1.5])"), "tensor 'a', 'shape'" + expected + "'1.5'"},
      {"exponent", tensor(R"("shape":[1e3])"), "tensor 'a', 'shape'" + expected + "'1e3'"},
      {"size 2^63", tensor(R"("shape":[9223372036854775808])"),
       "tensor 'a', 'shape'" + expected + "9223372036854775808"},
      {"size 2^64", tensor(R"("shape":[18446744073709551616])"),
       "tensor 'a', 'shape'" + expected + "'18446744073709551616'"},
      {"infinite size", tensor(R"("shape":[1e400])"), "expected JSON in UTF-8, got an error at byte 20 of the header"},
      {"leading zero", tensor(R"("shape":[01])"), "expected JSON in UTF-8, got an error at byte 17 of the header"},
      {"negative offset", tensor(R"("data_offsets":[-4,0])"), "tensor 'a', 'data_offsets'" + expected + "-4"},
      {"fractional offset", tensor(R"("data_offsets":[0,4.0])"), "tensor 'a', 'data_offsets'" + expected + "'4.0'"},
  });
}

TEST_CASE("A missing, doubled or unknown field is refused", "[io]") {
  check_refused({
      {"no field", tensor(""), "tensor 'a': expected dtype, got none"},
      {"no dtype", tensor(R"("shape":[],"data_offsets":[0,4])"), "tensor 'a': expected dtype, got none"},
      {"no shape", tensor(R"("dtype":"F32","data_offsets":[0,4])"), "tensor 'a': expected shape, got none"},
      {"no offsets", tensor(R"("dtype":"F32","shape":[])"), "tensor 'a': expected data_offsets, got none"},
      {"dtype twice", tensor(R"("dtype":"F32","dtype":"F32")"), "tensor 'a', 'dtype': expected once, got twice"},
      {"shape twice", tensor(R"("shape":[],"shape":[])"), "tensor 'a', 'shape': expected once, got twice"},
      {"unknown field", tensor(R"("strides":[])"), "tensor 'a', 'strides': expected dtype, shape or data_offsets"},
      {"unknown type", tensor(R"("dtype":"F31")"), "tensor 'a', 'dtype': expected a known element type, got 'F31'"},
      {"type in small letters", tensor(R"("dtype":"f32")"),
       "tensor 'a', 'dtype': expected a known element type, got 'f32'"},
      {"type of half bytes", tensor(R"("dtype":"F4")"), "tensor 'a', 'dtype': expected a known element type, got 'F4'"},
      {"no offset", tensor(R"("data_offsets":[])"), "tensor 'a', 'data_offsets': expected 2 numbers, got 0"},
      {"one offset", tensor(R"("data_offsets":[4])"), "tensor 'a', 'data_offsets': expected 2 numbers, got 1"},
      {"three offsets", tensor(R"("data_offsets":[0,4,8])"),
       "tensor 'a', 'data_offsets': expected at most 2 numbers, got more"},
  });
}

TEST_CASE("A name that comes twice is refused", "[io]") {
  const std::string metadata = R"("__metadata__":{"k":"v"})";
  const std::string a = R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]})";
  const std::string empty = R"("a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]})";
  const std::string escaped = R"("\u0061":{"dtype":"F32","shape":[0],"data_offsets":[4,4]})";
  check_refused({
      {"tensor", "{" + a + "," + a + "}", "tensor 'a': expected once, got twice"},
      {"tensor beside an empty one", "{" + a + "," + empty + "}", "tensor 'a': expected once, got twice"},
      {"tensor in another spelling", "{" + a + "," + escaped + "}", "tensor 'a': expected once, got twice"},
      {"metadata", "{" + metadata + "," + a + "," + metadata + "}", "__metadata__: expected once, got twice"},
      {"empty metadata", R"({"__metadata__":{},"__metadata__":{}})", "__metadata__: expected once, got twice"},
      {"metadata key", R"({"__metadata__":{"k":"v","k":"w"}})", "__metadata__, 'k': expected once, got twice"},
  });
}

TEST_CASE("Offsets that do not fit the shape, the neighbours or the data are refused", "[io]") {
  const auto one = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return tensor(R"("dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets);
  };
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + first +
           R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}";
  };
  const std::string place = " where the one before ends, got ";
  check_refused({
      {"too few bytes", one("F32", "[]", "[0,3]"), "tensor 'a' of F32 [], expected 4 bytes, got offsets 0 to 3"},
      {"too many bytes", one("U8", "[3]", "[0,4]"), "tensor 'a' of U8 [3], expected 3 bytes, got offsets 0 to 4"},
      {"bytes for an empty shape", one("U8", "[2, 0]", "[0,4]"),
       "tensor 'a' of U8 [2, 0], expected 0 bytes, got offsets 0 to 4"},
      {"reversed", one("F32", "[]", "[4,0]"), "tensor 'a' of F32 [], expected 4 bytes, got offsets 4 to 0"},
      {"beyond the data", one("F64", "[]", "[0,8]"), "expected 8 bytes of data after the header, got 4"},
      {"far beyond the data", one("U8", "[9223372036854775807]", "[0,9223372036854775807]"),
       "expected 9223372036854775807 bytes of data after the header, got 4"},
      {"bytes left over", one("U8", "[2]", "[0,2]"), "expected 2 bytes of data after the header, got 4"},
      {"hole at the start", one("U8", "[2]", "[2,4]"),
       "tensor 'a' of U8 [2], expected to begin at byte 0" + place + "2"},
      {"overlap", two("[0,2]", "[1,3]"), "tensor 'b' of U8 [2], expected to begin at byte 2" + place + "1"},
      {"same place", two("[0,2]", "[0,2]"), "tensor 'b' of U8 [2], expected to begin at byte 2" + place + "0"},
      {"hole between", two("[0,2]", "[3,5]"), "tensor 'b' of U8 [2], expected to begin at byte 2" + place + "3"},
      {"an empty tensor inside another",
       R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}})",
       "tensor 'b' of F32 [0], expected to begin at byte 4" + place + "2"},
      {"product 2^64", one("U8", "[4294967296,4294967296]", "[0,0]"),
       "tensor 'a' of U8 [4294967296, 4294967296], expected fewer than 2^63 bytes"},
      {"product 2^64 + 4", one("U8", "[4,4611686018427387905]", "[0,4]"),
       "tensor 'a' of U8 [4, 4611686018427387905], expected fewer than 2^63 bytes"},
      {"bytes 2^64 + 4", one("F32", "[4611686018427387905]", "[0,4]"),
       "tensor 'a' of F32 [4611686018427387905], expected fewer than 2^63 bytes"},
      {"product 2^64 times 0", one("U8", "[0,4294967296,4294967296]", "[0,0]"),
       "tensor 'a' of U8 [0, 4294967296, 4294967296], expected fewer than 2^63 bytes"},
  });
}

TEST_CASE("Names and shapes have a largest length, up to which they are accepted", "[io]") {
  const auto named = [](std::size_t length) {
    return "{\"" + std::string(length, 'n') + R"(":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})";
  };
  CHECK(refusal(named(4096), 4) == "no exception");
  CHECK(refusal(named(4097), 4) ==
        "file: tensor '" + std::string(120, 'n') + "...': expected a name of at most 4096 bytes, got 4097");
  const auto ranked = [](int rank) {
    std::string shape = "1";
    for (int axis = 1; axis < rank; ++axis) shape += ",1";
    return tensor(R"("dtype":"F32","data_offsets":[0,4],"shape":[)" + shape + "]");
  };
  CHECK(refusal(ranked(16), 4) == "no exception");
  CHECK(refusal(ranked(17), 4) == "file: tensor 'a', 'shape': expected at most 16 numbers, got more");
}

TEST_CASE("A million levels of nesting are refused at the first wrong one", "[io]") {
  const std::size_t depth = 1000000;
  std::string objects;
  for (std::size_t level = 0; level < depth; ++level) objects += "{\"a\":";
  CHECK(refusal(objects, 4) == "file: tensor 'a', 'a': expected dtype, shape or data_offsets");
  CHECK(refusal("{\"a\":" + std::string(depth, '['), 4) == "file: tensor 'a': expected an object, got an array");
  CHECK(refusal(R"({"a":{"shape":)" + std::string(depth, '['), 4) ==
        "file: tensor 'a', 'shape': expected an integer from 0 to 2^63 - 1, got an array");
  CHECK(refusal(R"({"__metadata__":{"k":)" + std::string(depth, '['), 4) ==
        "file: __metadata__, 'k': expected a string, got an array");
}

TEST_CASE("A header that names one range a hundred thousand times is refused within seconds", "[io]") {
  std::string text = "{";
  for (int i = 0; i < 100000; ++i)
    text += scn::message(i == 0 ? "" : ",", "\"", i, R"(":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})");
  const auto start = std::chrono::steady_clock::now();
  CHECK(refusal(text + "}", 4) ==
        "file: tensor '1' of U8 [4], expected to begin at byte 4 where the one before ends, got 0");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

}  // namespace

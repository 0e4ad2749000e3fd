// Tests of the rules and the text of safetensors headers.
#include "scn/io/safetensors_header.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::ElementType;
using scn::FormatError;
using scn::SafetensorsHeader;
using scn::detail::byte_count;

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

std::string refusal(SafetensorsHeader header, std::int64_t data_bytes) {
  return thrown_message<FormatError>([&] { scn::detail::order_by_data(header, data_bytes, "file"); });
}

TEST_CASE("The bytes of a shape are the product of its sizes and the element's", "[io]") {
  CHECK(byte_count(ElementType::f32, {}) == 4);
  CHECK(byte_count(ElementType::f64, std::vector<std::int64_t>{2, 3}) == 48);
  CHECK(byte_count(ElementType::f16, std::vector<std::int64_t>{1 << 20, 1 << 20}) == std::int64_t{1} << 41);
  CHECK(byte_count(ElementType::u8, std::vector<std::int64_t>{huge}) == huge);
  CHECK(byte_count(ElementType::u8, std::vector<std::int64_t>{5, 0, 7}) == 0);
}

TEST_CASE("A shape whose bytes pass int64 has no size, not even beside a zero", "[io]") {
  const std::int64_t large = std::int64_t{1} << 32;
  CHECK(byte_count(ElementType::u8, std::vector<std::int64_t>{large, large}) == std::nullopt);
  CHECK(byte_count(ElementType::i16, std::vector<std::int64_t>{huge}) == std::nullopt);
  CHECK(byte_count(ElementType::u8, std::vector<std::int64_t>{0, large, large}) == std::nullopt);
  CHECK(byte_count(ElementType::u8, std::vector<std::int64_t>{large, large, 0}) == std::nullopt);
}

TEST_CASE("Tensors come into the order of their data", "[io]") {
  SafetensorsHeader header{
      {{"c", ElementType::u8, {3}, 4, 7}, {"a", ElementType::f32, {}, 0, 4}, {"empty", ElementType::f64, {0, 8}, 4, 4}},
      {}};
  scn::detail::order_by_data(header, 7, "file");
  CHECK(header.tensors[0].name == "a");
  CHECK(header.tensors[1].name == "empty");
  CHECK(header.tensors[2].name == "c");
}

TEST_CASE("Tensors of many gigabytes are counted in 64 bits", "[io]") {
  const std::int64_t giga = std::int64_t{1} << 30;
  const SafetensorsHeader header{
      {{"a", ElementType::f64, {giga, 3}, 0, 24 * giga}, {"b", ElementType::u8, {5 * giga}, 24 * giga, 29 * giga}}, {}};
  CHECK(refusal(header, 29 * giga) == "no exception");
  CHECK(refusal(header, 29 * giga - 1) == "file: expected 31138512896 bytes of data after the header, got 31138512895");
}

TEST_CASE("A header is written as JSON padded with spaces to a multiple of 8 bytes", "[io]") {
  CHECK(scn::format_safetensors_header({}) == "{}      ");
  const SafetensorsHeader header{{{"b", ElementType::f32, {2, 1}, 0, 8}, {"a", ElementType::i64, {}, 8, 16}}, {}};
  CHECK(scn::format_safetensors_header(header) == R"({"b":{"dtype":"F32","shape":[2, 1],"data_offsets":[0, 8]},)"
                                                  R"("a":{"dtype":"I64","shape":[],"data_offsets":[8, 16]}})");
}

TEST_CASE("Metadata are written first and in the order of their keys", "[io]") {
  const SafetensorsHeader header{{{"t", ElementType::u8, {}, 0, 1}}, {{"z", "1"}, {"a", ""}}};
  CHECK(scn::format_safetensors_header(header) ==
        R"({"__metadata__":{"a":"","z":"1"},"t":{"dtype":"U8","shape":[],"data_offsets":[0, 1]}}   )");
}

TEST_CASE("Quotes, backslashes and control characters of a name are escaped", "[io]") {
  CHECK(scn::detail::json_string("a\"b\\c") == R"("a\"b\\c")");
  CHECK(scn::detail::json_string(std::string("\0\n\x1f", 3)) == R"("\u0000\u000a\u001f")");
  CHECK(scn::detail::json_string("größe") == "\"größe\"");
}

TEST_CASE("A name from a file stands in a message short and without control characters", "[io]") {
  CHECK(scn::detail::printable("0.weight") == "'0.weight'");
  CHECK(scn::detail::printable("a\n\x1b[31m\x7f") == "'a??[31m?'");
  CHECK(scn::detail::printable(std::string(5000, 'x')) == "'" + std::string(120, 'x') + "...'");
}

}  // namespace

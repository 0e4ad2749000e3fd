// Tests of the element types of safetensors files.
#include "scn/io/element_type.hpp"

#include <cstdint>
#include <string>

#include "catch.hpp"

namespace {

using scn::element_name;
using scn::element_size;
using scn::element_type_named;
using scn::element_type_of;
using scn::ElementType;

TEST_CASE("Every element type is found by its name", "[io]") {
  for (int index = 0; index <= static_cast<int>(ElementType::c64); ++index) {
    const ElementType type = static_cast<ElementType>(index);
    CAPTURE(index, std::string(element_name(type)));
    CHECK(element_type_named(element_name(type)) == type);
  }
}

TEST_CASE("Names outside the format are no element types", "[io]") {
  for (const char* name : {"", "f32", "F3", "F32 ", "F128", "F4", "F6_E2M3", "bool"}) {
    CAPTURE(name);
    CHECK(!element_type_named(name));
  }
}

TEST_CASE("An element's name states its bits, and its size the same in bytes", "[io]") {
  for (int index = 0; index <= static_cast<int>(ElementType::c64); ++index) {
    const ElementType type = static_cast<ElementType>(index);
    const std::string name(element_name(type));
    CAPTURE(name);
    const int bits = type == ElementType::boolean ? 8 : std::stoi(name.substr(name.find_first_of("0123456789")));
    CHECK(8 * element_size(type) == bits);
  }
}

TEST_CASE("C++ numbers have the element type of their kind and width", "[io]") {
  CHECK(element_type_of<float>() == ElementType::f32);
  CHECK(element_type_of<double>() == ElementType::f64);
  CHECK(element_type_of<std::int8_t>() == ElementType::i8);
  CHECK(element_type_of<std::int16_t>() == ElementType::i16);
  CHECK(element_type_of<std::int32_t>() == ElementType::i32);
  CHECK(element_type_of<std::int64_t>() == ElementType::i64);
  CHECK(element_type_of<long long>() == ElementType::i64);
  CHECK(element_type_of<std::uint8_t>() == ElementType::u8);
  CHECK(element_type_of<std::uint16_t>() == ElementType::u16);
  CHECK(element_type_of<std::uint32_t>() == ElementType::u32);
  CHECK(element_type_of<std::uint64_t>() == ElementType::u64);
  STATIC_REQUIRE(!scn::Element<bool>);
  STATIC_REQUIRE(!scn::Element<long double>);
}

}  // namespace

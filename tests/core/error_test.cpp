// Tests of the exceptions, of the messages they carry, and of require().
#include "scn/core/error.hpp"

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

TEST_CASE("Every exception of the library is an Error, and that is a std::runtime_error", "[core]") {
  STATIC_REQUIRE(std::is_base_of_v<std::runtime_error, Error>);
  STATIC_REQUIRE(std::is_base_of_v<Error, InvalidArgument>);
  STATIC_REQUIRE(std::is_base_of_v<Error, LimitExceeded>);
  STATIC_REQUIRE(std::is_base_of_v<Error, FormatError>);
  STATIC_REQUIRE(std::is_base_of_v<Error, IoError>);
  STATIC_REQUIRE(!std::is_base_of_v<InvalidArgument, LimitExceeded>);
}

TEST_CASE("A message joins strings and numbers in their order", "[core]") {
  CHECK(message() == "");
  CHECK(message("expected ", 16, " channels, got ", std::string("none")) == "expected 16 channels, got none");
  CHECK(message(std::int64_t{-9000000000}, "/", std::uint64_t{18446744073709551615u}, "/", std::size_t{7}) ==
        "-9000000000/18446744073709551615/7");
  CHECK(message("an edge of ", 0.5) == "an edge of 0.500000");
}

TEST_CASE("A requirement that holds does nothing", "[core]") {
  CHECK_NOTHROW(require(true, "never"));
  CHECK_NOTHROW(require<LimitExceeded>(true, 1, 2, 3));
}

TEST_CASE("A requirement that does not hold throws InvalidArgument, or what it names, with the joined message",
          "[core]") {
  CHECK(thrown_message<InvalidArgument>([] { require(false, "expected ", 2, ", got ", 3); }) == "expected 2, got 3");
  CHECK(thrown_message<LimitExceeded>([] { require<LimitExceeded>(false, "too many"); }) == "too many");
  CHECK(thrown_message<FormatError>([] { require<FormatError>(false, "no header"); }) == "no header");
}

TEST_CASE("A layer puts its name in front of what its steps complain about and keeps the type", "[core]") {
  CHECK(thrown_message<InvalidArgument>([] { in_layer("Layer<3>", [] { require(false, "no"); }); }) == "Layer<3>: no");
  CHECK(thrown_message<LimitExceeded>([] { in_layer("Layer<3>", [] { require<LimitExceeded>(false, "big"); }); }) ==
        "Layer<3>: big");
}

TEST_CASE("A layer passes on the result of its step and the exceptions of others", "[core]") {
  CHECK(in_layer("Layer", [] { return 7; }) == 7);
  CHECK(thrown_message<std::domain_error>([] { in_layer("Layer", [] { throw std::domain_error("mine"); }); }) ==
        "mine");
}

}  // namespace

// Tests of MD5 digests.
#include "support/md5.hpp"

#include <cstdio>
#include <string>

#include "catch.hpp"

namespace {

std::string digest(const std::string& text) {
  std::string digits;
  for (const std::uint8_t byte : support::md5(std::as_bytes(std::span(text)))) {
    char pair[3];
    std::snprintf(pair, sizeof pair, "%02x", byte);
    digits += pair;
  }
  return digits;
}

TEST_CASE("digests are those of RFC 1321") {
  CHECK(digest("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(digest("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(digest("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("texts that fill a block to its length, up to it and beyond it have the digests that md5sum gives") {
  CHECK(digest(std::string(55, 'a')) == "ef1772b6dff9a122358552954ad0df65");
  CHECK(digest(std::string(56, 'a')) == "3b0c8ac703f828b04c6c197006d17218");
  CHECK(digest(std::string(64, 'a')) == "014842d480b571495a4a0363793f7367");
  CHECK(digest(std::string(1000, 'a')) == "cabe45dcc9ae5b66ba86600cca6b8ba8");
}

}  // namespace

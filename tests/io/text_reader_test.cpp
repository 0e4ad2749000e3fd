// Tests of reading lines, words and numbers.
#include "scn/io/text_reader.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/thrown_message.hpp"

using scn::FormatError;
using scn::detail::TextReader;

TEST_CASE("Lines end with a line feed, before which a carriage return may stand, or with the file", "[io]") {
  const FileBytes file("one\ntwo\r\n\nlast");
  TextReader text(file.bytes(), "f");
  CHECK(text.line() == "one");
  CHECK(text.line() == "two");
  CHECK(text.line() == "");
  CHECK(text.position() == 10);
  CHECK(text.line() == "last");
  CHECK(text.at_end());
  CHECK(thrown_message<FormatError>([&] { text.line(); }) ==
        "f, line 4: expected another line, got the end of the file");
}

TEST_CASE("Words stand between blanks and tabs", "[io]") {
  const auto words = TextReader::split("  x\ty  z ");
  REQUIRE(words.size() == 3);
  CHECK(words[0] == "x");
  CHECK(words[2] == "z");
  CHECK(TextReader::split(" \t").empty());
}

TEST_CASE("Numbers are whole words", "[io]") {
  const FileBytes file("line\n");
  TextReader text(file.bytes(), "f");
  text.line();
  CHECK(text.whole("12") == 12);
  CHECK(text.real("-1.5e2") == -150.0);
  CHECK(text.real("+0.25") == 0.25);
  CHECK(std::isnan(text.real("nan")));
  CHECK(thrown_message<FormatError>([&] { text.whole("12a"); }) ==
        "f, line 1: expected a whole number of at least 0, got '12a'");
  CHECK(thrown_message<FormatError>([&] { text.whole("-1"); }) ==
        "f, line 1: expected a whole number of at least 0, got '-1'");
  CHECK(thrown_message<FormatError>([&] { text.real("1,5"); }) == "f, line 1: expected a number, got '1,5'");
  CHECK(thrown_message<FormatError>([&] { text.real(""); }) == "f, line 1: expected a number, got ''");
}

// Tests of POT files: the characters that one person wrote.
#include "support/pot.hpp"

#include "catch.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using Numbers = std::vector<int>;

/// A character of the given strokes; `size` and `count` are written instead of the true ones where they are not 0.
void append(FileBytes& file, int code, const std::vector<Numbers>& strokes, int size = 0, int count = 0,
            const Numbers& end = {-1, -1}) {
  std::size_t numbers = 0;
  for (const Numbers& stroke : strokes) numbers += stroke.size();
  file.number(static_cast<std::uint16_t>(size != 0 ? size : int(8 + 2 * numbers + 4)));
  file.number(std::uint32_t(code)).number(static_cast<std::uint16_t>(count != 0 ? count : int(strokes.size())));
  for (const Numbers& stroke : strokes)
    for (const int number : stroke) file.number(static_cast<std::int16_t>(number));
  for (const int number : end) file.number(static_cast<std::int16_t>(number));
}

std::string refusal(const FileBytes& file) {
  return thrown_message<scn::FormatError>([&] { support::parse_pot(file.bytes(), "f.pot"); });
}

TEST_CASE("characters are read with their codes and strokes, y pointing up") {
  FileBytes file;
  append(file, 0xB0A1, {{10, 20, 30, -40, -1, 0}, {5, 6, -1, 0}});
  append(file, 0x41, {});
  append(file, 0xD7F9, {{-1, 0}});
  const auto characters = support::parse_pot(file.bytes(), "f.pot");
  REQUIRE(characters.size() == 3);
  CHECK(characters[0].label == 0xB0A1);
  CHECK(characters[0].strokes == std::vector<support::Stroke>{{{10, -20}, {30, 40}}, {{5, -6}}});
  CHECK((characters[1].label == 0x41 && characters[1].strokes.empty()));
  CHECK((characters[2].label == 0xD7F9 && characters[2].strokes == std::vector<support::Stroke>(1)));
  CHECK(support::parse_pot({}, "f.pot").empty());
}

TEST_CASE("a character that is cut or of a size that cannot be is refused with its byte") {
  const std::string expected = ": expected a character of 12, 16, 20, ... bytes, got one of ";
  FileBytes cut;
  append(cut, 0xB0A1, {{1, 2, -1, 0}});
  append(cut, 0xB0A1, {{1, 2, -1, 0}}, 24);
  CHECK(refusal(cut) == "f.pot, byte 20" + expected + "24 in the last 20 bytes of the file");
  for (const int size : {8, 14}) {
    FileBytes file;
    append(file, 0xB0A1, {{1, 2, -1, 0}}, size);
    CHECK(refusal(file) == scn::message("f.pot, byte 0", expected, size, " in the last 20 bytes of the file"));
  }
  CHECK(refusal(FileBytes("x")) == "f.pot, byte 0" + expected + "0 in the last 1 bytes of the file");
}

TEST_CASE("another number of strokes, a stroke without an end and a character without one are refused") {
  const std::string expected = "f.pot, byte 0: expected a character of ",
                    rest = " strokes, each of which ends in (-1, 0), and then (-1, -1), got ";
  FileBytes more, open, endless;
  append(more, 0xB0A1, {{1, 2, -1, 0}}, 0, 2);
  CHECK(refusal(more) == expected + "2" + rest + "1 ends of strokes");
  append(open, 0xB0A1, {{1, 2, -1, 0, 3, 4}});
  CHECK(refusal(open) == expected + "1" + rest + "1 ends of strokes");
  append(endless, 0xB0A1, {{1, 2, -1, 0}}, 0, 0, {3, 3});
  CHECK(refusal(endless) == expected + "1" + rest + "1 ends of strokes");
}

TEST_CASE("a missing file is an IoError that names it") {
  const TemporaryFolder folder;
  CHECK(thrown_message<scn::IoError>([&] { support::read_pot(folder / "a.pot"); }).starts_with(folder / "a.pot: "));
}

TEST_CASE("the characters of level 1 of GB 2312 have the numbers 0 to 3754 in the order of their codes") {
  std::int32_t next = 0;
  for (std::int32_t code = 0; code <= 0x1FFFF; ++code) {
    const int row = code / 256, cell = code % 256;
    const bool is_level_1 = row >= 0xB0 && row <= 0xD7 && cell >= 0xA1 && cell <= (row == 0xD7 ? 0xF9 : 0xFE);
    const auto number = support::gb2312_level_1(code);
    if (number != (is_level_1 ? std::optional(next) : std::nullopt)) FAIL("code " << code);
    next += is_level_1;
  }
  CHECK(next == 3755);
}

}  // namespace

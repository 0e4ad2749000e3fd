// Tests of notes about a training run.
#include "scn/train/run_notes.hpp"

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

TEST_CASE("Notes keep every bit of a number", "[train]") {
  for (const double value : {0.1, -1.0 / 3, 1e300, 5e-324, 0.0})
    CHECK(scn::number_of({{"loss", scn::exact_text(value)}}, "loss") == value);
  CHECK(scn::integer_of({{"steps", "9007199254740991"}}, "steps") == 9007199254740991);
}

TEST_CASE("Notes that are missing or no numbers are refused by name", "[train]") {
  const auto refusal = [](const scn::RunNotes& notes) {
    return thrown_message<scn::FormatError>([&] { scn::integer_of(notes, "steps"); });
  };
  CHECK(refusal({}) == "the checkpoint does not say \"steps\"");
  CHECK(refusal({{"steps", "3x"}}) == "the checkpoint's \"steps\" is no number: \"3x\"");
  CHECK(refusal({{"steps", ""}}) == "the checkpoint's \"steps\" is no number: \"\"");
  CHECK(refusal({{"steps", "2.5"}}) == "the checkpoint's \"steps\" is no count: \"2.5\"");
  CHECK(refusal({{"steps", "-1"}}) == "the checkpoint's \"steps\" is no count: \"-1\"");
  CHECK(refusal({{"steps", "nan"}}) == "the checkpoint's \"steps\" is no count: \"nan\"");
}

}  // namespace

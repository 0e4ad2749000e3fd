// Tests of the mode numbers of input layers.
#include "scn/geometry/input_mode.hpp"

#include <vector>

#include "catch.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;
using enum scn::Duplicates;

std::vector<Duplicates> all_modes(ModeNumbers numbers) {
  std::vector<Duplicates> modes;
  for (int mode = 0; mode <= 4; ++mode) modes.push_back(duplicates_of_mode(mode, numbers));
  return modes;
}

TEST_CASE("Defect 1, an option: modes 1 and 2 mean what the reference documents, or what its InputLayer does",
          "[geometry][quirk 1]") {
  CHECK(all_modes(ModeNumbers::documented) == std::vector<Duplicates>{reject, last, first, sum, mean});
  CHECK(all_modes(ModeNumbers::as_input_layer) == std::vector<Duplicates>{reject, first, last, sum, mean});
}

TEST_CASE("Modes are read as documented unless told otherwise", "[geometry]") { CHECK(duplicates_of_mode(1) == last); }

TEST_CASE("Other modes than 0 to 4 are refused", "[geometry]") {
  const auto message_of = [](int mode) {
    return thrown_message<InvalidArgument>([mode] { duplicates_of_mode(mode); });
  };
  CHECK(message_of(5) == "duplicates_of_mode: expected a mode from 0 to 4, got 5");
  CHECK(message_of(-1) == "duplicates_of_mode: expected a mode from 0 to 4, got -1");
}

}  // namespace

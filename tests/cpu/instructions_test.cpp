// Tests of the choice of vector instructions.
#include "scn/cpu/instructions.hpp"

#include "catch.hpp"
#include "support/instruction_sets.hpp"

namespace {

using namespace scn;

TEST_CASE("The portable and the reference path run on every processor", "[cpu]") {
  CHECK(cpu::has(Instructions::portable));
  CHECK(cpu::has(Instructions::eigen));
  CHECK(!cpu::has(Instructions::automatic));
}

TEST_CASE("A set that was asked for is the one that is used", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) CHECK(cpu::chosen(set) == set);
}

TEST_CASE("Left alone, the device uses the widest set that the processor has, and never the reference path", "[cpu]") {
  const Instructions widest = cpu::has(Instructions::avx512) ? Instructions::avx512
                              : cpu::has(Instructions::avx2) ? Instructions::avx2
                                                             : Instructions::portable;
  CHECK(cpu::chosen(Instructions::automatic) == widest);
}

TEST_CASE("Instructions that the processor does not have are refused", "[cpu]") {
  for (const Instructions set : {Instructions::avx2, Instructions::avx512})
    if (!cpu::has(set)) CHECK_THROWS_AS(cpu::chosen(set), InvalidArgument);
}

}  // namespace

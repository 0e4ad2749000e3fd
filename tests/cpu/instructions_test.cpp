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
  const Instructions widest = cpu::has(Instructions::avx512_bf16) ? Instructions::avx512_bf16
                              : cpu::has(Instructions::avx512)    ? Instructions::avx512
                              : cpu::has(Instructions::avx2)      ? Instructions::avx2
                                                                  : Instructions::portable;
  CHECK(cpu::chosen(Instructions::automatic) == widest);
}

TEST_CASE("Instructions that the processor does not have are refused", "[cpu]") {
  for (const Instructions set : {Instructions::avx2, Instructions::avx512, Instructions::avx512_bf16})
    if (!cpu::has(set)) CHECK_THROWS_AS(cpu::chosen(set), InvalidArgument);
}

TEST_CASE("Columns are padded to whole vectors of the set, and for Eigen not at all", "[cpu]") {
  CHECK(cpu::padded<float>(Instructions::avx512_bf16, 17) == 32);
  CHECK(cpu::padded<float>(Instructions::avx512, 17) == 32);
  CHECK(cpu::padded<double>(Instructions::avx512, 17) == 24);
  CHECK(cpu::padded<float>(Instructions::avx2, 17) == 24);
  CHECK(cpu::padded<float>(Instructions::portable, 17) == 20);
  CHECK(cpu::padded<float>(Instructions::portable, 16) == 16);
  CHECK(cpu::padded<float>(Instructions::eigen, 17) == 17);
}

struct TellBytes {
  int* bytes;
  template <class V>
  [[gnu::always_inline]] inline void run() const {
    *bytes = sizeof(V);
  }
};

TEST_CASE("A body runs with the vectors of its set", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) {
    int bytes = 0;
    cpu::with_instructions<float>(set, TellBytes{&bytes});
    CHECK(bytes == (name.starts_with("avx512") ? 64 : name == "avx2" ? 32 : 16));
  }
}

}  // namespace

// Tests of words of bits.
#include "scn/cpu/bits.hpp"

#include <cstdint>
#include <random>

#include "catch.hpp"

namespace {

using namespace scn;

/// How often `extract` differs from putting bits together one by one, from the highest down.
template <class Extract>
int wrong_words(const Extract& extract) {
  std::mt19937_64 draw(5);
  int wrong = 0;
  for (int n = 0; n < 1000; ++n) {
    const std::uint64_t word = draw(), mask = n == 0 ? ~std::uint64_t{0} : n == 1 ? 0 : draw();
    std::uint64_t expected = 0;
    for (int bit = 63; bit >= 0; --bit)
      if ((mask >> bit & 1) != 0) expected = expected << 1 | (word >> bit & 1);
    wrong += extract(word, mask) != expected;
  }
  return wrong;
}

TEST_CASE("The bits of a mask are put together by a loop and by an instruction", "[cpu]") {
  CHECK(wrong_words(cpu::ExtractByLoop()) == 0);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) CHECK(wrong_words(cpu::ExtractByInstruction()) == 0);
#endif
}

TEST_CASE("Bits are counted, and those before a place are set", "[cpu]") {
  CHECK(cpu::count_bits(0) == 0);
  CHECK(cpu::count_bits(~std::uint64_t{0}) == 64);
  CHECK(cpu::count_bits(0x8000000000000005u) == 3);
  CHECK(cpu::bits_below(0) == 0);
  CHECK(cpu::bits_below(5) == 31);
}

}  // namespace

// Tests of what kernels do with the lanes of vectors, for every set of instructions.
#include "scn/cpu/lanes.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "support/instruction_sets.hpp"

namespace {

using namespace scn;

/// A vector of floats, one for each lane, stored in bfloat16 and read again.
struct StoreAndLoad {
  const float* from;
  bfloat16* to;
  float* again;
  template <class V>
  [[gnu::always_inline]] inline void run() const {
    V value;
    cpu::detail::load(value, from);
    cpu::detail::save(to, value);
    cpu::detail::load(value, to);
    cpu::detail::save(again, value);
  }
};

TEST_CASE("Vectors are rounded to bfloat16 as single numbers are", "[cpu]") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values{0,
                                  -0.0f,
                                  1,
                                  1 + 0x1p-8f,
                                  1 + 0x1p-8f + 0x1p-23f,
                                  -1 - 3 * 0x1p-8f,
                                  0x1p-140f,
                                  3e38f,
                                  infinity,
                                  -infinity,
                                  3.4e38f,
                                  0x1p-149f,
                                  -7.25f,
                                  1e-38f,
                                  -3.4e38f,
                                  std::nanf("")};
  for (const auto& [name, set] : instruction_sets()) {
    INFO(name);
    std::vector<bfloat16> stored(16, bfloat16(5));
    std::vector<float> again(16, 5);
    cpu::with_instructions<float>(set, StoreAndLoad{values.data(), stored.data(), again.data()});
    const auto lanes = static_cast<std::size_t>(cpu::vector_bytes(set)) / sizeof(float);
    for (std::size_t i = 0; i < 16; ++i) {
      const bfloat16 right(i < lanes ? values[i] : 5);
      CHECK(stored[i].bits == right.bits);
      CHECK((again[i] == static_cast<float>(right) || (i == 15 && std::isnan(again[i]))));
    }
  }
}

/// sums += left * right in every lane, of floats, or of two numbers of bfloat16 in each.
template <class Left>
struct AddProduct {
  Left left;
  const void* right;
  float* sums;
  template <class V>
  [[gnu::always_inline]] inline void run() const {
    V sum, factor;
    cpu::detail::load(sum, sums);
    cpu::detail::load(factor, static_cast<const float*>(right));
    cpu::detail::add_product(sum, left, factor);
    cpu::detail::save(sums, sum);
  }
};

TEST_CASE("A number times a vector is added lane by lane", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) {
    INFO(name);
    std::vector<float> factors(16), sums(16, 100), expected(16, 100);
    const auto lanes = static_cast<std::size_t>(cpu::vector_bytes(set)) / sizeof(float);
    for (std::size_t i = 0; i < 16; ++i) factors[i] = static_cast<float>(i);
    for (std::size_t i = 0; i < lanes; ++i) expected[i] += 3 * factors[i];
    cpu::with_instructions<float>(set, AddProduct<float>{3, factors.data(), sums.data()});
    CHECK(sums == expected);
  }
}

TEST_CASE("A pair of bfloat16 times a vector of pairs adds two products to each lane", "[cpu]") {
  if (!cpu::has(Instructions::avx512_bf16)) return;
  std::vector<cpu::Bfloat16Pair> factors;
  std::vector<float> sums(16, 100), expected(16, 100);
  for (int i = 0; i < 16; ++i) {
    factors.push_back(cpu::pair_of(bfloat16(i), bfloat16(-2 * i)));
    expected[static_cast<std::size_t>(i)] += static_cast<float>(3 * i + 5 * -2 * i);
  }
  const auto three_and_five = cpu::pair_of(bfloat16(3), bfloat16(5));
  cpu::with_instructions<bfloat16>(Instructions::avx512_bf16,
                                   AddProduct<cpu::Bfloat16Pair>{three_and_five, factors.data(), sums.data()});
  CHECK(sums == expected);
}

}  // namespace

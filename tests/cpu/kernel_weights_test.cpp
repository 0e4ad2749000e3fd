// Tests of the forms of weights that kernels read: in place, padded, transposed, in pairs.
#include "scn/cpu/kernel_weights.hpp"

#include <cstdint>
#include <numeric>
#include <vector>

#include "catch.hpp"

namespace {

using namespace scn;

constexpr Instructions portable = Instructions::portable;

/// 1, 2, 3, ...
std::vector<float> counted(std::int64_t taps, std::int64_t groups, std::int64_t in, std::int64_t out) {
  std::vector<float> weights(static_cast<std::size_t>(taps * groups * (in / groups) * (out / groups)));
  std::iota(weights.begin(), weights.end(), 1.0f);
  return weights;
}

TEST_CASE("Weights whose columns fill vectors are read where they lie", "[cpu]") {
  Cpu device;
  const auto values = counted(3, 2, 4, 8);
  const cpu::KernelWeights<float, float> weights(device, portable, {values.data(), 3, 2, 4, 8}, false);
  const auto matrix = weights.at(2, 1);
  CHECK(matrix.data == values.data() + 5 * 2 * 4);
  CHECK((matrix.depth == 2 && matrix.columns == 4 && matrix.pitch == 4));
}

TEST_CASE("Columns are padded with zeros to whole vectors, and transposed for the way back", "[cpu]") {
  Cpu device;
  const auto values = counted(2, 1, 2, 3);
  const cpu::KernelWeights<float, float> padded(device, portable, {values.data(), 2, 1, 2, 3}, false);
  CHECK(std::vector<float>(padded.at(1, 0).data, padded.at(1, 0).data + 8) ==
        std::vector<float>{7, 8, 9, 0, 10, 11, 12, 0});
  const cpu::KernelWeights<float, float> back(device, portable, {values.data(), 2, 1, 2, 3}, true);
  CHECK((back.at(1, 0).depth == 3 && back.columns() == 4));
  CHECK(std::vector<float>(back.at(1, 0).data, back.at(1, 0).data + 12) ==
        std::vector<float>{7, 10, 0, 0, 8, 11, 0, 0, 9, 12, 0, 0});
}

TEST_CASE("Weights for rows of bfloat16 are rounded, two rows in one, the last of an odd number with zeros", "[cpu]") {
  CpuDevice<bfloat16> device;
  auto values = counted(2, 1, 3, 2);
  values[6] = 257;  // between 256 and 258, of which the first has an even last bit
  for (const bool transposed : {false, true}) {
    INFO(transposed);
    const cpu::KernelWeights<bfloat16, bfloat16> weights(device, portable, {values.data(), 2, 1, 3, 2}, transposed);
    const auto pair = [](float first, float second) { return cpu::pair_of(bfloat16(first), bfloat16(second)); };
    const auto none = pair(0, 0);
    const auto matrix = weights.at(1, 0);
    const std::vector<cpu::Bfloat16Pair> right =
        transposed ? std::vector{pair(256, 8), pair(9, 10), pair(11, 12), none}
                   : std::vector{pair(256, 9), pair(8, 10), none, none, pair(11, 0), pair(12, 0), none, none};
    CHECK(matrix.depth == (transposed ? 2 : 3));
    CHECK(std::vector(matrix.data, matrix.data + right.size()) == right);
  }
}

TEST_CASE("A matrix becomes one of floats, rounded to bfloat16", "[cpu]") {
  CpuDevice<bfloat16> device;
  const std::vector<float> values{1, 257, -0.5f, 3};
  const MatrixView<const float> view{values.data(), {2}, 2, 2};
  CHECK(cpu::rounded_floats(device, view).to_host() == std::vector<float>{1, 256, -0.5f, 3});
}

}  // namespace

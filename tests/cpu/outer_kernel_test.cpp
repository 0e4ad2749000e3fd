// Tests of the innermost loops of weight gradients: every set of instructions, every remainder of pairs and channels.
#include "scn/cpu/outer_kernel.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "scn/core/bfloat16.hpp"
#include "support/instruction_sets.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;

/// Whole numbers, so that every order of summation gives the same.
template <class T>
std::vector<T> whole(std::uint64_t seed, std::int64_t count) {
  oracle::Random random(seed);
  const auto values = oracle::random_integers(random, static_cast<std::size_t>(count));
  return {values.begin(), values.end()};
}

template <class Number>
std::vector<Number> every_second(std::int64_t rows) {
  std::vector<Number> result;
  for (std::int64_t r = 0; r < rows; ++r) result.push_back(static_cast<Number>(2 * r));
  return result;
}

/// The rows between those of the pairs are no numbers; so would be what reads them.
template <class T>
void check_outer(Instructions set, std::int64_t pairs, std::int64_t rows, std::int64_t columns) {
  const std::int64_t width = cpu::padded<T>(set, columns);
  auto x = whole<T>(1, 2 * pairs * rows), y = whole<T>(2, 2 * pairs * columns);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i / static_cast<std::size_t>(rows) % 2 == 1) x[i] = std::numeric_limits<T>::quiet_NaN();
  for (std::size_t i = 0; i < y.size(); ++i)
    if (i / static_cast<std::size_t>(columns) % 2 == 1) y[i] = std::numeric_limits<T>::quiet_NaN();
  auto sums = whole<T>(3, rows * width + 1), expected = sums;
  for (std::int64_t p = 0; p < pairs; ++p)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c)
        expected[static_cast<std::size_t>(r * width + c)] +=
            x[static_cast<std::size_t>(2 * p * rows + r)] * y[static_cast<std::size_t>(2 * p * columns + c)];
  const auto left = every_second<std::int32_t>(pairs);
  const auto right = every_second<std::uint16_t>(pairs);
  cpu::with_instructions<T>(
      set,
      cpu::detail::AddOuterProducts<T>{
          {x.data(), rows, left.data()}, {y.data(), columns, right.data()}, pairs, rows, columns, width, sums.data()});
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = columns; c < width; ++c) sums[static_cast<std::size_t>(r * width + c)] = 0;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = columns; c < width; ++c) expected[static_cast<std::size_t>(r * width + c)] = 0;
  CHECK(sums == expected);
}

TEST_CASE("Outer products are exact for every remainder of rows and columns, and touch nothing else", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) {
    if (set == Instructions::eigen) continue;
    INFO(name);
    for (std::int64_t rows = 1; rows <= 17; ++rows) check_outer<float>(set, 6, rows, 37);
    for (std::int64_t columns = 1; columns <= 67; ++columns) {
      INFO(columns << " columns");
      check_outer<float>(set, 4, 11, columns);
      check_outer<double>(set, 4, 11, columns);
    }
    check_outer<float>(set, 0, 9, 33);
  }
}

TEST_CASE("Outer products are exact for lists of pairs of all lengths around those worked on at a time", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) {
    if (set == Instructions::eigen) continue;
    for (const std::int64_t pairs : {1, 31, 32, 33, 64, 65, 511, 512, 513, 1100}) {
      INFO(name << ", " << pairs << " pairs");
      check_outer<float>(set, pairs, 3, 19);
    }
  }
}

TEST_CASE("Outer products of bfloat16 are exact for pairs and channels of all lengths, and touch nothing else",
          "[cpu]") {
  if (!cpu::has(Instructions::avx512_bf16)) return;
  const auto narrow = [](const std::vector<float>& values) {
    return std::vector<bfloat16>(values.begin(), values.end());
  };
  for (const std::int64_t pairs : {0, 1, 2, 5, 63, 64, 65, 131})
    for (const std::int64_t rows : {1, 8, 17})
      for (const std::int64_t columns : {1, 16, 31, 37}) {
        INFO(pairs << " pairs, " << rows << " x " << columns);
        const std::int64_t width = cpu::padded<float>(Instructions::avx512_bf16, columns);
        auto x = whole<float>(1, 2 * pairs * rows), y = whole<float>(2, 2 * pairs * columns);
        auto sums = whole<float>(3, rows * width + 1), expected = sums;
        for (std::int64_t p = 0; p < pairs; ++p)
          for (std::int64_t r = 0; r < rows; ++r) {
            x[static_cast<std::size_t>((2 * p + 1) * rows + r)] = std::numeric_limits<float>::quiet_NaN();
            for (std::int64_t c = 0; c < columns; ++c)
              expected[static_cast<std::size_t>(r * width + c)] +=
                  x[static_cast<std::size_t>(2 * p * rows + r)] * y[static_cast<std::size_t>(2 * p * columns + c)];
          }
        const auto narrow_x = narrow(x), narrow_y = narrow(y);
        const auto left = every_second<std::int32_t>(pairs);
        const auto right = every_second<std::uint16_t>(pairs);
        std::vector<cpu::Bfloat16Pair> scratch(static_cast<std::size_t>((rows + width) * cpu::detail::pairs_at_once));
        cpu::with_instructions<bfloat16>(Instructions::avx512_bf16,
                                         cpu::detail::AddOuterProductsOfPairs{{narrow_x.data(), rows, left.data()},
                                                                              {narrow_y.data(), columns, right.data()},
                                                                              pairs,
                                                                              rows,
                                                                              columns,
                                                                              width,
                                                                              sums.data(),
                                                                              scratch.data()});
        CHECK(sums == expected);
      }
}

TEST_CASE("Products of channels with themselves are exact, and touch nothing else", "[cpu]") {
  for (const auto& [name, set] : instruction_sets())
    for (std::int64_t channels = 1; channels <= 35; ++channels) {
      INFO(name << ", " << channels << " channels");
      const auto x = whole<float>(1, 10 * channels), y = whole<float>(2, 10 * channels);
      auto sums = whole<float>(3, channels + 1), expected = sums;
      for (std::int64_t p = 0; p < 5; ++p)
        for (std::int64_t c = 0; c < channels; ++c) {
          const auto at = static_cast<std::size_t>(2 * p * channels + c);
          expected[static_cast<std::size_t>(c)] += x[at] * y[at];
        }
      const auto left = every_second<std::int32_t>(5);
      const auto right = every_second<std::uint16_t>(5);
      cpu::with_instructions<float>(
          set, cpu::detail::AddChannelProducts<float>{
                   {x.data(), channels, left.data()}, {y.data(), channels, right.data()}, 5, channels, sums.data()});
      CHECK(sums == expected);
    }
}

}  // namespace

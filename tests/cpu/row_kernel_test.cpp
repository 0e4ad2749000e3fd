// Tests of the innermost loops over rows: every set of instructions, every remainder of rows and columns.
#include "scn/cpu/row_kernel.hpp"

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

/// 0, 2, 4, ...: every second row of a matrix, so that writing outside a row shows.
template <class Number>
std::vector<Number> every_second(std::int64_t rows) {
  std::vector<Number> result;
  for (std::int64_t r = 0; r < rows; ++r) result.push_back(static_cast<Number>(2 * r));
  return result;
}

template <class T, Write write = Write::add>
void check_products(Instructions set, std::int64_t rows, std::int64_t depth, std::int64_t columns) {
  const std::int64_t width = cpu::padded<T>(set, columns), pitch = width + 3;
  const auto x = whole<T>(1, 2 * rows * depth), w = whole<T>(2, depth * width);
  auto y = whole<T>(3, 2 * rows * pitch), expected = y;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < width; ++c) {
      if (write == Write::assign) {
        expected[static_cast<std::size_t>(2 * r * pitch + c)] = 0;
        y[static_cast<std::size_t>(2 * r * pitch + c)] = std::numeric_limits<T>::quiet_NaN();
      }
      for (std::int64_t k = 0; k < depth; ++k)
        expected[static_cast<std::size_t>(2 * r * pitch + c)] +=
            x[static_cast<std::size_t>(2 * r * depth + k)] * w[static_cast<std::size_t>(k * width + c)];
    }
  const auto from = every_second<std::int32_t>(rows);
  const auto to = every_second<std::uint16_t>(rows);
  cpu::with_instructions<T>(
      set, cpu::detail::AddProducts<T, T, write>{
               {x.data(), depth, from.data()}, {y.data(), pitch, to.data()}, rows, {w.data(), width, depth, width}});
  CHECK(y == expected);
}

TEST_CASE("Rows times weights are exact for every remainder of rows and columns, and touch nothing else", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) {
    if (set == Instructions::eigen) continue;
    INFO(name);
    for (std::int64_t rows = 0; rows <= 17; ++rows) check_products<float>(set, rows, 5, 37);
    for (const std::int64_t columns : {1, 5, 16, 17, 33, 48, 64, 67}) {
      INFO(columns << " columns");
      check_products<float>(set, 11, 3, columns);
      check_products<double>(set, 11, 3, columns);
    }
    check_products<float>(set, 9, 0, 33);
    check_products<float, Write::assign>(set, 13, 5, 37);
    check_products<double, Write::assign>(set, 3, 0, 37);
  }
}

TEST_CASE("Rows of bfloat16 times pairs of weights are exact for every remainder, and read no row but theirs",
          "[cpu]") {
  if (!cpu::has(Instructions::avx512_bf16)) return;
  for (std::int64_t rows = 0; rows <= 17; ++rows)
    for (const std::int64_t depth : {1, 2, 5, 8})
      for (const std::int64_t width : {16, 32, 48}) {
        INFO(rows << " rows of " << depth << ", " << width << " columns");
        const auto x = whole<float>(1, rows * depth), w = whole<float>(2, depth * width);
        auto y = whole<float>(3, 2 * rows * width), expected = y;
        std::vector<bfloat16> narrow(static_cast<std::size_t>(2 * rows * depth),
                                     bfloat16(std::numeric_limits<float>::quiet_NaN()));
        std::vector<cpu::Bfloat16Pair> pairs(static_cast<std::size_t>((depth + 1) / 2 * width));
        for (std::int64_t k = 0; k < depth; k += 2)
          for (std::int64_t c = 0; c < width; ++c)
            pairs[static_cast<std::size_t>(k / 2 * width + c)] =
                cpu::pair_of(bfloat16(w[static_cast<std::size_t>(k * width + c)]),
                             bfloat16(k + 1 < depth ? w[static_cast<std::size_t>((k + 1) * width + c)] : 0));
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t k = 0; k < depth; ++k) {
            const float number = x[static_cast<std::size_t>(r * depth + k)];
            narrow[static_cast<std::size_t>(2 * r * depth + k)] = bfloat16(number);
            for (std::int64_t c = 0; c < width; ++c)
              expected[static_cast<std::size_t>(2 * r * width + c)] +=
                  number * w[static_cast<std::size_t>(k * width + c)];
          }
        const auto from = every_second<std::int32_t>(rows);
        const auto to = every_second<std::uint16_t>(rows);
        cpu::with_instructions<bfloat16>(
            Instructions::avx512_bf16, cpu::detail::AddProducts<float, bfloat16>{{narrow.data(), depth, from.data()},
                                                                                 {y.data(), width, to.data()},
                                                                                 rows,
                                                                                 {pairs.data(), width, depth, width}});
        CHECK(y == expected);
      }
}

TEST_CASE("Rows times one weight a channel are exact, and touch nothing else", "[cpu]") {
  for (const auto& [name, set] : instruction_sets())
    for (std::int64_t channels = 1; channels <= 35; ++channels) {
      INFO(name << ", " << channels << " channels");
      const auto x = whole<float>(1, 6 * channels), w = whole<float>(2, channels);
      auto y = whole<float>(3, 6 * channels), expected = y;
      for (std::int64_t r = 0; r < 6; r += 2)
        for (std::int64_t c = 0; c < channels; ++c)
          expected[static_cast<std::size_t>(r * channels + c)] +=
              x[static_cast<std::size_t>(r * channels + c)] * w[static_cast<std::size_t>(c)];
      const auto from = every_second<std::int32_t>(3);
      const auto to = every_second<std::uint16_t>(3);
      cpu::with_instructions<float>(
          set, cpu::detail::AddChannels<float>{
                   {x.data(), channels, from.data()}, {y.data(), channels, to.data()}, 3, w.data(), channels});
      CHECK(y == expected);
    }
}

TEST_CASE("Stored rows are sums of padded groups with the epilogue, assigned or added", "[cpu]") {
  for (const auto& [name, set] : instruction_sets())
    for (const std::int64_t part : {1, 4, 7, 16, 33})
      for (const Write write : {Write::assign, Write::add}) {
        INFO(name << ", " << part << " channels a group");
        const std::int64_t groups = 2, width = cpu::padded<float>(set, part), channels = groups * part;
        auto sums = whole<float>(1, 3 * groups * width);
        const auto shift = whole<float>(2, channels), residual = whole<float>(3, 5 * channels);
        auto y = whole<float>(4, 5 * channels), expected = y;
        const MatrixView<float> view{y.data(), {5}, channels, channels};
        for (std::int64_t row = 1; row < 4; ++row)
          for (std::int64_t c = 0; c < channels; ++c) {
            const auto at = static_cast<std::size_t>(row * channels + c);
            const std::int64_t sum = ((row - 1) * groups + c / part) * width + c % part;
            const float z = sums[static_cast<std::size_t>(sum)] + shift[static_cast<std::size_t>(c)] + residual[at];
            expected[at] = (write == Write::add ? expected[at] : 0) + (z > 0 ? z : z / 2);
          }
        for (std::int64_t i = 0; i < std::ssize(sums); ++i)
          if (i % width >= part) sums[static_cast<std::size_t>(i)] = std::numeric_limits<float>::quiet_NaN();
        const Epilogue<float> epilogue{shift.data(), {residual.data(), {5}, channels, channels}, 0.5f};
        cpu::with_instructions<float>(
            set, cpu::detail::StoreRows<float>{sums.data(), groups, width, 1, 4, epilogue, view, write});
        CHECK(y == expected);
      }
}

}  // namespace

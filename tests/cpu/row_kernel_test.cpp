// Tests of the innermost loops: every set of instructions, every remainder of rows and columns.
#include "scn/cpu/row_kernel.hpp"

#include <cstdint>
#include <vector>

#include "catch.hpp"
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

/// Every second row of a matrix with some room between rows, so that writing outside a row shows.
template <class T, class Pointer>
std::vector<Pointer> rows_of(T& numbers, std::int64_t rows, std::int64_t pitch) {
  std::vector<Pointer> result;
  for (std::int64_t r = 0; r < rows; ++r) result.push_back(numbers.data() + 2 * r * pitch);
  return result;
}

template <class T>
void check_panels(Instructions set, std::int64_t rows, std::int64_t depth, std::int64_t columns) {
  const auto kernels = cpu::row_kernels<T>(set);
  const std::int64_t pitch = columns + 3;
  const auto x = whole<T>(1, 2 * rows * depth), w = whole<T>(2, depth * columns);
  auto y = whole<T>(3, 2 * rows * pitch), expected = y;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      for (std::int64_t k = 0; k < depth; ++k)
        expected[static_cast<std::size_t>(2 * r * pitch + c)] +=
            x[static_cast<std::size_t>(2 * r * depth + k)] * w[static_cast<std::size_t>(k * columns + c)];
  std::vector<T> panels(static_cast<std::size_t>(depth * cpu::packed_columns(columns, kernels.lanes)), T{77});
  cpu::pack(w.data(), columns, std::int64_t{1}, depth, columns, kernels.lanes, panels.data());
  const auto from = rows_of<const std::vector<T>, const T*>(x, rows, depth);
  const auto to = rows_of<std::vector<T>, T*>(y, rows, pitch);
  kernels.add_panels(from.data(), to.data(), rows, panels.data(), depth, columns);
  CHECK(y == expected);
}

template <class T>
void check_outer(Instructions set, std::int64_t pairs, std::int64_t rows, std::int64_t columns) {
  const auto kernels = cpu::row_kernels<T>(set);
  const auto x = whole<T>(1, 2 * pairs * rows), y = whole<T>(2, 2 * pairs * columns);
  auto sums = whole<T>(3, rows * columns + 1), expected = sums;
  for (std::int64_t p = 0; p < pairs; ++p)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c)
        expected[static_cast<std::size_t>(r * columns + c)] +=
            x[static_cast<std::size_t>(2 * p * rows + r)] * y[static_cast<std::size_t>(2 * p * columns + c)];
  const auto left = rows_of<const std::vector<T>, const T*>(x, pairs, rows);
  const auto right = rows_of<const std::vector<T>, const T*>(y, pairs, columns);
  kernels.add_outer(left.data(), right.data(), pairs, rows, columns, sums.data());
  CHECK(sums == expected);
}

TEST_CASE("Rows times panels are exact for every remainder of rows and columns, and touch nothing else", "[cpu]") {
  for (const auto& [name, set] : instruction_sets()) {
    if (set == Instructions::eigen) continue;
    INFO(name);
    for (std::int64_t rows = 0; rows <= 17; ++rows) check_panels<float>(set, rows, 5, 37);
    for (std::int64_t columns = 1; columns <= 67; ++columns) {
      INFO(columns << " columns");
      check_panels<float>(set, 11, 3, columns);
      check_panels<double>(set, 11, 3, columns);
    }
    check_panels<float>(set, 9, 0, 33);
  }
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

}  // namespace

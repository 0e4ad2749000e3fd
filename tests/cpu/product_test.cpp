// Tests of the dense products: values, strides, and that a row's bits depend on that row alone.
#include "scn/cpu/product.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "support/random_cases.hpp"

namespace {

using scn::cpu::product_rows;

constexpr std::int64_t rows = product_rows;

template <class T>
std::vector<T> numbers(std::uint64_t seed, std::int64_t count, bool whole = false) {
  oracle::Random random(seed);
  const auto drawn = whole ? oracle::random_integers(random, static_cast<std::size_t>(count))
                           : oracle::random_reals(random, static_cast<std::size_t>(count));
  return {drawn.begin(), drawn.end()};
}

template <class T>
T& at(std::vector<T>& values, std::int64_t place) {
  return values[static_cast<std::size_t>(place)];
}

/// a b for row-major a (height x k) and b (k x n).
template <class T>
std::vector<T> plain(const std::vector<T>& a, const std::vector<T>& b, std::int64_t height, std::int64_t k,
                     std::int64_t n) {
  std::vector<T> c(static_cast<std::size_t>(height * n));
  for (std::int64_t row = 0; row < height; ++row)
    for (std::int64_t i = 0; i < k; ++i)
      for (std::int64_t o = 0; o < n; ++o)
        at(c, row * n + o) += a[static_cast<std::size_t>(row * k + i)] * b[static_cast<std::size_t>(i * n + o)];
  return c;
}

template <class T>
std::vector<T> flipped(const std::vector<T>& a, std::int64_t height, std::int64_t width) {
  std::vector<T> result(a.size());
  for (std::int64_t row = 0; row < height; ++row)
    for (std::int64_t c = 0; c < width; ++c)
      at(result, c * height + row) = a[static_cast<std::size_t>(row * width + c)];
  return result;
}

/// Lengths around the sizes of registers and of Eigen's blocks.
const std::vector<std::pair<std::int64_t, std::int64_t>> shapes{{1, 1},  {1, 9},   {7, 1},   {3, 5},   {8, 4},
                                                                {16, 8}, {13, 23}, {33, 65}, {64, 12}, {300, 33}};

TEST_CASE("Products of whole numbers are exact", "[cpu][RC-28]") {
  using T = float;
  for (const auto& [k, n] : shapes) {
    INFO(k << " x " << n);
    const auto a = numbers<T>(1, rows * k, true), b = numbers<T>(2, k * n, true), d = numbers<T>(3, rows * n, true);
    std::vector<T> c(static_cast<std::size_t>(rows * n), T{99}), e(static_cast<std::size_t>(rows * k), T{99});
    scn::cpu::product(a.data(), k, b.data(), c.data(), n, k, n);
    CHECK(c == plain(a, b, rows, k, n));
    scn::cpu::product_transposed(d.data(), n, b.data(), e.data(), k, k, n);
    CHECK(e == plain(d, flipped(b, k, n), rows, n, k));
  }
}

TEST_CASE("Outer products of any number of rows are added to what was there", "[cpu]") {
  using T = float;
  for (const std::int64_t height : {1, 5, 32, 256})
    for (const auto& [k, n] : shapes) {
      INFO(height << ": " << k << " x " << n);
      const auto a = numbers<T>(1, height * k, true), b = numbers<T>(2, height * n, true);
      auto c = numbers<T>(3, k * n, true), expected = plain(flipped(a, height, k), b, k, height, n);
      for (std::size_t i = 0; i < c.size(); ++i) expected[i] += c[i];
      scn::cpu::add_outer_product(a.data(), k, b.data(), n, c.data(), height, k, n);
      CHECK(c == expected);
    }
}

TEST_CASE("Strides skip what lies between the rows and leave it as it is", "[cpu]") {
  const std::int64_t k = 3, n = 2, a_stride = 5, c_stride = 7;
  const auto packed = numbers<double>(1, rows * k, true), b = numbers<double>(2, k * n, true);
  std::vector<double> a(static_cast<std::size_t>(rows * a_stride), 1e9),
      c(static_cast<std::size_t>(rows * c_stride), -5);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < k; ++i) at(a, row * a_stride + i) = packed[static_cast<std::size_t>(row * k + i)];
  scn::cpu::product(a.data(), a_stride, b.data(), c.data(), c_stride, k, n);
  auto expected = std::vector<double>(c.size(), -5);
  const auto values = plain(packed, b, rows, k, n);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t o = 0; o < n; ++o)
      at(expected, row * c_stride + o) = values[static_cast<std::size_t>(row * n + o)];
  CHECK(c == expected);
}

TEST_CASE("A row's bits depend neither on its place nor on the other rows", "[cpu]") {
  using T = float;
  for (const auto& [k, n] : shapes) {
    INFO(k << " x " << n);
    const auto b = numbers<T>(2, k * n), row = numbers<T>(4, std::max(k, n));
    std::vector<T> first, first_back;
    int different = 0;
    for (std::int64_t place = 0; place < rows; ++place) {
      auto a = numbers<T>(static_cast<std::uint64_t>(place + 10), rows * std::max(k, n));
      std::vector<T> c(static_cast<std::size_t>(rows * n)), e(static_cast<std::size_t>(rows * k));
      std::copy_n(row.begin(), k, a.begin() + place * k);
      scn::cpu::product(a.data(), k, b.data(), c.data(), n, k, n);
      std::copy_n(row.begin(), n, a.begin() + place * n);
      scn::cpu::product_transposed(a.data(), n, b.data(), e.data(), k, k, n);
      const std::vector<T> bits(c.begin() + place * n, c.begin() + (place + 1) * n);
      const std::vector<T> bits_back(e.begin() + place * k, e.begin() + (place + 1) * k);
      if (place == 0) first = bits, first_back = bits_back;
      different += bits != first || bits_back != first_back;
    }
    CHECK(different == 0);
  }
}

TEST_CASE("A row that is not a number stays alone", "[cpu]") {
  const std::int64_t k = 13, n = 23;
  auto a = numbers<float>(1, rows * k);
  const auto b = numbers<float>(2, k * n);
  std::vector<float> c(static_cast<std::size_t>(rows * n));
  at(a, 5 * k + 4) = std::numeric_limits<float>::quiet_NaN();
  scn::cpu::product(a.data(), k, b.data(), c.data(), n, k, n);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t o = 0; o < n; ++o) REQUIRE(std::isnan(at(c, row * n + o)) == (row == 5));
}

TEST_CASE("A product over no channels is zero", "[cpu][LIM-01]") {
  std::vector<float> c(static_cast<std::size_t>(rows * 3), 7.0f);
  const float nothing = 0;
  scn::cpu::product(&nothing, 0, &nothing, c.data(), 3, 0, 3);
  CHECK(c == std::vector<float>(c.size(), 0.0f));
}

}  // namespace

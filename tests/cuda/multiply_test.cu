// Tests of products over rows on the GPU against sums in double.
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/multiply.cuh"
#include "support/random_cases.hpp"

namespace multiply_test {

using namespace scn;

/// rows x columns numbers, row by row.
struct Numbers {
  std::int64_t rows, columns;
  std::vector<double> values;
  double operator()(std::int64_t row, std::int64_t column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};

/// Multiples of 1/8, which every type holds.
Numbers random_numbers(oracle::Random& random, std::int64_t rows, std::int64_t columns) {
  Numbers result{rows, columns, oracle::random_integers(random, static_cast<std::size_t>(rows * columns))};
  for (double& value : result.values) value /= 8;
  return result;
}

template <class T, class Dev>
Matrix<Dev, T> there(Dev& device, const Numbers& numbers) {
  return Matrix<Dev, T>::from_host(device, numbers.rows, numbers.columns, std::span<const double>(numbers.values));
}

template <class Dev, class T>
Numbers here(const Matrix<Dev, T>& matrix) {
  const auto values = matrix.to_host();
  return {matrix.rows().bound, matrix.channels(), {values.begin(), values.end()}};
}

Numbers transposed(const Numbers& a) {
  Numbers result{a.columns, a.rows, std::vector<double>(a.values.size())};
  for (std::int64_t row = 0; row < a.rows; ++row)
    for (std::int64_t column = 0; column < a.columns; ++column)
      result.values[static_cast<std::size_t>(column * a.rows + row)] = a(row, column);
  return result;
}

Numbers product(const Numbers& a, const Numbers& b) {
  Numbers result{a.rows, b.columns, std::vector<double>(static_cast<std::size_t>(a.rows * b.columns))};
  for (std::int64_t row = 0; row < a.rows; ++row)
    for (std::int64_t k = 0; k < a.columns; ++k)
      for (std::int64_t column = 0; column < b.columns; ++column)
        result.values[static_cast<std::size_t>(row * b.columns + column)] += a(row, k) * b(k, column);
  return result;
}

/// |got - expected| / |expected|.
double relative_error(const Numbers& got, const Numbers& expected) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    error += std::pow(got.values[i] - expected.values[i], 2);
    norm += std::pow(expected.values[i], 2);
  }
  return got.rows == expected.rows && got.columns == expected.columns ? std::sqrt(error / std::max(norm, 1e-300)) : 1;
}

/// What storing a number in T may lose.
template <class T>
constexpr double rounding = 3e-7;
template <>
constexpr double rounding<double> = 1e-15;
template <>
constexpr double rounding<__half> = 5e-4;
template <>
constexpr double rounding<__nv_bfloat16> = 4e-3;

template <class T>
void check_products() {
  using Dev = CudaDevice<T>;
  using A = typename Dev::Accumulator;
  Dev device{.precision = Precision::exact};
  oracle::Random random(3);
  for (const std::int64_t rows : {1, 63, 2049, 5000})
    for (const auto& [in, out] : {std::pair<std::int64_t, std::int64_t>{1, 1}, {3, 17}, {64, 64}, {5, 130}, {100, 4}}) {
      INFO(rows << " x " << in << " x " << out);
      const Numbers x = random_numbers(random, rows, in), w = random_numbers(random, in, out),
                    dy = random_numbers(random, rows, out), before_x = random_numbers(random, rows, in),
                    before_w = random_numbers(random, in, out), shift = random_numbers(random, 1, out);
      const auto xs = there<T>(device, x), dys = there<T>(device, dy);
      const auto ws = there<A>(device, w), shifts = there<A>(device, shift);
      auto y = there<T>(device, random_numbers(random, rows, out));
      Numbers expected = product(x, w);
      multiply(device, xs, ws, {}, y);
      CHECK(relative_error(here(y), expected) <= rounding<T>);
      multiply(device, xs, ws, {.shift = shifts.view().data, .residual = dys.view(), .slope = A{0.25}}, y);
      for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t c = 0; c < out; ++c) {
          double& value = expected.values[static_cast<std::size_t>(row * out + c)];
          value += shift(0, c) + dy(row, c);
          if (value < 0) value *= 0.25;
        }
      CHECK(relative_error(here(y), expected) <= rounding<T>);
      for (const Write write : {Write::assign, Write::add}) {
        auto dx = there<T>(device, before_x);
        auto dw = there<A>(device, before_w);
        multiply_backward_input(device, dys, ws, dx, write);
        multiply_backward_weight(device, xs, dys, dw, write);
        Numbers expected_dx = product(dy, transposed(w)), expected_dw = product(transposed(x), dy);
        if (write == Write::add) {
          for (std::size_t i = 0; i < expected_dx.values.size(); ++i) expected_dx.values[i] += before_x.values[i];
          for (std::size_t i = 0; i < expected_dw.values.size(); ++i) expected_dw.values[i] += before_w.values[i];
        }
        CHECK(relative_error(here(dx), expected_dx) <= rounding<T>);
        CHECK(relative_error(here(dw), expected_dw) <= rounding<A>);
      }
    }
}

TEST_CASE("Products of rows on the GPU and their gradients are those in double, of every type", "[cuda][small]") {
  check_products<float>();
  check_products<double>();
  check_products<__half>();
  check_products<__nv_bfloat16>();
}

TEST_CASE("A row of a product has the same bits however many rows share the call", "[cuda]") {
  Cuda device;
  oracle::Random random(4);
  const std::int64_t in = 50, out = 70;
  const Numbers x{3000, in, oracle::random_reals(random, 3000 * in)},
      w{in, out, oracle::random_reals(random, in * out)};
  const auto ws = there<float>(device, w);
  Matrix<Cuda> all(device, 3000, out);
  multiply(device, there<float>(device, x), ws, {}, all);
  const auto expected = all.to_host();
  for (const std::int64_t rows : {1, 64, 1000}) {
    const Numbers part{rows, in, {x.values.begin(), x.values.begin() + rows * in}};
    Matrix<Cuda> y(device, rows, out);
    multiply(device, there<float>(device, part), ws, {}, y);
    CHECK(y.to_host() == std::vector<float>(expected.begin(), expected.begin() + rows * out));
  }
}

TEST_CASE("Products on the GPU of no rows leave a weight's gradient 0", "[cuda]") {
  Cuda device;
  const Matrix<Cuda> x(device, 0, 3), dy(device, 0, 4);
  Matrix<Cuda> dw(device, 3, 4), y(device, 0, 4), dx(device, 0, 3);
  multiply(device, x, dw, {}, y);
  multiply_backward_input(device, dy, dw, dx, Write::assign);
  multiply_backward_weight(device, x, dy, dw, Write::assign);
  CHECK(dw.to_host() == std::vector<float>(12));
}

}  // namespace multiply_test

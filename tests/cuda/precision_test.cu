// Tests of how exactly the GPU convolves, in every type: gates for each output, and the norm of all errors.
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "catch.hpp"
#include "cuda/support/uploaded_rules.cuh"
#include "scn/core/random.hpp"
#include "scn/cuda/convolution.cuh"

namespace precision_test {

using namespace scn;

constexpr std::int64_t rows = 700, taps = 27, channels = 64;

/// Every tap leads from a row to another, all of them different.
struct Pairs {
  std::int64_t inputs = rows, outputs = rows, taps = precision_test::taps;
  std::vector<Rule> pairs() const {
    std::vector<Rule> list;
    for (std::int32_t tap = 0; tap < taps; ++tap)
      for (std::int32_t out = 0; out < rows; ++out)
        if ((out + tap) % 4 != 0) list.push_back({tap, static_cast<std::int32_t>((out * 11 + tap * 37) % rows), out});
    return list;
  }
  static bool inputs_unique() { return true; }
  bool mirrored = false;
};

/// Normally distributed, and rounded as S is.
template <class S>
std::vector<double> drawn(std::uint64_t draw, std::int64_t count) {
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < count; ++i)
    numbers.push_back(
        static_cast<double>(static_cast<S>(static_cast<float>(normal(7, draw, static_cast<std::uint64_t>(i))))));
  return numbers;
}

/// An output may be wrong by `of_sum` of the sum of its products' magnitudes and by `of_value` of itself.
struct Gate {
  double of_sum, of_value;
};

/// |y - expected| / |expected| of a convolution of normally distributed numbers, weights among them that W holds; no
/// output is beyond the gate.
template <class T, class W = float>
double relative_error(CudaDevice<T> device, Gate gate) {
  using Dev = CudaDevice<T>;
  using A = typename Dev::Accumulator;
  const Pairs pairs;
  const auto x = drawn<T>(1, rows * channels), w = drawn<W>(2, taps * channels * channels);
  const auto weights = Matrix<Dev, A>::from_host(device, taps, channels * channels, std::span<const double>(w));
  Matrix<Dev> y(device, rows, channels);
  convolve(device, Matrix<Dev>::from_host(device, rows, channels, std::span<const double>(x)),
           prepare(device, weights, taps, 1, channels, channels), parity::upload_rules(device, pairs), Epilogue<A, T>{},
           y);
  std::vector<double> sums(static_cast<std::size_t>(rows * channels)), magnitudes(sums.size());
  for (const Rule& pair : pairs.pairs())
    for (std::int64_t i = 0; i < channels; ++i)
      for (std::int64_t j = 0; j < channels; ++j) {
        const double product = x[static_cast<std::size_t>(pair.in * channels + i)] *
                               w[static_cast<std::size_t>((pair.tap * channels + i) * channels + j)];
        sums[static_cast<std::size_t>(pair.out * channels + j)] += product;
        magnitudes[static_cast<std::size_t>(pair.out * channels + j)] += std::abs(product);
      }
  const auto got = y.to_host();
  double error = 0, norm = 0;
  int beyond = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double off = std::abs(static_cast<double>(got[i]) - sums[i]);
    error += off * off;
    norm += sums[i] * sums[i];
    beyond += !(off <= gate.of_sum * magnitudes[i] + gate.of_value * std::abs(sums[i]));
  }
  CHECK(beyond == 0);
  return std::sqrt(error / norm);
}

TEST_CASE("Convolutions on the GPU are as exact as each type allows", "[cuda]") {
  constexpr double unit = 0x1p-24;
  CHECK(relative_error<__half>({}, {2.5e-4, 0x1p-11}) < 3.5e-4);  // weights are rounded to halves too
  CHECK(relative_error<__nv_bfloat16>({}, {2e-3, 0x1p-8}) < 3e-3);
  CHECK(relative_error<float>({}, {2.5e-4, unit}) < 5e-4);
  CHECK(relative_error<float>({.precision = Precision::exact}, {8 * unit, unit}) < 1e-6);
  CHECK(relative_error<double, double>({}, {1e-15, 1e-15}) < 1e-15);
}

TEST_CASE("A convolution of halves is wrong by little more than storing its outputs costs", "[cuda]") {
  CHECK(relative_error<__half, __half>({}, {2.5e-4, 0x1p-11}) < 2.5e-4);
}

}  // namespace precision_test

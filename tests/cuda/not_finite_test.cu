// Tests that a number which is none reaches the results that the relation says, and no other.
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/cuda.cuh"
#include "support/random_cases.hpp"

namespace not_finite_test {

using namespace scn;

/// A crumpled sheet of several tiles.
std::vector<Site<3>> sheet() {
  oracle::Random random(9);
  std::vector<Site<3>> sites;
  for (std::int32_t x = 0; x < 40; ++x)
    for (std::int32_t y = 0; y < 40; ++y)
      if (random.integer(0, 3) > 0) sites.push_back({0, {x, y, (x * x / 50 + y) % 9}});
  return sites;
}

/// Rows without numbers that are none but those of `poisoned`.
std::vector<float> rows_with_poison(std::int64_t rows, std::int64_t channels, const std::vector<std::int64_t>& poisoned,
                                    float poison) {
  oracle::Random random(10);
  std::vector<float> values;
  for (std::int64_t i = 0; i < rows * channels; ++i) values.push_back(static_cast<float>(random.real()));
  for (const std::int64_t row : poisoned) values[static_cast<std::size_t>(row * channels + row % channels)] = poison;
  return values;
}

/// Whether exactly the rows of `reached` hold nothing but numbers that are not finite, and the others none of them.
template <class T>
bool exactly(const Matrix<CudaDevice<T>, T>& y, const std::vector<char>& reached) {
  const auto values = y.to_host();
  for (std::int64_t row = 0; row < y.rows().bound; ++row)
    for (std::int64_t c = 0; c < y.channels(); ++c)
      if (std::isfinite(static_cast<float>(values[static_cast<std::size_t>(row * y.channels() + c)])) ==
          (reached[static_cast<std::size_t>(row)] != 0))
        return false;
  return true;
}

/// Convolves rows of which some hold `poison`, both ways.
template <class T>
void check(CudaDevice<T> device, std::int64_t channels, int stride, float poison) {
  using Dev = CudaDevice<T>;
  using A = typename Dev::Accumulator;
  INFO("channels " << channels << ", stride " << stride << ", " << poison);
  const auto all = sheet();
  auto input = make_sites<3>(device, Buffer<Site<3>, Dev>(device, std::span(all)), std::nullopt, 1, Duplicates::reject);
  Rulebook<3, Dev> rulebook(device, {input.sites, nullptr});
  const auto map = stride == 1 ? rulebook.submanifold(input.sites, submanifold_window(Point<3>{3}))
                               : rulebook.strided(input.sites, strided_window(Point<3>{3}, Point<3>(stride))).map;
  const auto pairs = map.rules().pairs();
  const std::int64_t inputs = map.rules().inputs, outputs = map.rules().outputs;
  const std::vector<std::int64_t> poisoned{3, inputs / 2, inputs - 1}, poisoned_out{1, outputs / 2};

  std::vector<char> reached(static_cast<std::size_t>(outputs)), back(static_cast<std::size_t>(inputs));
  for (const Rule& pair : pairs) {
    for (const std::int64_t row : poisoned)
      if (pair.in == row) reached[static_cast<std::size_t>(pair.out)] = 1;
    for (const std::int64_t row : poisoned_out)
      if (pair.out == row) back[static_cast<std::size_t>(pair.in)] = 1;
  }
  REQUIRE(std::count(reached.begin(), reached.end(), 1) > 3);
  REQUIRE(std::count(back.begin(), back.end(), 0) > inputs / 2);

  const std::int64_t taps = map.rules().taps;
  const std::vector<float> ones(static_cast<std::size_t>(taps * channels * channels), 0.5f);
  const auto weights = Matrix<Dev, A>::from_host(device, taps, channels * channels, std::span<const float>(ones));
  const auto prepared = prepare(device, weights, taps, 1, channels, channels);
  const auto x_values = rows_with_poison(inputs, channels, poisoned, poison);
  const auto x = Matrix<Dev>::from_host(device, inputs, channels, std::span<const float>(x_values));
  Matrix<Dev> y(device, outputs, channels);
  convolve(device, x, prepared, map.rules(), Epilogue<A, T>{}, y);
  CHECK(exactly<T>(y, reached));

  const auto dy_values = rows_with_poison(outputs, channels, poisoned_out, poison);
  const auto dy = Matrix<Dev>::from_host(device, outputs, channels, std::span<const float>(dy_values));
  Matrix<Dev> dx(device, inputs, channels);
  convolve_backward_input(device, dy, prepared, map.transposed(), dx, Write::assign);
  CHECK(exactly<T>(dx, back));
}

TEST_CASE("Numbers that are none reach exactly the results of a convolution that the relation says", "[cuda]") {
  for (const float poison : {std::nanf(""), INFINITY})
    for (const int stride : {1, 2})
      for (const std::int64_t channels : {1, 5, 32, 64}) {
        check<__half>({}, channels, stride, poison);
        check<__nv_bfloat16>({}, channels, stride, poison);
        check<float>({}, channels, stride, poison);
        check<float>({.precision = Precision::exact}, channels, stride, poison);
        check<double>({}, channels, stride, poison);
      }
}

}  // namespace not_finite_test

// Tests of sums over rows on the GPU.
#include <cstdint>
#include <span>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/reduce.cuh"
#include "support/random_cases.hpp"

namespace reduce_test {

using namespace scn;

template <class S, class A>
struct Value {
  MatrixView<const S> x;
  constexpr A operator()(std::int64_t row, std::int64_t c) const { return static_cast<A>(x(row, c)); }
};

/// Sums of the columns of a matrix over segments; the result starts as 777.
template <class T>
auto sums(CudaDevice<T>& device, const std::vector<double>& values, std::int64_t channels,
          const std::vector<std::int64_t>& offsets = {}, const std::int64_t* exact = nullptr) {
  using Dev = CudaDevice<T>;
  using A = typename Dev::Accumulator;
  const auto rows = static_cast<std::int64_t>(values.size()) / channels;
  const auto matrix = Matrix<Dev>::from_host(device, rows, channels, std::span<const double>(values));
  const Buffer<std::int64_t, Dev> there(device, std::span<const std::int64_t>(offsets));
  Segments segments;
  if (!offsets.empty()) segments = {std::ssize(offsets) - 1, there.data()};
  const std::vector<double> before(static_cast<std::size_t>(segments.count * channels), 777.0);
  auto out = Matrix<Dev, A>::from_host(device, segments.count, channels, std::span<const double>(before));
  reduce(device, Rows{rows, exact}, channels, segments, Value<T, A>{matrix.view()}, out);
  return out.to_host();
}

std::vector<double> exact_sums(const std::vector<double>& values, std::int64_t channels,
                               const std::vector<std::int64_t>& offsets) {
  std::vector<double> result;
  for (std::size_t s = 0; s + 1 < offsets.size(); ++s)
    for (std::int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (std::int64_t row = offsets[s]; row < offsets[s + 1]; ++row)
        sum += values[static_cast<std::size_t>(row * channels + c)];
      result.push_back(sum);
    }
  return result;
}

template <class A>
std::vector<double> doubles(const std::vector<A>& values) {
  return {values.begin(), values.end()};
}

TEST_CASE("A reduction on the GPU sums every channel over all rows, exactly where sums are whole numbers", "[cuda]") {
  Cuda device;
  oracle::Random random(1);
  for (const std::int64_t channels : {1, 3, 17, 32, 64, 100})
    for (const std::int64_t rows : {0, 1, 511, 512, 513, 5000, 300'000}) {
      INFO(rows << " x " << channels);
      const auto values = oracle::random_integers(random, static_cast<std::size_t>(rows * channels));
      CHECK(doubles(sums(device, values, channels)) == exact_sums(values, channels, {0, rows}));
    }
}

TEST_CASE("A reduction on the GPU sums segments apart, empty ones included", "[cuda][small]") {
  Cuda device;
  oracle::Random random(2);
  for (const auto& offsets : std::vector<std::vector<std::int64_t>>{
           {0, 0, 7, 7, 520, 520}, {0, 1, 2, 3}, {0, 511, 1023, 300'000}, {0, 290'000, 290'001, 300'000, 300'000}}) {
    const auto values = oracle::random_integers(random, static_cast<std::size_t>(offsets.back() * 5));
    CHECK(doubles(sums(device, values, 5, offsets)) == exact_sums(values, 5, offsets));
  }
  std::vector<std::int64_t> many;
  for (std::int64_t i = 0; i <= 3000; ++i) many.push_back(i * (i % 7));
  std::sort(many.begin(), many.end());
  const auto values = oracle::random_integers(random, static_cast<std::size_t>(many.back() * 2));
  CHECK(doubles(sums(device, values, 2, many)) == exact_sums(values, 2, many));
}

TEST_CASE("A reduction on the GPU reads no more than the exact number of rows", "[cuda][small]") {
  Cuda device;
  oracle::Random random(3);
  const auto values = oracle::random_integers(random, 2000 * 3);
  for (const std::int64_t rows : {0, 5, 600, 2000}) {
    const Buffer<std::int64_t, Cuda> exact(device, std::span<const std::int64_t>(&rows, 1));
    CHECK(doubles(sums(device, values, 3, {}, exact.data())) == exact_sums(values, 3, {0, rows}));
  }
}

TEST_CASE("A segment has the same bits alone and among others, and from run to run", "[cuda]") {
  Cuda device;
  oracle::Random random(4);
  const auto values = oracle::random_reals(random, 100'000 * 7);
  const std::vector<double> segment(values.begin() + 1234 * 7, values.begin() + 71'234 * 7);
  const auto alone = sums(device, segment, 7), among = sums(device, values, 7, {0, 1234, 71'234, 100'000});
  CHECK(std::vector<float>(among.begin() + 7, among.begin() + 14) == alone);
  for (int run = 0; run < 20; ++run) CHECK(sums(device, segment, 7) == alone);
}

TEST_CASE("A reduction of small numbers on the GPU adds them up in float", "[cuda]") {
  CudaDevice<__half> halves;
  CudaDevice<__nv_bfloat16> brains;
  CudaDevice<double> doubles_device;
  oracle::Random random(5);
  const auto values = oracle::random_integers(random, 200'000 * 4);
  const auto expected = exact_sums(values, 4, {0, 200'000});
  CHECK(doubles(sums(halves, values, 4)) == expected);
  CHECK(doubles(sums(brains, values, 4)) == expected);
  CHECK(doubles(sums(doubles_device, values, 4)) == expected);
}

}  // namespace reduce_test

// Tests of the CPU device's primitives that know neither dimension nor products.
#include "scn/cpu/device.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "catch.hpp"
#include "support/random_cases.hpp"

namespace {

using namespace scn;

TEST_CASE("A device counts the requests for random numbers", "[cpu]") {
  Cpu device{.threads = 2, .seed = 5};
  CHECK(device.seed == 5);
  CHECK(device.next_draw() == 0);
  CHECK(device.next_draw() == 1);
  CHECK(device.draws == 2);
  device.draws = 40;
  CHECK(device.next_draw() == 40);
}

TEST_CASE("Memory can be uploaded, copied, zeroed and downloaded", "[cpu]") {
  Cpu device;
  const std::vector<std::int32_t> values{1, 2, 3};
  std::vector<std::int32_t> seen(3);
  auto from = allocate(device, 12), to = allocate(device, 12);
  upload(device, from.data(), values.data(), 12);
  copy_memory(device, to.data(), from.data(), 12);
  fill_zero(device, from.data(), 8);
  synchronize(device);
  download(device, seen.data(), to.data(), 12);
  CHECK(seen == values);
  download(device, seen.data(), from.data(), 12);
  CHECK(seen == std::vector<std::int32_t>{0, 0, 3});
}

TEST_CASE("Every index, and every row and channel, is visited once with any number of threads", "[cpu]") {
  for (const int threads : {1, 2, 7}) {
    Cpu device{.threads = threads};
    std::vector<int> rows(40000), elements(20000 * 3);
    parallel_for(device, Rows{40000}, [&](std::int64_t i) { ++rows[static_cast<std::size_t>(i)]; });
    parallel_for(device, Rows{20000}, 3,
                 [&](std::int64_t row, std::int64_t c) { ++elements[static_cast<std::size_t>(row * 3 + c)]; });
    CHECK(rows == std::vector<int>(rows.size(), 1));
    CHECK(elements == std::vector<int>(elements.size(), 1));
  }
}

TEST_CASE("Rows wider than a block of work, no rows and no channels are visited rightly", "[cpu][LIM-01]") {
  Cpu device;
  std::atomic<int> calls = 0;
  const auto count = [&](std::int64_t, std::int64_t) { ++calls; };
  parallel_for(device, Rows{2}, 20000, count);
  CHECK(calls == 40000);
  parallel_for(device, Rows{0}, 5, count);
  parallel_for(device, Rows{5}, 0, count);
  CHECK(calls == 40000);
}

/// Adds up calls of at(row)(channel), and those of rows.
struct ByRows {
  struct Row {
    int* calls;
    void operator()(std::int64_t c) const { ++calls[c]; }
  };
  int* calls;
  std::atomic<int>* asked;
  Row at(std::int64_t row) const {
    ++*asked;
    return {calls + 3 * row};
  }
  void operator()(std::int64_t row, std::int64_t c) const { at(row)(c); }
};

TEST_CASE("A functor that says what it does in a row is asked once a row", "[cpu]") {
  Cpu device{.threads = 2};
  std::vector<int> calls(50000 * 3);
  std::atomic<int> asked = 0;
  parallel_for(device, Rows{50000}, 3, ByRows{calls.data(), &asked});
  CHECK(calls == std::vector<int>(calls.size(), 1));
  CHECK(asked == 50000);
}

/// Sums of the columns of a matrix over segments, on a device of the given threads.
std::vector<float> sums(int threads, const std::vector<double>& values, std::int64_t channels,
                        std::vector<std::int64_t> offsets = {}) {
  Cpu device{.threads = threads};
  const auto rows = static_cast<std::int64_t>(values.size()) / channels;
  const auto matrix = Matrix<Cpu>::from_host(device, rows, channels, std::span<const double>(values));
  Segments segments;
  if (!offsets.empty()) segments = {static_cast<std::int64_t>(offsets.size()) - 1, offsets.data()};
  auto out = Matrix<Cpu>::from_host(
      device, segments.count, channels,
      std::span<const double>(std::vector<double>(static_cast<std::size_t>(segments.count * channels), 777.0)));
  reduce(
      device, matrix.rows(), channels, segments,
      [x = matrix.view()](std::int64_t row, std::int64_t c) { return x(row, c); }, out);
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

std::vector<double> doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

TEST_CASE("A reduction sums every channel over all rows", "[cpu]") {
  oracle::Random random(1);
  for (const std::int64_t rows : {1, 1023, 1024, 1025, 3000, 9999}) {
    const auto values = oracle::random_integers(random, static_cast<std::size_t>(rows) * 3);
    CHECK(doubles(sums(2, values, 3)) == exact_sums(values, 3, {0, rows}));
  }
}

TEST_CASE("A reduction sums the rows of each segment, empty and long ones", "[cpu]") {
  oracle::Random random(2);
  const auto values = oracle::random_integers(random, 5000 * 2);
  const std::vector<std::int64_t> offsets{0, 0, 1, 1025, 1025, 4900, 4990};  // the last ten rows are in none
  CHECK(doubles(sums(2, values, 2, offsets)) == exact_sums(values, 2, offsets));
}

TEST_CASE("A reduction of no rows is zero", "[cpu][LIM-01]") { CHECK(sums(2, {}, 3) == std::vector<float>(3, 0.0f)); }

TEST_CASE("A reduction rounds little and has the same bits for any number of threads", "[cpu]") {
  oracle::Random random(3);
  const auto values = oracle::random_reals(random, 20000 * 2);
  const auto one = sums(1, values, 2);
  CHECK(sums(2, values, 2) == one);
  CHECK(sums(7, values, 2) == one);
  std::vector<double> magnitudes = values;
  for (double& value : magnitudes) value = std::abs(value);
  const auto exact = exact_sums(values, 2, {0, 20000}), scale = exact_sums(magnitudes, 2, {0, 20000});
  for (std::size_t c = 0; c < 2; ++c) CHECK(std::abs(one[c] - exact[c]) < 1e-5 * scale[c]);
}

}  // namespace

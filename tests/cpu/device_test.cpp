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

/// Rules over rows alone: every output row meets the input rows row, row + 1, ... through taps 0, 1, ...
cpu::Rules shifted_rows(int threads, std::int64_t rows, std::int64_t taps) {
  cpu::Rules rules(rows, rows, taps);
  rules.build(std::make_shared<HostPool>(), threads, [&](std::int64_t tile, cpu::RuleList& list) {
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t row = tile * rules.tile_rows; row < std::min(rows, (tile + 1) * rules.tile_rows); ++row)
        if (row + tap < rows)
          list.push_back(
              {static_cast<std::int32_t>(tap), static_cast<std::int32_t>(row + tap), static_cast<std::int32_t>(row)});
  });
  return rules;
}

/// Appends the digits of its taps and keeps the last input row.
struct Record {
  struct Value {
    std::int64_t taps, in;
  };
  Value* results;
  std::int64_t channels;

  Value start(std::int64_t out, std::int64_t channel) const { return {out % 2 + 1, -channel}; }
  void step(Value& value, std::int64_t tap, std::int64_t in, std::int64_t channel) const {
    value.taps = value.taps * 10 + tap;
    value.in = in * 100 + channel;
  }
  void finish(const Value& value, std::int64_t out, std::int64_t channel) const {
    results[out * channels + channel] = value;
  }
};

TEST_CASE("A fold starts, steps in tap order and finishes every output row and channel", "[cpu]") {
  for (const int threads : {1, 2, 7}) {
    Cpu device{.threads = threads};
    const std::int64_t rows = 500, channels = 3;
    const cpu::Rules rules = shifted_rows(threads, rows, 4);
    REQUIRE(rules.tiles > 1);
    std::vector<Record::Value> results(static_cast<std::size_t>(rows * channels), {-1, -1});
    fold(device, rules, channels, Record{results.data(), channels});
    int wrong = 0;
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto seen = results[static_cast<std::size_t>(row * channels + c)];
        std::int64_t taps = row % 2 + 1, last = 0;
        for (std::int64_t tap = 0; tap < 4 && row + tap < rows; ++tap) {
          taps = taps * 10 + tap;
          last = row + tap;
        }
        wrong += seen.taps != taps || seen.in != last * 100 + c;
      }
    CHECK(wrong == 0);
  }
}

/// Sums input and output rows of its steps, times 1000 and plain.
struct RecordOutput {
  std::int64_t* results;
  std::int64_t start(std::int64_t, std::int64_t) const { return 0; }
  void step(std::int64_t& sum, std::int64_t, std::int64_t in, std::int64_t out, std::int64_t) const {
    sum += 1000 * in + out;
  }
  void finish(std::int64_t sum, std::int64_t out, std::int64_t) const { results[out] = sum; }
};

TEST_CASE("A fold passes channels beyond a strip and more taps than rows of a block", "[cpu]") {
  Cpu device;
  const std::int64_t channels = 2100;
  const cpu::Rules rules = shifted_rows(1, 70, 9);
  std::vector<Record::Value> results(static_cast<std::size_t>(70 * channels), {-1, -1});
  fold(device, rules, channels, Record{results.data(), channels});
  int wrong = 0;
  for (std::int64_t row = 0; row < 70; ++row)
    for (std::int64_t c = 0; c < channels; ++c) {
      const auto seen = results[static_cast<std::size_t>(row * channels + c)];
      const std::int64_t last = std::min<std::int64_t>(8, 69 - row);
      wrong += seen.taps % 10 != last || seen.in != (row + last) * 100 + c;
    }
  CHECK(wrong == 0);
}

TEST_CASE("A fold tells its steps the output if they ask for it", "[cpu]") {
  Cpu device;
  const cpu::Rules rules = shifted_rows(2, 500, 2);
  std::vector<std::int64_t> results(500), expected;
  fold(device, rules, 1, RecordOutput{results.data()});
  for (std::int64_t row = 0; row < 499; ++row) expected.push_back(1000 * (2 * row + 1) + 2 * row);
  expected.push_back(1000 * 499 + 499);
  CHECK(results == expected);
}

TEST_CASE("A fold over an output without pairs starts and finishes it", "[cpu]") {
  Cpu device;
  cpu::Rules rules(0, 2, 4);
  rules.build(std::make_shared<HostPool>(), 1, [](std::int64_t, cpu::RuleList&) {});
  std::vector<Record::Value> results(4, {-1, -1});
  fold(device, rules, 2, Record{results.data(), 2});
  CHECK(results[1].taps == 1);
  CHECK(results[1].in == -1);
  CHECK(results[2].taps == 2);
  CHECK(results[2].in == 0);
}

}  // namespace

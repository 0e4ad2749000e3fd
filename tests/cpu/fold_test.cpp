// Tests of the fold of the CPU device.
#include "scn/cpu/fold.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "catch.hpp"

namespace {

using namespace scn;

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

TEST_CASE("A fold passes channels beyond a strip and many taps", "[cpu]") {
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

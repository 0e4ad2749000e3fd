// Tests of folds over maps on the GPU.
#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "cuda/support/uploaded_rules.cuh"
#include "scn/cuda/fold.cuh"
#include "support/random_cases.hpp"

namespace fold_test {

using namespace scn;

/// Pairs as cpu::Rules lists them.
struct Pairs {
  std::int64_t inputs, outputs, taps;
  std::vector<Rule> list;
  bool unique = true, mirrored = false;
  std::vector<Rule> pairs() const { return list; }
  bool inputs_unique() const { return unique; }
};

/// About `share` of all (tap, output); each with one input, or with one or two where they need not be unique.
Pairs random_pairs(std::uint64_t seed, std::int64_t inputs, std::int64_t outputs, std::int64_t taps, double share,
                   bool unique = true) {
  Pairs result{inputs, outputs, taps, {}, unique};
  oracle::Random random(seed);
  for (std::int64_t tap = 0; tap < taps; ++tap)
    for (std::int64_t out = 0; out < outputs; ++out)
      for (int copy = 0; copy < (unique ? 1 : 2); ++copy)
        if ((random.real() + 1) / 2 < share)
          result.list.push_back({static_cast<std::int32_t>(tap),
                                 static_cast<std::int32_t>(random.integer(0, inputs - 1)),
                                 static_cast<std::int32_t>(out)});
  return result;
}

/// A number that depends on every step and on their order.
struct Trace {
  MatrixView<std::int64_t> to;
  constexpr std::int64_t start(std::int64_t out, std::int64_t c) const { return out * 7 + c; }
  constexpr void step(std::int64_t& value, std::int64_t tap, std::int64_t in, std::int64_t out, std::int64_t c) const {
    value = value * 1'000'003 + tap * 10'007 + in * 101 + out * 3 + c;
  }
  constexpr void finish(std::int64_t value, std::int64_t out, std::int64_t c) const { to(out, c) = value; }
};

/// The same without being told the output.
struct ShortTrace {
  MatrixView<std::int64_t> to;
  constexpr std::int64_t start(std::int64_t out, std::int64_t c) const { return out * 7 + c; }
  constexpr void step(std::int64_t& value, std::int64_t tap, std::int64_t in, std::int64_t c) const {
    value = value * 1'000'003 + tap * 10'007 + in * 101 + c;
  }
  constexpr void finish(std::int64_t value, std::int64_t out, std::int64_t c) const { to(out, c) = value; }
};

/// The fold as the contract says it, pair by pair.
template <class F>
std::vector<std::int64_t> expected(const Pairs& pairs, std::int64_t channels) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(pairs.outputs * channels));
  const F f{{values.data(), {pairs.outputs}, channels, channels}};
  for (std::int64_t out = 0; out < pairs.outputs; ++out)
    for (std::int64_t c = 0; c < channels; ++c) f.finish(f.start(out, c), out, c);
  auto list = pairs.list;
  std::sort(list.begin(), list.end(), [](const Rule& a, const Rule& b) {
    return std::tuple(a.tap, a.out, a.in) < std::tuple(b.tap, b.out, b.in);
  });
  for (const Rule& rule : list)
    for (std::int64_t c = 0; c < channels; ++c) fold_step(f, f.to(rule.out, c), rule.tap, rule.in, rule.out, c);
  return values;
}

template <class F>
std::vector<std::int64_t> folded(Cuda& device, const gpu::Rules& rules, std::int64_t channels) {
  const std::vector<std::int64_t> poison(static_cast<std::size_t>(rules.outputs * channels), -99);
  auto to =
      Matrix<Cuda, std::int64_t>::from_host(device, rules.outputs, channels, std::span<const std::int64_t>(poison));
  fold(device, rules, channels, F{to.view()});
  return to.to_host();
}

TEST_CASE("A fold on the GPU takes every pair of an output in the order of the taps", "[cuda][small]") {
  Cuda device;
  for (const std::int64_t outputs : {0, 1, 128, 129, 1000})
    for (const std::int64_t taps : {1, 8, 27, 81})
      for (const std::int64_t channels : {1, 3, 32, 70}) {
        INFO(outputs << " outputs, " << taps << " taps, " << channels << " channels");
        const Pairs pairs = random_pairs(5, 200, outputs, taps, 0.4);
        const auto rules = parity::upload_rules(device, pairs);
        CHECK(folded<Trace>(device, rules, channels) == expected<Trace>(pairs, channels));
        CHECK(folded<ShortTrace>(device, rules, channels) == expected<ShortTrace>(pairs, channels));
      }
}

TEST_CASE("A fold on the GPU takes several inputs of one tap in the order of their rows", "[cuda][small]") {
  Cuda device;
  const Pairs pairs = random_pairs(6, 50, 400, 9, 0.6, false);
  CHECK(folded<Trace>(device, parity::upload_rules(device, pairs), 3) == expected<Trace>(pairs, 3));
}

TEST_CASE("A fold on the GPU over a reversed map has the taps of the other direction", "[cuda][small]") {
  Cuda device;
  for (const std::int64_t taps : {9, 81}) {
    Pairs pairs = random_pairs(7, 300, 300, taps, 0.3);
    auto rules = parity::upload_rules(device, pairs);
    rules.reversed = true;
    for (Rule& rule : pairs.list) rule.tap = static_cast<std::int32_t>(taps) - 1 - rule.tap;
    CHECK(folded<Trace>(device, rules, 4) == expected<Trace>(pairs, 4));
  }
}

TEST_CASE("A fold on the GPU reaches outputs whose rows are not in the order of their places", "[cuda][small]") {
  Cuda device;
  const std::int64_t outputs = 300, tiles = 3;
  Pairs pairs = random_pairs(8, 100, outputs, 8, 0.5);
  auto rules = parity::upload_rules(device, pairs);
  std::vector<std::int32_t> row(static_cast<std::size_t>(tiles * gpu::tile_rows), -1);
  for (std::int64_t i = 0; i < outputs; ++i)
    row[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i * 7 % outputs);
  const Buffer<std::int32_t, Cuda> there(device, std::span<const std::int32_t>(row));
  rules.row = there.data();
  for (Rule& rule : pairs.list) rule.out = row[static_cast<std::size_t>(rule.out)];
  CHECK(folded<Trace>(device, rules, 5) == expected<Trace>(pairs, 5));
}

}  // namespace fold_test

// The fold of the CPU device: for each output row, its pairs in tap order.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "scn/cpu/device.hpp"

namespace scn {

namespace cpu {

/// A pair as its output row sees it.
struct FoldStep {
  std::int32_t tap, in;
};

/// Sorts the pairs of a tile by output row, those of one row by tap: the steps of row r of the tile are first[r] to
/// first[r + 1]. `first` has room for tile_rows + 2 numbers. O(pairs + taps + rows).
inline void sort_by_output(const Rules& rules, std::int64_t tile, std::int64_t* first, FoldStep* steps) {
  const auto* const in = rules.in.data();
  const auto* const out = rules.out.data();
  std::fill_n(first, rules.tile_rows + 2, 0);
  const auto pairs = rules.pairs_of(tile);
  for (std::int64_t pair = pairs.begin; pair < pairs.end; ++pair) ++first[out[pair] + 2];
  std::partial_sum(first, first + rules.tile_rows + 2, first);
  for (std::int64_t tap = 0; tap < rules.taps; ++tap)
    for (std::int64_t pair = rules.begin(tap, tile), end = rules.end(tap, tile); pair < end; ++pair)
      steps[first[out[pair] + 1]++] = {static_cast<std::int32_t>(tap), in[pair]};
}

/// Whether a step from row to row is one that a processor does not foresee.
constexpr bool is_jump(std::int32_t from, std::int32_t to) { return to != from && to != from + 1; }

/// Asks for `count` numbers that will be read soon.
template <class T>
[[gnu::always_inline]] inline void fetch(const T* numbers, std::int64_t count) {
  constexpr std::int64_t line = 64 / sizeof(T);
  for (std::int64_t i = 0; i < count; i += line) __builtin_prefetch(numbers + i);
}

/// A fold over output rows [begin, end), whose steps are those of sort_by_output(). Rows are written in their order,
/// and neighbours mostly read neighbours, which a processor sees ahead; `value`, a strip of values, stays in the first
/// cache.
///
/// An f with reads(in, c) tells what its steps read at `in` from channel c on, an array of addresses, which are asked
/// for some steps ahead.
template <class F, class Value>
[[gnu::noinline]] void fold_rows(const F f, std::int64_t begin, std::int64_t end, std::int64_t channels,
                                 const std::int64_t* first, const FoldStep* steps, Value* value) {
  constexpr std::int64_t ahead = 8;
  const std::int64_t last = first[end - begin];
  for (std::int64_t row = begin; row < end; ++row)
    for (std::int64_t channel = 0; channel < channels; channel += strip_channels) {
      const std::int64_t width = std::min(strip_channels, channels - channel);
      in_lanes(width, [&](std::int64_t c) { value[c] = f.start(row, channel + c); });
      for (std::int64_t i = first[row - begin]; i < first[row - begin + 1]; ++i) {
        if constexpr (requires { f.reads(begin, channel); })
          if (i + ahead < last && is_jump(steps[i + ahead - 1].in, steps[i + ahead].in))
            for (const auto* row_ahead : f.reads(steps[i + ahead].in, channel)) fetch(row_ahead, width);
        const std::int64_t tap = steps[i].tap, in = steps[i].in;
        in_lanes(width, [&](std::int64_t c) { fold_step(f, value[c], tap, in, row, channel + c); });
      }
      in_lanes(width, [&](std::int64_t c) { f.finish(value[c], row, channel + c); });
    }
}

}  // namespace cpu

/// For each output row and channel: value = f.start(out, c); fold_step(f, value, tap, in, out, c) in tap order;
/// f.finish(value, out, c). A task is a tile.
template <class T, class F>
void fold(CpuDevice<T>& device, const cpu::Rules& rules, std::int64_t channels, const F& f) {
  cpu::parallel(device.threads, rules.tiles, [&](std::int64_t tile) {
    const auto pairs = rules.pairs_of(tile);
    Buffer<std::int64_t, CpuDevice<T>> first(device, rules.tile_rows + 2);
    Buffer<cpu::FoldStep, CpuDevice<T>> steps(device, pairs.end - pairs.begin);
    cpu::sort_by_output(rules, tile, first.data(), steps.data());
    const std::int64_t begin = tile * rules.tile_rows, end = std::min(rules.outputs, begin + rules.tile_rows);
    std::array<decltype(f.start(begin, channels)), cpu::strip_channels> strip;
    cpu::fold_rows(f, begin, end, channels, first.data(), steps.data(), strip.data());
  });
}

}  // namespace scn

// The innermost loops of weight gradients: sums of products of two rows each, in registers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cpu/row_kernel.hpp"

namespace scn::cpu::detail {

/// Pairs whose rows stay in the first cache while all sums are added to.
inline constexpr std::int64_t pairs_at_once = 32;
/// Pairs whose addresses are worked out at a time.
inline constexpr std::int64_t addresses = 512;

/// sums[i][c] += sum over p of x[p][i] y[p][c], i < rows, c < columns; `sums` is rows x width, width a whole number of
/// vectors of V, and what stands beyond `columns` is of no use. Pairs in order. F: T, or pairs of narrower numbers.
template <class T, class F = T>
struct AddOuterProducts {
  InputRows<F> x;
  OutputRows<const F> y;
  std::int64_t pairs, rows, columns, width;
  T* sums;

  /// Where the rows of some pairs begin, then those of the `later` pairs that follow, to ask for meanwhile.
  struct Some {
    const F *const *x, *const *y;
    std::int64_t pairs, later;
  };

  /// R channels of x from `row` on, N vectors of y from `column` on. The first passes over x and over y fetch.
  template <int R, int N, class V>
  [[gnu::always_inline]] inline void block(const Some& some, std::int64_t row, std::int64_t column, T* to) const {
    constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
    V sum[R][N] = {};
    for (std::int64_t p = 0; p < some.pairs; ++p) {
      const F *left = some.x[p] + row, *right = some.y[p] + column;
      asm("" : "+r"(left), "+r"(right));  // or g++ keeps an address for each element of the block, and runs out
      if (p < some.later) {
        if (column == 0) __builtin_prefetch(some.x[some.pairs + p] + row);
        if (row == 0)
          for (int n = 0; n < N; ++n) __builtin_prefetch(some.y[some.pairs + p] + column + n * lanes);
      }
      V vector[N];
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) load(vector[n], right + n * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int n = 0; n < N; ++n) add_product(sum[r][n], left[r], vector[n]);
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) {
        T* const total = to + (row + r) * width + column + n * lanes;
        add(sum[r][n], total);
        save(total, sum[r][n]);
      }
  }

  template <int N, class V>
  [[gnu::always_inline]] inline void panel(const Some& some, std::int64_t column, T* to) const {
    constexpr int most = rows_at_once<V>;
    std::int64_t r = 0;
    for (; rows - r >= most; r += most) block<most, N, V>(some, r, column, to);
    for (; rows - r >= 4; r += 4) block<4, N, V>(some, r, column, to);
    for (; rows - r >= 2; r += 2) block<2, N, V>(some, r, column, to);
    for (; rows - r >= 1; r += 1) block<1, N, V>(some, r, column, to);
  }

  template <class V>
  [[gnu::always_inline]] inline void run() const {
    constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
    F rest[pairs_at_once * lanes] = {};  // of y: columns that fill no vector
    const F *left[addresses], *right[addresses], *of_rest[pairs_at_once];
    for (std::int64_t i = 0; i < pairs_at_once; ++i) of_rest[i] = rest + i * lanes;
    for (std::int64_t begin = 0; begin < pairs; begin += addresses) {
      const std::int64_t count = std::min(addresses, pairs - begin);
      for (std::int64_t i = 0; i < count; ++i) {
        left[i] = x[begin + i];
        right[i] = y[begin + i];
      }
      for (std::int64_t p = 0; p < count; p += pairs_at_once) {
        const std::int64_t here = std::min(pairs_at_once, count - p), later = std::min(here, count - p - here);
        const Some some{left + p, right + p, here, later};
        std::int64_t column = 0;
        for (; columns - column >= 2 * lanes; column += 2 * lanes) panel<2, V>(some, column, sums);
        for (; columns - column >= lanes; column += lanes) panel<1, V>(some, column, sums);
        if (column == columns) continue;
        for (std::int64_t i = 0; i < here; ++i)
          for (std::int64_t c = column; c < columns; ++c) rest[i * lanes + c - column] = some.y[i][c];
        panel<1, V>({left + p, of_rest, here, 0}, 0, sums + column);
      }
    }
  }
};

/// The same of rows of bfloat16: two pairs (x, y) at a time, whose numbers are put side by side first. `scratch` has
/// room for (rows + width) * pairs_at_once factors.
struct AddOuterProductsOfPairs {
  InputRows<bfloat16> x;
  OutputRows<const bfloat16> y;
  std::int64_t pairs, rows, columns, width;
  float* sums;
  Bfloat16Pair* scratch;

  /// to[c] = (a[c], b[c]), c < channels, then pairs of zeros up to `width`; without b: (a[c], 0).
  template <class V>
  [[gnu::always_inline]] static inline void join(const bfloat16* a, const bfloat16* b, std::int64_t channels,
                                                 std::int64_t width, Bfloat16Pair* to) {
    using Bits = typename Vector<std::uint32_t, sizeof(V)>::Type;
    using Halves = typename Vector<std::uint16_t, sizeof(V) / 2>::Type;
    constexpr std::int64_t lanes = sizeof(V) / sizeof(float);
    std::int64_t c = 0;
    for (; c + lanes <= channels; c += lanes) {
      Halves first, second = {};
      load(first, &a[c].bits);
      if (b != nullptr) load(second, &b[c].bits);
      save(to + c, Bits(__builtin_convertvector(first, Bits) | __builtin_convertvector(second, Bits) << 16));
    }
    for (; c < channels; ++c) to[c] = pair_of(a[c], b == nullptr ? bfloat16{} : b[c]);
    std::fill(to + c, to + width, Bfloat16Pair{});
  }

  template <class V>
  [[gnu::always_inline]] inline void run() const {
    const auto& numbers = in_order<std::int32_t, pairs_at_once>;
    const auto& tile_numbers = in_order<std::uint16_t, pairs_at_once>;
    Bfloat16Pair *const left = scratch, *const right = scratch + rows * pairs_at_once;
    for (std::int64_t p = 0; p < pairs;) {
      std::int64_t joined = 0;
      for (; joined < pairs_at_once && p < pairs; ++joined, p += 2) {
        const bool last = p + 1 == pairs;
        join<V>(x[p], last ? nullptr : x[p + 1], rows, rows, left + joined * rows);
        join<V>(y[p], last ? nullptr : y[p + 1], columns, width, right + joined * width);
      }
      AddOuterProducts<float, Bfloat16Pair>{
          {left, rows, numbers.data()}, {right, width, tile_numbers.data()}, joined, rows, width, width, sums}
          .template run<V>();
    }
  }
};

/// sums[c] += sum over p of x[p][c] y[p][c], c < channels. Pairs in order.
template <class T>
struct AddChannelProducts {
  InputRows<T> x;
  OutputRows<const T> y;
  std::int64_t pairs, channels;
  T* sums;

  template <class V>
  [[gnu::always_inline]] inline void run() const {
    constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
    for (std::int64_t p = 0; p < pairs; ++p) {
      const T *const left = x[p], *const right = y[p];
      std::int64_t c = 0;
      for (; c + lanes <= channels; c += lanes) add_products<V>(sums + c, left + c, right + c);
      for (; c < channels; ++c) add_products<T>(sums + c, left + c, right + c);
    }
  }
};

}  // namespace scn::cpu::detail

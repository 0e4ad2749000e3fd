// The innermost loops of convolutions and products: sums in registers, rows read and written where they lie.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "scn/core/matrix.hpp"
#include "scn/cpu/lanes.hpp"

namespace scn::cpu {

/// Some rows of a matrix: the r-th begins at data + row[r] * pitch.
template <class T, class Number>
struct RowList {
  T* data;
  std::int64_t pitch;
  const Number* row;

  T* operator[](std::int64_t r) const { return data + row[r] * pitch; }
};
/// Of all rows, and of those of one tile: as maps number inputs and outputs.
template <class T>
using InputRows = RowList<const T, std::int32_t>;
template <class T>
using OutputRows = RowList<T, std::uint16_t>;

/// 0, 1, 2, ...: rows that follow one another.
template <class Number, std::size_t count>
inline constexpr auto in_order = [] {
  std::array<Number, count> numbers{};
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<Number>(i);
  return numbers;
}();

/// Weights for rows of `depth` numbers of S: rows of `columns` factors, each for one number or for two that follow one
/// another, at data, data + pitch, ...; where the depth is odd, the last is paired with 0.
template <class S>
struct KernelMatrix {
  const Factor<S>* data;
  std::int64_t pitch, depth, columns;
};

namespace detail {

/// Rows whose sums are kept in registers at a time: two vectors each, of 32 registers or of 16.
template <class V>
inline constexpr int rows_at_once = sizeof(V) == 64 ? 8 : 6;

/// y[r][c] (+)= sum over k of x[r][k] w[k][c], c < columns, a whole number of vectors of V, which holds numbers of T.
/// Sums run over k in order, so the bits of a row depend on that row alone.
template <class T, class S = T, Write write = Write::add>
struct AddProducts {
  InputRows<S> x;
  OutputRows<T> y;
  std::int64_t rows;
  KernelMatrix<S> w;

  /// R rows from r on, N vectors of columns from `column` on.
  template <int R, int N, class V>
  [[gnu::always_inline]] inline void block(std::int64_t r, std::int64_t column) const {
    constexpr std::int64_t lanes = sizeof(V) / sizeof(T), step = sizeof(Factor<S>) / sizeof(S);
    const S* from[R];
    T* to[R];
    V sum[R][N];
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      from[i] = x[r + i];
      to[i] = y[r + i] + column;
    }
    if constexpr (write == Write::assign) {
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
        for (int n = 0; n < N; ++n) sum[i][n] = V{};
    } else {
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
        for (int n = 0; n < N; ++n) load(sum[i][n], to[i] + n * lanes);
    }
    const Factor<S>* weight = w.data + column;
    std::int64_t k = 0;
    for (; k + step <= w.depth; k += step, weight += w.pitch) {
      V vector[N];
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) load(vector[n], weight + n * lanes);
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
        for (int n = 0; n < N; ++n) add_product(sum[i][n], factor(from[i] + k), vector[n]);
    }
    if constexpr (step == 2)
      if (k < w.depth) {
        V vector[N];
#pragma GCC unroll 4
        for (int n = 0; n < N; ++n) load(vector[n], weight + n * lanes);
#pragma GCC unroll 16
        for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
          for (int n = 0; n < N; ++n) add_product(sum[i][n], last_factor(from[i] + k), vector[n]);
      }
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) save(to[i] + n * lanes, sum[i][n]);
  }

  /// Asks for the rows of the next block, which lie anywhere, while this one is computed.
  template <int R, int N, class V>
  [[gnu::always_inline]] inline void fetch(std::int64_t r, std::int64_t column) const {
    constexpr std::int64_t line = 64 / sizeof(T), columns = N * sizeof(V) / sizeof(T);
    for (const std::int64_t end = std::min(rows, r + R); r < end; ++r) {
      for (std::int64_t k = 0; column == 0 && k < w.depth; k += 64 / sizeof(S)) __builtin_prefetch(x[r] + k);
      for (std::int64_t c = 0; c < columns; c += line) __builtin_prefetch(y[r] + column + c, 1);
    }
  }

  template <int N, class V>
  [[gnu::always_inline]] inline void panel(std::int64_t column) const {
    constexpr int most = rows_at_once<V>;
    std::int64_t r = 0;
    for (; rows - r >= most; r += most) {
      fetch<most, N, V>(r + most, column);
      block<most, N, V>(r, column);
    }
    for (; rows - r >= 4; r += 4) block<4, N, V>(r, column);
    for (; rows - r >= 2; r += 2) block<2, N, V>(r, column);
    for (; rows - r >= 1; r += 1) block<1, N, V>(r, column);
  }

  template <class V>
  [[gnu::always_inline]] inline void run() const {
    constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
    std::int64_t column = 0;
    for (; w.columns - column >= 2 * lanes; column += 2 * lanes) panel<2, V>(column);
    if (column < w.columns) panel<1, V>(column);
  }
};

/// y[r][c] += x[r][c] w[c], c < channels.
template <class T>
struct AddChannels {
  InputRows<T> x;
  OutputRows<T> y;
  std::int64_t rows;
  const T* w;
  std::int64_t channels;

  template <class V>
  [[gnu::always_inline]] inline void run() const {
    constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* const from = x[r];
      T* const to = y[r];
      std::int64_t c = 0;
      for (; c + lanes <= channels; c += lanes) add_products<V>(to + c, from + c, w + c);
      for (; c < channels; ++c) add_products<T>(to + c, from + c, w + c);
    }
  }
};

/// Rows [begin, end) of y from their sums, and the epilogue. The sums of a group of channels stand `width` apart.
template <class T, class S = T>
struct StoreRows {
  const T* sums;
  std::int64_t groups, width, begin, end;
  Epilogue<T, S> epilogue;
  MatrixView<S> y;
  Write write;

  template <class V>
  [[gnu::always_inline]] inline void part(const T* sum, std::int64_t row, std::int64_t c) const {
    V z;
    load(z, sum);
    if (epilogue.shift != nullptr) add(z, epilogue.shift + c);
    if (epilogue.residual.data != nullptr) add(z, &epilogue.residual(row, c));
    if (epilogue.slope != T{1}) z = z > T{} ? z : epilogue.slope * z;
    if (write == Write::add) add(z, &y(row, c));
    save(&y(row, c), z);
  }

  template <class V>
  [[gnu::always_inline]] inline void run() const {
    constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
    const std::int64_t channels = y.channels / groups;
    const T* sum = sums;
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t group = 0; group < groups; ++group, sum += width) {
        std::int64_t c = 0;
        for (; c + lanes <= channels; c += lanes) part<V>(sum + c, row, group * channels + c);
        for (; c < channels; ++c) part<T>(sum + c, row, group * channels + c);
      }
  }
};

}  // namespace detail

}  // namespace scn::cpu

// The innermost loops of convolutions and products: sums in registers, rows read and written where they lie.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "scn/cpu/instructions.hpp"

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunknown-attributes"  // gnu::optimize: clang fuses multiply-adds without being asked
#endif

namespace scn::cpu {

namespace detail {

template <class T, int bytes>
struct Vector {
  using Type [[gnu::vector_size(bytes)]] = T;
};

/// Rows whose sums are kept in registers at a time: two vectors each, of 32 registers or of 16.
template <class V>
inline constexpr int rows_at_once = sizeof(V) == 64 ? 8 : 6;

/// y[r][c] += sum over k of x[r][k] panel[k][c], for R rows and the columns of N vectors. Sums run over k in order, so
/// the bits of a row depend on that row alone.
template <int R, int N, class V, class T>
[[gnu::always_inline]] inline void add_product(const T* const* x, T* const* y, const T* panel, std::int64_t depth) {
  constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
  V sum[R][N];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) std::memcpy(&sum[r][n], y[r] + n * lanes, sizeof(V));
  for (std::int64_t k = 0; k < depth; ++k, panel += N * lanes) {
    V weight[N];
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) std::memcpy(&weight[n], panel + n * lanes, sizeof(V));
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) sum[r][n] += x[r][k] * weight[n];
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) std::memcpy(y[r] + n * lanes, &sum[r][n], sizeof(V));
}

/// The same for `columns` of the N vectors, from column `column` of y on. Where they do not fill the vectors, y passes
/// through a copy.
template <int R, int N, class V, class T>
[[gnu::always_inline]] inline void add_block(const T* const* x, T* const* y, const T* panel, std::int64_t depth,
                                             std::int64_t column, std::int64_t columns) {
  constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
  T* at[R];
  for (int r = 0; r < R; ++r) at[r] = y[r] + column;
  if (columns == N * lanes) return add_product<R, N, V>(x, at, panel, depth);
  T copy[R][N * lanes] = {};
  T* copies[R];
  for (int r = 0; r < R; ++r) {
    copies[r] = copy[r];
    for (std::int64_t c = 0; c < columns; ++c) copy[r][c] = at[r][c];
  }
  add_product<R, N, V>(x, copies, panel, depth);
  for (int r = 0; r < R; ++r)
    for (std::int64_t c = 0; c < columns; ++c) at[r][c] = copy[r][c];
}

template <int N, class V, class T>
[[gnu::always_inline]] inline void add_panel(const T* const* x, T* const* y, std::int64_t rows, const T* panel,
                                             std::int64_t depth, std::int64_t column, std::int64_t columns) {
  std::int64_t r = 0;
  for (; rows - r >= rows_at_once<V>; r += rows_at_once<V>)
    add_block<rows_at_once<V>, N, V>(x + r, y + r, panel, depth, column, columns);
  for (; rows - r >= 4; r += 4) add_block<4, N, V>(x + r, y + r, panel, depth, column, columns);
  for (; rows - r >= 2; r += 2) add_block<2, N, V>(x + r, y + r, panel, depth, column, columns);
  for (; rows - r >= 1; r += 1) add_block<1, N, V>(x + r, y + r, panel, depth, column, columns);
}

/// Columns come in panels of two vectors, the last one of one vector if that is enough.
template <class V, class T>
[[gnu::always_inline]] inline void add_panels(const T* const* x, T* const* y, std::int64_t rows, const T* panels,
                                              std::int64_t depth, std::int64_t columns) {
  constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
  for (std::int64_t column = 0; column < columns; column += 2 * lanes) {
    const std::int64_t left = columns - column;
    if (left > lanes)
      add_panel<2, V>(x, y, rows, panels + column * depth, depth, column, std::min(left, 2 * lanes));
    else
      add_panel<1, V>(x, y, rows, panels + column * depth, depth, column, left);
  }
}

/// sums[row + r][c] += sum over p of x[p][row + r] y[p][c], for R channels of x and the columns of N vectors from
/// `column` on. Pairs in order.
template <int R, int N, class V, class T>
[[gnu::always_inline]] inline void add_outer_block(const T* const* x, const T* const* y, std::int64_t pairs,
                                                   std::int64_t row, std::int64_t column, T* sums,
                                                   std::int64_t stride) {
  constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
  V sum[R][N] = {};
  for (std::int64_t p = 0; p < pairs; ++p) {
    const T *const left = x[p] + row, *const right = y[p] + column;
    V vector[N];
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) std::memcpy(&vector[n], right + n * lanes, sizeof(V));
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) sum[r][n] += left[r] * vector[n];
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) {
      T* const to = sums + (row + r) * stride + column + n * lanes;
      V total;
      std::memcpy(&total, to, sizeof(V));
      total += sum[r][n];
      std::memcpy(to, &total, sizeof(V));
    }
}

template <int N, class V, class T>
[[gnu::always_inline]] inline void add_outer_panel(const T* const* x, const T* const* y, std::int64_t pairs,
                                                   std::int64_t rows, std::int64_t column, T* sums,
                                                   std::int64_t stride) {
  std::int64_t r = 0;
  for (; rows - r >= rows_at_once<V>; r += rows_at_once<V>)
    add_outer_block<rows_at_once<V>, N, V>(x, y, pairs, r, column, sums, stride);
  for (; rows - r >= 4; r += 4) add_outer_block<4, N, V>(x, y, pairs, r, column, sums, stride);
  for (; rows - r >= 2; r += 2) add_outer_block<2, N, V>(x, y, pairs, r, column, sums, stride);
  for (; rows - r >= 1; r += 1) add_outer_block<1, N, V>(x, y, pairs, r, column, sums, stride);
}

template <class V, class T>
[[gnu::always_inline]] inline void add_outer(const T* const* x, const T* const* y, std::int64_t pairs,
                                             std::int64_t rows, std::int64_t columns, T* sums) {
  constexpr std::int64_t lanes = sizeof(V) / sizeof(T);
  std::int64_t column = 0;
  for (; columns - column >= 2 * lanes; column += 2 * lanes)
    add_outer_panel<2, V>(x, y, pairs, rows, column, sums, columns);
  for (; columns - column >= lanes; column += lanes) add_outer_panel<1, V>(x, y, pairs, rows, column, sums, columns);
  for (; column < columns; ++column) add_outer_panel<1, T>(x, y, pairs, rows, column, sums, columns);
}

}  // namespace detail

/// The kernels in one set of instructions. A target belongs to a function and not to a template argument, so each set
/// has functions of its own, into which the same bodies are inlined. gnu::optimize asks g++ for fused multiply-adds,
/// which standard modes turn off, and keeps the kernels fast in a program that is built for debugging.
template <class T>
struct RowKernels {
  std::int64_t lanes;  ///< of one vector
  /// y[r][c] += sum over k of x[r][k] w[k][c], r < rows, c < columns, w as pack() puts it.
  void (*add_panels)(const T* const* x, T* const* y, std::int64_t rows, const T* panels, std::int64_t depth,
                     std::int64_t columns);
  /// sums[i][c] += sum over p of x[p][i] y[p][c], i < rows, c < columns; `sums` is dense.
  void (*add_outer)(const T* const* x, const T* const* y, std::int64_t pairs, std::int64_t rows, std::int64_t columns,
                    T* sums);
};

#if defined(__x86_64__)
template <class T>
[[gnu::target("avx512f"), gnu::optimize("O2", "fp-contract=fast")]] void add_panels_avx512(
    const T* const* x, T* const* y, std::int64_t rows, const T* panels, std::int64_t depth, std::int64_t columns) {
  detail::add_panels<typename detail::Vector<T, 64>::Type>(x, y, rows, panels, depth, columns);
}
template <class T>
[[gnu::target("avx512f"), gnu::optimize("O2", "fp-contract=fast")]] void add_outer_avx512(
    const T* const* x, const T* const* y, std::int64_t pairs, std::int64_t rows, std::int64_t columns, T* sums) {
  detail::add_outer<typename detail::Vector<T, 64>::Type>(x, y, pairs, rows, columns, sums);
}
template <class T>
[[gnu::target("avx2,fma"), gnu::optimize("O2", "fp-contract=fast")]] void add_panels_avx2(
    const T* const* x, T* const* y, std::int64_t rows, const T* panels, std::int64_t depth, std::int64_t columns) {
  detail::add_panels<typename detail::Vector<T, 32>::Type>(x, y, rows, panels, depth, columns);
}
template <class T>
[[gnu::target("avx2,fma"), gnu::optimize("O2", "fp-contract=fast")]] void add_outer_avx2(
    const T* const* x, const T* const* y, std::int64_t pairs, std::int64_t rows, std::int64_t columns, T* sums) {
  detail::add_outer<typename detail::Vector<T, 32>::Type>(x, y, pairs, rows, columns, sums);
}
#endif
template <class T>
[[gnu::optimize("O2", "fp-contract=fast")]] void add_panels_portable(const T* const* x, T* const* y, std::int64_t rows,
                                                                     const T* panels, std::int64_t depth,
                                                                     std::int64_t columns) {
  detail::add_panels<typename detail::Vector<T, 16>::Type>(x, y, rows, panels, depth, columns);
}
template <class T>
[[gnu::optimize("O2", "fp-contract=fast")]] void add_outer_portable(const T* const* x, const T* const* y,
                                                                    std::int64_t pairs, std::int64_t rows,
                                                                    std::int64_t columns, T* sums) {
  detail::add_outer<typename detail::Vector<T, 16>::Type>(x, y, pairs, rows, columns, sums);
}

template <class T>
RowKernels<T> row_kernels(Instructions set) {
#if defined(__x86_64__)
  if (set == Instructions::avx512) return {64 / sizeof(T), add_panels_avx512<T>, add_outer_avx512<T>};
  if (set == Instructions::avx2) return {32 / sizeof(T), add_panels_avx2<T>, add_outer_avx2<T>};
#endif
  return {16 / sizeof(T), add_panels_portable<T>, add_outer_portable<T>};
}

/// Columns of a packed matrix: `columns`, rounded up to whole vectors.
inline std::int64_t packed_columns(std::int64_t columns, std::int64_t lanes) {
  return (columns + lanes - 1) / lanes * lanes;
}

/// Writes a depth x columns matrix, element (k, c) at w[k * k_stride + c * c_stride], as panels of two vectors of
/// columns, row after row; missing columns of the last are zeros. Takes depth * packed_columns() elements.
template <class T>
void pack(const T* w, std::int64_t k_stride, std::int64_t c_stride, std::int64_t depth, std::int64_t columns,
          std::int64_t lanes, T* panels) {
  for (std::int64_t column = 0; column < columns; column += 2 * lanes) {
    const std::int64_t width = std::min(2 * lanes, packed_columns(columns - column, lanes));
    const std::int64_t there = std::min(width, columns - column);
    for (std::int64_t k = 0; k < depth; ++k, panels += width) {
      const T* const from = w + k * k_stride + column * c_stride;
      for (std::int64_t c = 0; c < there; ++c) panels[c] = from[c * c_stride];
      std::fill(panels + there, panels + width, T{});
    }
  }
}

}  // namespace scn::cpu

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

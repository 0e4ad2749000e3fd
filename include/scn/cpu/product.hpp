// Dense products by Eigen, the only file that names it: three functions, so that each is compiled once per scalar.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>

namespace scn::cpu {

/// Height of every product over rows. Callers pad with zero rows: a row's bits would otherwise depend on how many rows
/// share the call. As a compile-time height it also keeps Eigen from starting threads of its own.
inline constexpr std::int64_t product_rows = 32;

namespace detail {

template <class T, int Rows, int MaxRows>
using EigenMatrix = Eigen::Matrix<T, Rows, Eigen::Dynamic, Eigen::RowMajor, MaxRows, Eigen::Dynamic>;
template <class T, int Rows = Eigen::Dynamic, int MaxRows = Rows>
using Map = Eigen::Map<EigenMatrix<T, Rows, MaxRows>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T, int Rows = Eigen::Dynamic>
using ConstMap = Eigen::Map<const EigenMatrix<T, Rows, Rows>, Eigen::Unaligned, Eigen::OuterStride<>>;

}  // namespace detail

/// c (32 x n) = a (32 x k) b (k x n). The strides are elements from one row to the next; b is dense.
template <class T>
void product(const T* a, std::int64_t a_stride, const T* b, T* c, std::int64_t c_stride, std::int64_t k,
             std::int64_t n) {
  detail::Map<T, product_rows>(c, product_rows, n, Eigen::OuterStride<>(c_stride)).noalias() =
      detail::ConstMap<T, product_rows>(a, product_rows, k, Eigen::OuterStride<>(a_stride)) *
      detail::ConstMap<T>(b, k, n, Eigen::OuterStride<>(n));
}

/// c (32 x k) = a (32 x n) b^T, b (k x n).
template <class T>
void product_transposed(const T* a, std::int64_t a_stride, const T* b, T* c, std::int64_t c_stride, std::int64_t k,
                        std::int64_t n) {
  detail::Map<T, product_rows>(c, product_rows, k, Eigen::OuterStride<>(c_stride)).noalias() =
      detail::ConstMap<T, product_rows>(a, product_rows, n, Eigen::OuterStride<>(a_stride)) *
      detail::ConstMap<T>(b, k, n, Eigen::OuterStride<>(n)).transpose();
}

/// c (k x n, dense) += a^T b, a (rows x k), b (rows x n); in strips of 32 rows of c.
template <class T>
void add_outer_product(const T* a, std::int64_t a_stride, const T* b, std::int64_t b_stride, T* c, std::int64_t rows,
                       std::int64_t k, std::int64_t n) {
  for (std::int64_t strip = 0; strip < k; strip += product_rows) {
    const std::int64_t height = std::min(product_rows, k - strip);
    detail::Map<T, Eigen::Dynamic, product_rows>(c + strip * n, height, n, Eigen::OuterStride<>(n)).noalias() +=
        detail::ConstMap<T>(a + strip, rows, height, Eigen::OuterStride<>(a_stride)).transpose() *
        detail::ConstMap<T>(b, rows, n, Eigen::OuterStride<>(b_stride));
  }
}

}  // namespace scn::cpu

// Singular vectors of a weight, found by power iterations.
#pragma once

#include <cmath>
#include <utility>

#include "scn/core/matrix.hpp"

namespace scn {

/// A weight as a matrix W: its last dimension makes the columns, all the others make the rows. With one column, any
/// matrix as a vector.
template <class T>
struct Unfolded {
  MatrixView<T> weight;
  std::int64_t columns = 1;

  constexpr std::int64_t rows() const { return weight.rows.bound * (weight.channels / columns); }
  constexpr T& operator()(std::int64_t row, std::int64_t c) const {
    const std::int64_t rows_in_one = weight.channels / columns;
    return weight(row / rows_in_one, row % rows_in_one * columns + c);
  }
};

namespace detail {

template <class T>
struct TimesRight {
  Unfolded<const T> w;
  MatrixView<const T> u;
  MatrixView<T> v;
  constexpr void operator()(std::int64_t row, std::int64_t) const {
    T sum{};
    for (std::int64_t c = 0; c < w.columns; ++c) sum += w(row, c) * u(0, c);
    v(row, 0) = sum;
  }
};

template <class T>
struct TimesLeft {  // terms of the sum over the rows
  Unfolded<const T> w;
  MatrixView<const T> v;
  constexpr T operator()(std::int64_t row, std::int64_t c) const { return w(row, c) * v(row, 0); }
};

template <class T>
struct InnerProduct {  // terms of the sum over the rows
  Unfolded<const T> left, right;
  constexpr T operator()(std::int64_t row, std::int64_t) const {
    T sum{};
    for (std::int64_t c = 0; c < left.columns; ++c) sum += left(row, c) * right(row, c);
    return sum;
  }
};

template <class T>
struct DivideByLength {
  MatrixView<const T> square;
  T eps;
  MatrixView<T> x;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T length = std::sqrt(square(0, 0));
    x(row, c) /= length < eps ? eps : length;
  }
};

}  // namespace detail

/// 1 x 1: the sum of the products of two matrices' elements.
template <Device Dev, class T>
Matrix<Dev, T> inner_product(Dev& device, const Unfolded<const T>& left, const Unfolded<const T>& right) {
  Matrix<Dev, T> sum(device, 1, 1);
  reduce(device, Rows{left.rows()}, 1, Segments{}, detail::InnerProduct<T>{left, right}, sum);
  return sum;
}

/// x divided by its length, or by eps if that is longer.
template <Device Dev, class T>
void divide_by_length(Matrix<Dev, T>& x, double eps) {
  const Unfolded<const T> vector{std::as_const(x).view()};
  const Matrix<Dev, T> square = inner_product(x.device(), vector, vector);
  parallel_for(x.device(), x.rows(), x.channels(),
               detail::DivideByLength<T>{square.view(), static_cast<T>(eps), x.view()});
}

/// W u, rows x 1, of u, 1 x columns; on the device of u.
template <Device Dev, class T>
Matrix<Dev, T> times_right(const Unfolded<const T>& w, const Matrix<Dev, T>& u) {
  Matrix<Dev, T> v(u.device(), w.rows(), 1);
  parallel_for(u.device(), v.rows(), 1, detail::TimesRight<T>{w, u.view(), v.view()});
  return v;
}

/// W^T v, 1 x columns, of v, rows x 1; on the device of v.
template <Device Dev, class T>
Matrix<Dev, T> times_left(const Unfolded<const T>& w, const Matrix<Dev, T>& v) {
  Matrix<Dev, T> u(v.device(), 1, w.columns);
  reduce(v.device(), v.rows(), w.columns, Segments{}, detail::TimesLeft<T>{w, v.view()}, u);
  return u;
}

/// Approximate singular vectors of W to its largest singular value: u, 1 x columns, and v, rows x 1, of length 1.
template <Device Dev, class T>
struct SingularVectors {
  Matrix<Dev, T> u, v;

  /// One power iteration: v to W u, then u to W^T v. Golub and Van Loan, Matrix Computations, section 8.2.
  void improve(const Unfolded<const T>& w, double eps) {
    v = times_right(w, u);
    divide_by_length(v, eps);
    u = times_left(w, v);
    divide_by_length(u, eps);
  }

  /// v^T W u, 1 x 1.
  Matrix<Dev, T> value(const Unfolded<const T>& w) const {
    const Matrix<Dev, T> image = times_right(w, u);
    return inner_product(u.device(), Unfolded<const T>{image.view()}, Unfolded<const T>{v.view()});
  }
};

}  // namespace scn

// Two sums in one pass over the rows.
#pragma once

#include <cstdint>

#include "scn/core/matrix.hpp"

namespace scn {

/// Two terms of one element.
template <class T>
struct Pair {
  T first{}, second{};
};

namespace detail {

template <class F>
struct FirstTerm {
  F f;
  constexpr auto operator()(std::int64_t row, std::int64_t c) const { return f(row, c).first; }
};
template <class F>
struct SecondTerm {
  F f;
  constexpr auto operator()(std::int64_t row, std::int64_t c) const { return f(row, c).second; }
};

}  // namespace detail

/// first(0, c) and second(0, c) = the sums over all rows of the two terms of the Pair f(row, c), as reduce() adds them
/// up. A device may have a reduce_pair() of its own, which reads the rows once; for the others this is two reductions.
template <Device Dev, class F, class T>
void reduce_pair(Dev& device, Rows rows, std::int64_t channels, const F& f, Matrix<Dev, T>& first,
                 Matrix<Dev, T>& second) {
  reduce(device, rows, channels, Segments{}, detail::FirstTerm<F>{f}, first);
  reduce(device, rows, channels, Segments{}, detail::SecondTerm<F>{f}, second);
}

}  // namespace scn

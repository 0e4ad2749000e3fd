// Between points and the rows of their sites, in both directions: what input and output layers share.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/core/host_pool.hpp"
#include "scn/core/select.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn::detail {

/// A PointMap as kernels see it. A point whose row is -1 has no site.
struct PointRows {
  Duplicates duplicates;
  const std::int32_t* row_of_point;
  const std::int32_t* points;
  const std::int64_t* first;

  template <Device Dev>
  explicit PointRows(const PointMap<Dev>& map)
      : duplicates(map.duplicates),
        row_of_point(map.row_of_point.data()),
        points(map.points.data()),
        first(map.first.data()) {}

  /// The points of a row that take part are points[begin(row)] .. points[end(row)): all of them, or the kept one.
  constexpr std::int64_t begin(std::int64_t row) const {
    return duplicates == Duplicates::last ? first[row + 1] - 1 : first[row];
  }
  constexpr std::int64_t end(std::int64_t row) const {
    return duplicates == Duplicates::first ? first[row] + 1 : first[row + 1];
  }
  constexpr bool takes_part(std::int64_t point) const {
    const std::int64_t row = row_of_point[point];
    if (row < 0) return false;
    return (duplicates != Duplicates::first && duplicates != Duplicates::last) || points[begin(row)] == point;
  }
};

/// to(row, c) (+)= the sum, or the mean, of from(point, c) over the points of the row that take part, in their order.
template <class S, class T>
struct GatherPoints {
  PointRows rows;
  bool mean;
  MatrixView<const S> from;
  MatrixView<S> to;
  Write write;

  struct Row {
    MatrixView<const S> from;
    const std::int32_t *point, *end;
    bool mean;
    S* to;
    Write write;
    constexpr void operator()(std::int64_t c) const {
      T sum = static_cast<T>(from(*point, c));
      for (const std::int32_t* next = point + 1; next < end; ++next) sum += static_cast<T>(from(*next, c));
      if (mean) sum /= static_cast<T>(end - point);  // most are sums, and a division takes as long as all the rest
      store(to[c], static_cast<S>(sum), write);
    }
  };
  constexpr Row at(std::int64_t row) const {
    const std::int64_t begin = rows.begin(row), end = rows.end(row);
    return {from, rows.points + begin, rows.points + end, mean, &to(row, 0), write};
  }
  constexpr void operator()(std::int64_t row, std::int64_t c) const { at(row)(c); }
};

/// to(point, c) (+)= from(its row, c), for a mean divided by the number of points there; 0 where it takes no part.
template <class S>
struct SpreadRows {
  PointRows rows;
  bool mean;
  MatrixView<const S> from;
  MatrixView<S> to;
  Write write;

  struct Point {
    bool takes_part;
    const S* from;  // the result's own row where it takes no part
    S count;        // 1 unless for a mean
    S* to;
    Write write;
    constexpr void operator()(std::int64_t c) const { store(to[c], select(takes_part, from[c] / count, S{}), write); }
  };
  constexpr Point at(std::int64_t point) const {
    if (!rows.takes_part(point)) return {false, &to(point, 0), S{1}, &to(point, 0), write};
    const std::int64_t row = rows.row_of_point[point];
    const S count = mean ? static_cast<S>(rows.end(row) - rows.begin(row)) : S{1};
    return {true, &from(row, 0), count, &to(point, 0), write};
  }
  constexpr void operator()(std::int64_t point, std::int64_t c) const { at(point)(c); }
};

/// Features of points, merged as the map says, on their sites, with the rulebook that begins there.
template <int D, Device Dev>
SparseTensor<D, Dev> merge_points(InputSites<D, Dev> input, const Variable<Dev>& points, Tape* tape) {
  using S = typename Dev::Scalar;
  Dev& device = points.device();
  const PointRows rows(*input.points);
  const bool mean = rows.duplicates == Duplicates::mean;
  Matrix<Dev> y(device, input.sites->rows().bound, points.channels());
  parallel_for(device, y.rows(), y.channels(),
               GatherPoints<S, typename Dev::Accumulator>{rows, mean, std::as_const(points.value()).view(), y.view(),
                                                          Write::assign});
  const bool record = is_recording(tape, points.needs_gradient());
  Variable<Dev> result(std::move(y), record);
  if (record)
    tape->record([points, rows, mean, map = input.points, result] {
      if (!result.has_gradient()) return;
      const auto [dx, write] = points.contribute();
      parallel_for(points.device(), points.rows(), points.channels(),
                   SpreadRows<S>{rows, mean, result.gradient().view(), dx.view(), write});
    });
  auto rulebook = make_handle<Rulebook<D, Dev>>(device, device, input);
  return {std::move(result), std::move(input.sites), std::move(rulebook)};
}

/// A copy of its row for every point that takes part, zeros for the others.
template <Device Dev>
Variable<Dev> rows_of_points(const Variable<Dev>& x, std::shared_ptr<const PointMap<Dev>> map, Tape* tape) {
  using S = typename Dev::Scalar;
  Dev& device = x.device();
  const PointRows rows(*map);
  Matrix<Dev> y(device, map->row_of_point.size(), x.channels());
  parallel_for(device, y.rows(), y.channels(),
               SpreadRows<S>{rows, false, std::as_const(x.value()).view(), y.view(), Write::assign});
  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev> result(std::move(y), record);
  if (record)
    tape->record([x, rows, map = std::move(map), result] {
      if (!result.has_gradient()) return;
      const auto [dx, write] = x.contribute();
      parallel_for(x.device(), x.rows(), x.channels(),
                   GatherPoints<S, typename Dev::Accumulator>{rows, false, result.gradient().view(), dx.view(), write});
    });
  return result;
}

}  // namespace scn::detail

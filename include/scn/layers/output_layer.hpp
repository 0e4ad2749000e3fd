// From sites back to the caller's points, in the caller's order.
#pragma once

#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// Every point gets a copy of its site's row; a point that Duplicates::first or last discarded gets zeros, as in the
/// reference. Refuses a tensor on other sites than those the InputLayer made.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class OutputLayer {
  using S = typename Dev::Scalar;

 public:
  explicit OutputLayer(Dev&) {}

  /// points x channels.
  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    const auto& input = x.rulebook->input();
    require(x.sites == input.sites, "OutputLayer<", D, ">: the tensor is on ", x.rows().bound,
            " sites of another level, expected the ", input.sites->rows().bound, " sites that the InputLayer made");
    Dev& device = x.device();
    const PointMap<Dev>& points = *input.points;
    Matrix<Dev> y(device, points.row_of_point.size(), x.channels());
    const Way way{points.duplicates, points.row_of_point.data(), points.points.data(), points.first.data()};
    parallel_for(device, y.rows(), y.channels(), Forward{way, std::as_const(x.features.value()).view(), y.view()});
    const bool record = is_recording(tape, x.features.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([from = x.features, map = input.points, way, result] {
        if (!result.has_gradient()) return;
        const auto [dx, write] = from.contribute();
        parallel_for(from.device(), from.rows(), from.channels(),
                     Backward{way, result.gradient().view(), dx.view(), write});
      });
    return result;
  }

 private:
  struct Way {
    Duplicates duplicates;
    const std::int32_t* row_of_point;
    const std::int32_t* points;
    const std::int64_t* first;

    /// Points of `row` that take part: all of them, or the one that was kept.
    constexpr std::int64_t begin(std::int64_t row) const {
      return duplicates == Duplicates::last ? first[row + 1] - 1 : first[row];
    }
    constexpr std::int64_t end(std::int64_t row) const {
      return duplicates == Duplicates::first ? first[row] + 1 : first[row + 1];
    }
    constexpr bool kept(std::int64_t point) const {
      const std::int64_t row = row_of_point[point];
      return (duplicates != Duplicates::first && duplicates != Duplicates::last) || points[begin(row)] == point;
    }
  };
  struct Forward {
    Way way;
    MatrixView<const S> x;
    MatrixView<S> y;
    constexpr void operator()(std::int64_t point, std::int64_t c) const {
      y(point, c) = way.kept(point) ? x(way.row_of_point[point], c) : S{};
    }
  };
  struct Backward {
    Way way;
    MatrixView<const S> dy;
    MatrixView<S> dx;
    Write write;
    constexpr void operator()(std::int64_t row, std::int64_t c) const {
      typename Dev::Accumulator sum{};
      for (std::int64_t i = way.begin(row); i < way.end(row); ++i)
        sum += static_cast<typename Dev::Accumulator>(dy(way.points[i], c));
      store(dx(row, c), static_cast<S>(sum), write);
    }
  };
};

}  // namespace scn

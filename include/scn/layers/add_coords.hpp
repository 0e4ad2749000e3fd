// Coordinates of the sites as further channels.
#pragma once

#include <string>
#include <utility>

#include "scn/layers/tables.hpp"

namespace scn {

namespace detail {

/// (2 c - (S - 1)) / (S - 1) for coordinate c on an axis of extent S: two integers and one rounding.
template <int D, class S>
struct NormalizedCoordinates {
  const Site<D>* sites;
  Point<D> extent;
  MatrixView<S> to;
  constexpr void operator()(std::int64_t row, std::int64_t axis) const {
    const std::int64_t last = std::int64_t{extent[static_cast<int>(axis)]} - 1;
    const std::int64_t position = 2 * std::int64_t{sites[row].at[static_cast<int>(axis)]} - last;
    to(row, axis) = last == 0 ? S{} : static_cast<S>(position) / static_cast<S>(last);
  }
};

}  // namespace detail

/// The channels of x, then one for each axis: c / ((S - 1) / 2) - 1 in [-1, 1] for coordinate c in [0, S), S the extent
/// of the axis; 0 where S is 1. Needs sites with an extent. Liu et al., NeurIPS 2018.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class AddCoords {
 public:
  explicit AddCoords(Dev&) {}

  static std::string name() { return message("AddCoords<", D, ">"); }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require(x.extent().has_value(), name(), ": the sites have no extent, by which coordinates could be normalised");
    Matrix<Dev> coordinates(x.device(), x.rows().bound, D);
    parallel_for(
        x.device(), x.rows(), D,
        detail::NormalizedCoordinates<D, typename Dev::Scalar>{x.sites->data(), *x.extent(), coordinates.view()});
    return concatenate_feature_planes<D, Dev>({x, x.with(Variable<Dev>(std::move(coordinates)))}, tape);
  }
};

}  // namespace scn

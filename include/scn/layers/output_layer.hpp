// From sites back to the caller's points, in the caller's order.
#pragma once

#include <string>
#include <string_view>

#include "scn/layers/point_rows.hpp"

namespace scn {

namespace detail {

/// The points that the input layer of x was given; throws unless x is on the sites that it made.
template <int D, Device Dev>
const std::shared_ptr<const PointMap<Dev>>& points_of(std::string_view layer, const SparseTensor<D, Dev>& x) {
  const InputSites<D, Dev>& input = x.rulebook->input();
  require(input.points != nullptr, layer, ": the tensor does not come from an input layer, so there are no points");
  require(x.sites == input.sites, layer, ": the tensor is on ", x.rows().bound,
          " sites of another level, expected the ", input.sites->rows().bound, " sites that the InputLayer made");
  return input.points;
}

}  // namespace detail

/// Every point gets a copy of its site's row; a point that Duplicates::first or last discarded gets zeros, as in the
/// reference. The gradient is a plain sum over the points of a site, under Duplicates::mean too. Throws InvalidArgument
/// for a tensor on other sites than those the InputLayer made, or that no InputLayer began. O(points x channels).
template <int D, Device Dev = Cpu>
requires Dimension<D>
class OutputLayer {
 public:
  explicit OutputLayer(Dev&) {}

  static std::string name() { return message("OutputLayer<", D, ">"); }

  /// points x channels.
  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return detail::rows_of_points(x.features, detail::points_of(name(), x), tape);
  }
};

}  // namespace scn

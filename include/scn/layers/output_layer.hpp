// From sites back to the caller's points, in the caller's order.
#pragma once

#include <string>

#include "scn/layers/point_rows.hpp"
#include "scn/layers/pooling.hpp"

namespace scn {

namespace detail {

/// The rows of x at the points that its input layer was given. Throws unless x is on the sites that it made, or on some
/// of them; those that a layer dropped have rows of zeros.
template <int D, Device Dev>
Variable<Dev> output_points(const auto& layer, const SparseTensor<D, Dev>& x, Tape* tape) {
  const InputSites<D, Dev>& input = x.rulebook->input();
  require(input.points != nullptr, layer, ": the tensor does not come from an input layer, so there are no points");
  require(x.rulebook->derives(x.sites, input.sites), layer, ": the tensor is on ", x.rows().bound,
          " sites of another level, expected the ", input.sites->rows().bound, " sites that the InputLayer made");
  if (x.sites == input.sites) return rows_of_points(x.features, input.points, tape);
  const auto back = x.rulebook->back_onto(x.sites, input.sites, Window<D>{});  // the map that led to the subset
  return rows_of_points(pool_sum(x.features, back, input.sites->rows().bound, tape), input.points, tape);
}

}  // namespace detail

/// Every point gets a copy of its site's row; a point that Duplicates::first or last discarded gets zeros, as in the
/// reference, and so do the points of sites that Sparsify, prune or crop dropped. The gradient is a plain sum over the
/// points of a site, under Duplicates::mean too. Throws InvalidArgument for a tensor on other sites than those the
/// InputLayer made, or that no InputLayer began. O(points x channels).
template <int D, Device Dev = Cpu>
requires Dimension<D>
class OutputLayer {
 public:
  explicit OutputLayer(Dev&) {}

  static std::string name() { return message("OutputLayer<", D, ">"); }

  /// points x channels.
  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return detail::output_points(name, x, tape);
  }
};

}  // namespace scn

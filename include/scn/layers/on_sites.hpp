// A tensor brought onto other sites.
#pragma once

#include <memory>
#include <string>

#include "scn/layers/pooling.hpp"

namespace scn {

namespace detail {

/// Throws where rows are not in the order of sites, each once, so that nothing can be looked up in them.
template <int D, Device Dev>
void require_distinct(std::string_view layer, const SparseTensor<D, Dev>& x) {
  require(x.sites->distinct(), layer, ": the tensor is on places in any order, expected sites");
}

}  // namespace detail

/// The rows of x that are at these sites, and zeros at those where x has none; and their gradient. The sites may come
/// from another input; those of x itself give x. O(sites), and one look-up for each at the first call.
template <int D, Device Dev>
SparseTensor<D, Dev> on_sites(const SparseTensor<D, Dev>& x, const std::shared_ptr<const Sites<D, Dev>>& sites,
                              Tape* tape = nullptr) {
  const std::string name = message("on_sites<", D, ">");
  require(sites != nullptr, name, ": there are no sites to bring the tensor onto");
  if (sites == x.sites) return x;
  detail::require_distinct(name, x);
  const auto map = x.rulebook->onto(x.sites, sites, Window<D>{});
  return {pool_sum(x.features, map, sites->rows().bound, tape), sites, x.rulebook};
}

}  // namespace scn

// A tensor on some of its sites, chosen by the caller.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "scn/layers/on_sites.hpp"

namespace scn {

/// The rows whose byte is not 0, in their order, on sites that the rulebook knows to be a subset: OutputLayer takes
/// them. `keep` has one byte for each row of x. The samples stay, also those that lose every site. Waits for the
/// device.
template <int D, Device Dev>
SparseTensor<D, Dev> prune(const SparseTensor<D, Dev>& x, const Buffer<std::uint8_t, Dev>& keep, Tape* tape = nullptr) {
  const std::string name = message("prune<", D, ">");
  detail::require_distinct(name, x);
  require(keep.size() == x.rows().bound, name, ": ", keep.size(), " bytes say what to keep of ", x.rows().bound,
          " rows");
  return on_sites(x, x.rulebook->subset(x.sites, keep), tape);
}

/// The same from host memory.
template <int D, Device Dev>
SparseTensor<D, Dev> prune(const SparseTensor<D, Dev>& x, std::span<const std::uint8_t> keep, Tape* tape = nullptr) {
  return prune(x, Buffer<std::uint8_t, Dev>(x.device(), keep), tape);
}

}  // namespace scn

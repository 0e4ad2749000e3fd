// Features on active sites: what layers take and give.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "scn/autograd/variable.hpp"
#include "scn/geometry/rulebook.hpp"

namespace scn {

/// Row r of `features` belongs to site r of `sites`. All tensors that come from one input share one rulebook.
template <int D, Device Dev>
struct SparseTensor {
  Variable<Dev> features;
  std::shared_ptr<const Sites<D, Dev>> sites;
  std::shared_ptr<Rulebook<D, Dev>> rulebook;

  Dev& device() const { return rulebook->device(); }
  Rows rows() const { return sites->rows(); }
  std::int64_t channels() const { return features.channels(); }
  std::int64_t samples() const { return sites->samples(); }
  const std::optional<Point<D>>& extent() const { return sites->extent(); }
  /// Samples, by the name that the reference and DenseTensor have for them.
  std::int64_t batch_size() const { return samples(); }
  /// The site of each row, in host memory; waits for the device.
  std::vector<Site<D>> get_spatial_locations() const { return sites->to_host(device()); }

  /// Other features on the same sites.
  SparseTensor with(Variable<Dev> other) const { return {std::move(other), sites, rulebook}; }
  /// A copy of the features on the same sites that needs no gradient: no gradient goes back through it.
  SparseTensor detach() const { return with(Variable<Dev>(features.value().copy())); }
};

/// What a table of branches gives, in the order of the branches.
template <int D, Device Dev = Cpu>
using Tensors = std::vector<SparseTensor<D, Dev>>;

}  // namespace scn

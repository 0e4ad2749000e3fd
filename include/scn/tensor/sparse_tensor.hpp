// Features on active sites: what layers take and give.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>

#include "scn/autograd/variable.hpp"
#include "scn/core/host_pool.hpp"
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

/// What a table of branches gives, in the order of the branches: a list in the pool of the first tensor's device.
template <int D, Device Dev = Cpu>
class Tensors {
 public:
  using Tensor = SparseTensor<D, Dev>;

  Tensors() = default;
  Tensors(std::initializer_list<SparseTensor<D, Dev>> tensors) {
    if (tensors.size() > 0) list_ = List(tensors, host_allocator<Tensor>(tensors.begin()->device()));
  }

  void push_back(Tensor tensor) {
    if (empty()) list_ = List(host_allocator<Tensor>(tensor.device()));
    list_.push_back(std::move(tensor));
  }

  std::size_t size() const { return list_.size(); }
  bool empty() const { return list_.empty(); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  Tensor& operator[](std::size_t position) { return list_[position]; }
  const Tensor& operator[](std::size_t position) const { return list_[position]; }
  const Tensor& front() const { return list_.front(); }

 private:
  using List = HostVector<Tensor>;
  List list_;
};

}  // namespace scn

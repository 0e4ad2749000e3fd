// From sites to a dense grid, zero where no site is active.
#pragma once

#include <string>
#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/tensor/dense_tensor.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// (rows, channels) on sites with an extent to (samples, channels, extent...). The gradient is gathered back. Throws
/// InvalidArgument for sites without an extent, LimitExceeded for a grid that memory cannot address. O(cells).
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SparseToDense {
 public:
  explicit SparseToDense(Dev&) {}

  static std::string name() { return message("SparseToDense<", D, ">"); }

  DenseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    using S = typename Dev::Scalar;
    require(x.extent().has_value(), name(), ": the sites have no extent, so a dense grid has no size");
    Dev& device = x.device();
    const DenseShape<D> shape{x.samples(), x.channels(), *x.extent()};
    auto dense = in_layer(name(), [&] {
      return Matrix<Dev>::zeros(device, checked_bytes(shape.batch_size, shape.channels, 1), shape.volume());
    });
    const detail::DenseCells<D> cells{x.sites->data(), shape.spatial_size, shape.channels};
    parallel_for(
        device, x.rows(), x.channels(),
        detail::ScatterToCells<D, S>{cells, std::as_const(x.features.value()).view(), dense.view(), Write::assign});
    const bool record = is_recording(tape, x.features.needs_gradient());
    Variable<Dev> values(std::move(dense), record);
    if (record)
      tape->record([from = x.features, sites = x.sites, cells, values] {
        if (!values.has_gradient()) return;
        const auto [dx, write] = from.contribute();
        parallel_for(from.device(), from.rows(), from.channels(),
                     detail::GatherFromCells<D, S>{cells, values.gradient().view(), dx.view(), write});
      });
    return {shape, std::move(values)};
  }
};

}  // namespace scn

// From sites to a dense grid, zero where no site is active.
#pragma once

#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/tensor/dense_tensor.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// (rows, channels) on sites with an extent to (samples, channels, extent...). The gradient is gathered back.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class SparseToDense {
  using S = typename Dev::Scalar;

 public:
  explicit SparseToDense(Dev&) {}

  DenseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require(x.extent().has_value(), "SparseToDense<", D, ">: the sites have no extent, so a dense grid has no size");
    const Point<D> extent = *x.extent();
    std::int64_t volume = 1;
    for (int axis = 0; axis < D; ++axis)
      require<LimitExceeded>(!__builtin_mul_overflow(volume, std::int64_t{extent[axis]}, &volume), "SparseToDense<", D,
                             ">: a grid of ", to_string(extent), " cannot be addressed");
    Dev& device = x.device();
    auto dense = in_layer(message("SparseToDense<", D, ">"),
                          [&] { return Matrix<Dev>::zeros(device, x.samples() * x.channels(), volume); });
    parallel_for(
        device, x.rows(), x.channels(),
        Scatter{{x.sites->data(), extent, x.channels()}, std::as_const(x.features.value()).view(), dense.view()});
    const bool record = is_recording(tape, x.features.needs_gradient());
    Variable<Dev> values(std::move(dense), record);
    if (record)
      tape->record([from = x.features, sites = x.sites, extent, values] {
        if (!values.has_gradient()) return;
        const auto [dx, write] = from.contribute();
        parallel_for(from.device(), from.rows(), from.channels(),
                     Gather{{sites->data(), extent, from.channels()}, values.gradient().view(), dx.view(), write});
      });
    return {x.samples(), x.channels(), extent, std::move(values)};
  }

 private:
  struct Place {
    const Site<D>* sites;
    Point<D> extent;
    std::int64_t channels;
    constexpr std::int64_t plane(std::int64_t row, std::int64_t c) const { return sites[row].sample * channels + c; }
    constexpr std::int64_t cell(std::int64_t row) const {
      std::int64_t index = 0;
      for (int axis = 0; axis < D; ++axis) index = index * extent[axis] + sites[row].at[axis];
      return index;
    }
  };
  struct Scatter {
    Place place;
    MatrixView<const S> x;
    MatrixView<S> dense;
    constexpr void operator()(std::int64_t row, std::int64_t c) const {
      dense(place.plane(row, c), place.cell(row)) = x(row, c);
    }
  };
  struct Gather {
    Place place;
    MatrixView<const S> dense;
    MatrixView<S> dx;
    Write write;
    constexpr void operator()(std::int64_t row, std::int64_t c) const {
      store(dx(row, c), dense(place.plane(row, c), place.cell(row)), write);
    }
  };
};

}  // namespace scn

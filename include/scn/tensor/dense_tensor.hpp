// A dense grid of features, zero where no site was active.
#pragma once

#include <cstdint>
#include <ranges>
#include <span>

#include "scn/autograd/variable.hpp"
#include "scn/geometry/point.hpp"

namespace scn {

/// (batch_size, channels, spatial_size...), row-major, the last axis fastest.
template <int D>
struct DenseShape {
  std::int64_t batch_size = 0;
  std::int64_t channels = 0;
  Point<D> spatial_size;

  /// Cells of one plane. Throws LimitExceeded where int64 cannot count them.
  std::int64_t volume() const {
    std::int64_t product = 1;
    for (int axis = 0; axis < D; ++axis)
      require<LimitExceeded>(!__builtin_mul_overflow(product, std::int64_t{spatial_size[axis]}, &product), "a grid of ",
                             to_string(spatial_size), " cannot be addressed");
    return product;
  }
};

/// `values` has batch_size * channels rows, one for each plane, and the volume of spatial_size as channels.
template <int D, Device Dev>
struct DenseTensor : DenseShape<D> {
  Variable<Dev> values;

  /// A copy of the numbers of that shape in host memory. Throws InvalidArgument for another count of them.
  template <std::ranges::contiguous_range Numbers>
  static DenseTensor from_host(Dev& device, const DenseShape<D>& shape, const Numbers& numbers) {
    bool positive = shape.batch_size >= 0 && shape.channels >= 0;
    for (int axis = 0; axis < D; ++axis) positive = positive && shape.spatial_size[axis] >= 0;
    require(positive, "DenseTensor: a shape of ", shape.batch_size, " x ", shape.channels, " x ",
            to_string(shape.spatial_size), " has negative sizes");
    return in_layer("DenseTensor", [&] {
      using Number = std::ranges::range_value_t<Numbers>;
      const std::span<const Number> host(std::ranges::data(numbers), std::ranges::size(numbers));
      const std::int64_t planes = checked_bytes(shape.batch_size, shape.channels, 1);
      return DenseTensor{shape, Variable<Dev>(Matrix<Dev>::from_host(device, planes, shape.volume(), host))};
    });
  }
};

namespace detail {

/// Where in a dense tensor the features of sites are.
template <int D>
struct DenseCells {
  const Site<D>* sites;
  Point<D> spatial_size;
  std::int64_t channels;

  constexpr std::int64_t plane(std::int64_t row, std::int64_t c) const { return sites[row].sample * channels + c; }
  constexpr std::int64_t cell(std::int64_t row) const {
    std::int64_t index = 0;
    for (int axis = 0; axis < D; ++axis) index = index * spatial_size[axis] + sites[row].at[axis];
    return index;
  }
};

/// dense(the site's cell) (+)= rows(site).
template <int D, class S>
struct ScatterToCells {
  DenseCells<D> cells;
  MatrixView<const S> rows;
  MatrixView<S> dense;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(dense(cells.plane(row, c), cells.cell(row)), rows(row, c), write);
  }
};

/// rows(site) (+)= dense(the site's cell).
template <int D, class S>
struct GatherFromCells {
  DenseCells<D> cells;
  MatrixView<const S> dense;
  MatrixView<S> rows;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(rows(row, c), dense(cells.plane(row, c), cells.cell(row)), write);
  }
};

}  // namespace detail

}  // namespace scn

// From points with features, as the caller has them, to a sparse tensor.
#pragma once

#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// What the points alone do not tell.
struct Batch {
  std::int64_t samples = 0;   ///< at least so many samples; those without points are empty
  std::int64_t channels = 0;  ///< needed only where there are no points to tell it
};

/// Sorts points into sites, merges those at one site, and starts the rulebook of everything that follows. Points lie in
/// [0, extent), or anywhere in int32 without an extent. Throws InvalidArgument for a site outside the extent, a
/// negative sample, and under Duplicates::reject for two points at one site. O(points log points).
template <int D, Device Dev = Cpu>
requires Dimension<D>
class InputLayer {
  using S = typename Dev::Scalar;

 public:
  explicit InputLayer(Dev& device, std::optional<Point<D>> extent = {}, Duplicates duplicates = Duplicates::sum)
      : device_(&device), extent_(extent), duplicates_(duplicates) {
    for (int axis = 0; extent && axis < D; ++axis)
      require((*extent)[axis] >= 1, name(), ": the extent ", to_string(*extent), " is not positive");
  }

  /// Row-major points x channels numbers in host memory; the channels follow from their count.
  template <std::ranges::contiguous_range Numbers>
  SparseTensor<D, Dev> operator()(std::span<const Site<D>> sites, const Numbers& features,
                                  const Batch& batch = {}) const {
    require_batch(batch);
    const auto points = static_cast<std::int64_t>(sites.size());
    const auto numbers = static_cast<std::int64_t>(std::ranges::size(features));
    require(points == 0 ? numbers == 0 : numbers % points == 0 && numbers > 0, name(), ": ", numbers,
            " features do not fit ", points, " points");
    const std::int64_t channels = points > 0 ? numbers / points : batch.channels;
    require(batch.channels == 0 || batch.channels == channels, name(), ": features have ", channels,
            " channels, expected ", batch.channels);
    using Number = std::ranges::range_value_t<Numbers>;
    const std::span<const Number> values(std::ranges::data(features), static_cast<std::size_t>(numbers));
    return (*this)(sites, Variable<Dev>(Matrix<Dev>::from_host(*device_, points, channels, values)), batch);
  }

  /// Features that are already on the device, one row a point; they get their gradient if they need one.
  SparseTensor<D, Dev> operator()(std::span<const Site<D>> sites, const Variable<Dev>& features,
                                  const Batch& batch = {}, Tape* tape = nullptr) const {
    require_batch(batch);
    require(features.rows().bound == static_cast<std::int64_t>(sites.size()), name(), ": ", features.rows().bound,
            " rows of features for ", sites.size(), " points");
    InputSites<D, Dev> input = in_layer(name(), [&] {
      return make_sites<D>(*device_, Buffer<Site<D>, Dev>(*device_, sites), extent_, batch.samples, duplicates_);
    });
    Matrix<Dev> y(*device_, input.sites->rows().bound, features.channels());
    const Merge merge{duplicates_, input.points->points.data(), input.points->first.data()};
    parallel_for(*device_, y.rows(), y.channels(), Forward{merge, std::as_const(features.value()).view(), y.view()});
    const bool record = is_recording(tape, features.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([features, merge, points = input.points, result] {
        if (!result.has_gradient()) return;
        const auto [dx, write] = features.contribute();
        parallel_for(features.device(), features.rows(), features.channels(),
                     Backward{merge, points->row_of_point.data(), result.gradient().view(), dx.view(), write});
      });
    auto rulebook = std::make_shared<Rulebook<D, Dev>>(*device_, input);
    return {std::move(result), std::move(input.sites), std::move(rulebook)};
  }

 private:
  static std::string name() { return message("InputLayer<", D, ">"); }
  static void require_batch(const Batch& batch) {
    require(batch.samples >= 0 && batch.channels >= 0, name(), ": a batch has no negative samples or channels");
  }

  struct Merge {
    Duplicates duplicates;
    const std::int32_t* points;
    const std::int64_t* first;
  };
  struct Forward {
    Merge merge;
    MatrixView<const S> x;
    MatrixView<S> y;
    constexpr void operator()(std::int64_t row, std::int64_t c) const {
      using T = typename Dev::Accumulator;
      const std::int64_t begin = merge.first[row], end = merge.first[row + 1];
      if (merge.duplicates == Duplicates::last) {
        y(row, c) = x(merge.points[end - 1], c);
      } else if (merge.duplicates == Duplicates::sum || merge.duplicates == Duplicates::mean) {
        T sum{};
        for (std::int64_t i = begin; i < end; ++i) sum += static_cast<T>(x(merge.points[i], c));
        y(row, c) = static_cast<S>(merge.duplicates == Duplicates::mean ? sum / static_cast<T>(end - begin) : sum);
      } else {
        y(row, c) = x(merge.points[begin], c);
      }
    }
  };
  struct Backward {
    Merge merge;
    const std::int32_t* row_of_point;
    MatrixView<const S> dy;
    MatrixView<S> dx;
    Write write;
    constexpr void operator()(std::int64_t point, std::int64_t c) const {
      const std::int64_t row = row_of_point[point], begin = merge.first[row], end = merge.first[row + 1];
      S gradient = dy(row, c);
      if (merge.duplicates == Duplicates::mean) gradient = gradient / static_cast<S>(end - begin);
      if ((merge.duplicates == Duplicates::first && merge.points[begin] != point) ||
          (merge.duplicates == Duplicates::last && merge.points[end - 1] != point))
        gradient = S{};
      store(dx(point, c), gradient, write);
    }
  };

  Dev* device_;
  std::optional<Point<D>> extent_;
  Duplicates duplicates_;
};

}  // namespace scn

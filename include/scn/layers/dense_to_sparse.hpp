// From a dense grid to the sites where it is not zero.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/autograd/tape.hpp"
#include "scn/tensor/dense_tensor.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

namespace detail {

/// active[i] = whether a channel of cell i, counted over all samples, is not 0. NaN is not 0.
template <class S>
struct MarkActive {
  MatrixView<const S> dense;
  std::int64_t channels;
  std::uint8_t* active;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t plane = i / dense.channels * channels, cell = i % dense.channels;
    std::uint8_t any = 0;
    for (std::int64_t c = 0; c < channels; ++c)
      if (dense(plane + c, cell) != S{}) any = 1;
    active[i] = any;
  }
};

}  // namespace detail

/// (batch_size, channels, spatial_size...) to rows x channels on the sites where any channel is not 0, within the
/// extent spatial_size; a rulebook begins there. NaN counts as active. The gradient is scattered back, and is 0
/// elsewhere. There are no points, so OutputLayer refuses what follows. Waits for the device, which finds the active
/// cells. O(cells x channels + sites log sites).
template <int D, Device Dev = Cpu>
requires Dimension<D>
class DenseToSparse {
 public:
  explicit DenseToSparse(Dev&) {}

  static std::string name() { return message("DenseToSparse<", D, ">"); }

  SparseTensor<D, Dev> operator()(const DenseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    using S = typename Dev::Scalar;
    require_shape(x);
    Dev& device = x.values.device();
    const InputSites<D, Dev> input = in_layer(name(), [&] {
      const std::vector<Site<D>> active = active_sites(x);
      const Buffer<Site<D>, Dev> listed(device, std::span<const Site<D>>(active));
      const auto made = make_sites<D>(device, listed, x.spatial_size, x.batch_size, Duplicates::reject);
      return InputSites<D, Dev>{made.sites, nullptr};
    });
    const detail::DenseCells<D> cells{input.sites->data(), x.spatial_size, x.channels};
    Matrix<Dev> y(device, input.sites->rows().bound, x.channels);
    parallel_for(device, y.rows(), y.channels(),
                 detail::GatherFromCells<D, S>{cells, std::as_const(x.values.value()).view(), y.view(), Write::assign});
    const bool record = is_recording(tape, x.values.needs_gradient());
    Variable<Dev> features(std::move(y), record);
    if (record)
      tape->record([values = x.values, sites = input.sites, cells, features] {
        if (!features.has_gradient()) return;
        const auto [dx, write] = values.contribute();
        if (write == Write::assign) dx.set_zero();
        parallel_for(values.device(), features.rows(), features.channels(),
                     detail::ScatterToCells<D, S>{cells, features.gradient().view(), dx.view(), Write::add});
      });
    return {std::move(features), input.sites, std::make_shared<Rulebook<D, Dev>>(device, input)};
  }

 private:
  static void require_shape(const DenseTensor<D, Dev>& x) {
    require(static_cast<bool>(x.values), name(), ": the tensor has no values");
    bool positive = x.batch_size >= 0 && x.channels >= 0;
    for (int axis = 0; axis < D; ++axis) positive = positive && x.spatial_size[axis] >= 1;
    require(positive, name(), ": a tensor of ", x.batch_size, " x ", x.channels, " x ", to_string(x.spatial_size),
            " has sizes that are not positive");
    require<LimitExceeded>(x.batch_size <= std::numeric_limits<std::int32_t>::max(), name(),
                           ": a batch holds at most 2147483647 samples, got ", x.batch_size);
    const std::int64_t volume = in_layer(name(), [&] { return x.volume(); });
    const std::int64_t planes = in_layer(name(), [&] { return checked_bytes(x.batch_size, x.channels, 1); });
    require(x.values.rows().bound == planes && x.values.channels() == volume, name(), ": the values are ",
            x.values.rows().bound, " x ", x.values.channels(), ", expected ", planes, " x ", volume);
  }

  static std::vector<Site<D>> active_sites(const DenseTensor<D, Dev>& x) {
    Dev& device = x.values.device();
    const std::int64_t volume = x.values.channels();
    Buffer<std::uint8_t, Dev> mask(device, checked_bytes(x.batch_size, volume, 1));
    parallel_for(
        device, Rows{mask.size()},
        detail::MarkActive<typename Dev::Scalar>{std::as_const(x.values.value()).view(), x.channels, mask.data()});
    const std::vector<std::uint8_t> active = mask.to_host(device);
    std::vector<Site<D>> sites;
    for (std::size_t i = 0; i < active.size(); ++i) {
      if (active[i] == 0) continue;
      const std::int64_t sample = static_cast<std::int64_t>(i) / volume;
      std::int64_t cell = static_cast<std::int64_t>(i) % volume;
      Site<D> site{static_cast<std::int32_t>(sample), {}};
      for (int axis = D - 1; axis >= 0; --axis) {
        site.at[axis] = static_cast<std::int32_t>(cell % x.spatial_size[axis]);
        cell /= x.spatial_size[axis];
      }
      sites.push_back(site);
    }
    return sites;
  }
};

}  // namespace scn

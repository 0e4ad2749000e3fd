// Batches put one behind the other.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "scn/autograd/tape.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

namespace detail {

/// to[row] = from[row] with `shift` added to its sample.
template <int D>
struct ShiftSamples {
  const Site<D>* from;
  Site<D>* to;
  std::int32_t shift;
  constexpr void operator()(std::int64_t row) const { to[row] = {from[row].sample + shift, from[row].at}; }
};

/// whole(row_of[row], c) = part(row, c).
template <class S>
struct PutRows {
  const std::int32_t* row_of;
  MatrixView<const S> part;
  MatrixView<S> whole;
  constexpr void operator()(std::int64_t row, std::int64_t c) const { whole(row_of[row], c) = part(row, c); }
};

/// part(row, c) (+)= whole(row_of[row], c).
template <class S>
struct TakeRows {
  const std::int32_t* row_of;
  MatrixView<const S> whole;
  MatrixView<S> part;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    store(part(row, c), whole(row_of[row], c), write);
  }
};

/// The channels of all tensors; throws unless there is a tensor, and extents and channels are the same.
template <int D, Device Dev>
std::int64_t appended_channels(const Tensors<D, Dev>& tensors) {
  require(!tensors.empty(), "append_tensors: there is no tensor to work on");
  std::size_t first = 0;  // that has rows to tell the channels
  while (first + 1 < tensors.size() && tensors[first].rows().bound == 0) ++first;
  const auto text = [](const std::optional<Point<D>>& extent) { return extent ? to_string(*extent) : "none"; };
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    require(tensors[i].rows().exact == nullptr, "append_tensors: only the device knows how many rows tensor ", i,
            " has, because it has Limits");
    require(tensors[i].extent() == tensors[0].extent(), "append_tensors: the extent of tensor ", i, " is ",
            text(tensors[i].extent()), ", that of tensor 0 ", text(tensors[0].extent()));
    require(tensors[i].channels() == tensors[first].channels() || tensors[i].rows().bound == 0,
            "append_tensors: tensor ", i, " has ", tensors[i].channels(), " channels, tensor ", first, " has ",
            tensors[first].channels());
  }
  return tensors[first].channels();
}

}  // namespace detail

/// The samples of all tensors as one batch: those of tensor 0 first, then those of tensor 1, and so on. A rulebook of
/// its own begins there, without points to go back to; every tensor gets its part of the gradient. Throws
/// InvalidArgument for an empty list, for tensors of different extents or channels, and for those of a device with
/// Limits; tensors without rows have any number of channels. O(rows (channels + log rows)); waits for the device.
template <int D, Device Dev>
SparseTensor<D, Dev> append_tensors(const Tensors<D, Dev>& tensors, Tape* tape = nullptr) {
  using S = typename Dev::Scalar;
  const std::int64_t channels = detail::appended_channels(tensors);
  Dev& device = tensors[0].device();
  std::int64_t rows = 0, samples = 0;
  bool needs_gradient = false;
  for (const auto& tensor : tensors) {
    rows += tensor.rows().bound;
    samples += tensor.samples();
    needs_gradient = needs_gradient || tensor.features.needs_gradient();
  }
  require<LimitExceeded>(samples <= std::numeric_limits<std::int32_t>::max(),
                         "append_tensors: a batch holds at most 2147483647 samples, got ", samples);
  Buffer<Site<D>, Dev> sites(device, rows);
  std::int64_t row = 0;
  std::int32_t sample = 0;
  for (const auto& tensor : tensors) {
    parallel_for(device, tensor.rows(), detail::ShiftSamples<D>{tensor.sites->data(), sites.data() + row, sample});
    row += tensor.rows().bound;
    sample += static_cast<std::int32_t>(tensor.samples());
  }
  const InputSites<D, Dev> all = in_layer(
      "append_tensors", [&] { return make_sites<D>(device, sites, tensors[0].extent(), samples, Duplicates::reject); });
  Matrix<Dev> y(device, all.sites->rows().bound, channels);
  const std::int32_t* row_of = all.points->row_of_point.data();
  for (const auto& tensor : tensors) {
    parallel_for(device, tensor.rows(), channels,
                 detail::PutRows<S>{row_of, std::as_const(tensor.features.value()).view(), y.view()});
    row_of += tensor.rows().bound;
  }
  const bool record = is_recording(tape, needs_gradient);
  Variable<Dev> features(std::move(y), record);
  if (record) {
    std::vector<Variable<Dev>> parts;
    for (const auto& tensor : tensors) parts.push_back(tensor.features);
    tape->record([parts, map = all.points, features] {
      if (!features.has_gradient()) return;
      const std::int32_t* from = map->row_of_point.data();
      for (const auto& part : parts) {
        if (part.needs_gradient()) {
          const auto [dx, write] = part.contribute();
          parallel_for(part.device(), part.rows(), part.channels(),
                       detail::TakeRows<S>{from, features.gradient().view(), dx.view(), write});
        }
        from += part.rows().bound;
      }
    });
  }
  return {std::move(features), all.sites,
          std::make_shared<Rulebook<D, Dev>>(device, InputSites<D, Dev>{all.sites, nullptr})};
}

}  // namespace scn

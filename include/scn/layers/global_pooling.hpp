// Global pooling: one row for each sample, the sum, the mean or the maximum of its active sites.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "scn/layers/kernel.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/on_sites.hpp"

namespace scn {

enum class Reduction { sum, mean, max };

namespace detail {

/// first[s] = the first row whose sample is s or later; rows are sorted by sample.
template <int D>
struct FindSample {
  const Site<D>* sites;
  Rows rows;
  std::int64_t* first;
  constexpr void operator()(std::int64_t sample) const {
    std::int64_t low = 0, high = rows.exact == nullptr ? rows.bound : *rows.exact;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (sites[middle].sample < sample)
        low = middle + 1;
      else
        high = middle;
    }
    first[sample] = low;
  }
};

/// y = the sums, divided by the number of rows for a mean.
template <class S, class T>
struct FinishSums {
  MatrixView<const T> sums;
  MatrixView<S> y;
  const std::int64_t* first;
  bool mean;
  constexpr void operator()(std::int64_t sample, std::int64_t c) const {
    const std::int64_t count = first[sample + 1] - first[sample];
    y(sample, c) = static_cast<S>(mean && count > 0 ? sums(sample, c) / static_cast<T>(count) : sums(sample, c));
  }
};

/// Rows that one task takes the maximum of: few enough that their loop is unrolled, and channels fill vectors.
inline constexpr std::int64_t maximum_chunk = 16;

/// The maximum of each sample within a chunk of rows goes to row chunk + sample of `partial`: one of the two numbers is
/// larger for every later piece, and none is smaller, so no two pieces share a row. This is the piece of the sample
/// that has the chunk's first row.
template <int D, class S>
struct ChunkMaximum {
  const Site<D>* sites;
  const std::int64_t* first;
  MatrixView<const S> x;
  MatrixView<S> partial;

  struct Piece {
    std::array<const S*, maximum_chunk> rows;  // the last one again where there are fewer
    S* to;                                     // null for a piece without rows
    constexpr void operator()(std::int64_t c) const {
      if (to == nullptr) return;
      S largest = no_maximum<S>();
      for (std::int64_t n = 0; n < maximum_chunk; ++n) take_larger(largest, rows[static_cast<std::size_t>(n)][c]);
      to[c] = largest;
    }
  };
  /// From row `begin` on.
  constexpr Piece piece(std::int64_t begin, std::int64_t sample) const {
    const std::int64_t chunk = begin / maximum_chunk, chunk_end = (chunk + 1) * maximum_chunk;
    const std::int64_t end = first[sample + 1] < chunk_end ? first[sample + 1] : chunk_end;
    if (begin >= end) return {};
    Piece piece{{}, &partial(chunk + sample, 0)};
    for (std::int64_t n = 0; n < maximum_chunk; ++n)
      piece.rows[static_cast<std::size_t>(n)] = &x(begin + n < end ? begin + n : end - 1, 0);
    return piece;
  }
  constexpr Piece at(std::int64_t chunk) const {
    const std::int64_t begin = chunk * maximum_chunk, rows = x.rows.exact == nullptr ? x.rows.bound : *x.rows.exact;
    return begin < rows ? piece(begin, sites[begin].sample) : Piece{};
  }
  constexpr void operator()(std::int64_t chunk, std::int64_t c) const { at(chunk)(c); }
};

/// The piece of a sample within the chunk that it begins in.
template <int D, class S>
struct SampleStartMaximum {
  ChunkMaximum<D, S> chunks;
  constexpr auto at(std::int64_t sample) const { return chunks.piece(chunks.first[sample], sample); }
  constexpr void operator()(std::int64_t sample, std::int64_t c) const { at(sample)(c); }
};

/// y = the maximum over the chunks of each sample.
template <class S>
struct FinishMaximum {
  MatrixView<const S> partial;
  MatrixView<S> y;
  const std::int64_t* first;
  constexpr void operator()(std::int64_t sample, std::int64_t c) const {
    const std::int64_t begin = first[sample], end = first[sample + 1];
    S largest = no_maximum<S>();
    for (std::int64_t chunk = begin / maximum_chunk; begin < end && chunk * maximum_chunk < end; ++chunk)
      take_larger(largest, partial(chunk + sample, c));
    y(sample, c) = maximum_or_zero(largest);
  }
};

template <int D, class S, class T>
struct GlobalPoolingBackward {
  Reduction reduction;
  const Site<D>* sites;
  const std::int64_t* first;
  MatrixView<const S> x, y, dy;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const std::int64_t sample = sites[row].sample;
    T gradient = static_cast<T>(dy(sample, c));
    if (reduction == Reduction::mean) gradient /= static_cast<T>(first[sample + 1] - first[sample]);
    if (reduction == Reduction::max && !(x(row, c) == y(sample, c))) gradient = T{};
    store(dx(row, c), static_cast<S>(gradient), write);
  }
};

}  // namespace detail

/// samples x channels: y(s) = sum, mean or maximum of x over the active sites of sample s, and 0 for a sample without
/// sites. The maximum is the true one and may be negative, passes over NaN, and gives the whole gradient to every row
/// equal to it, as MaxPooling does with Over::active. A sample's bits do not depend on the batch around it. O(rows)
/// each way. What SparseConvNet's ActivePooling was meant to be.
class GlobalPooling {
 public:
  explicit GlobalPooling(Reduction reduction = Reduction::mean) : reduction_(reduction) {}

  static std::string name() { return "GlobalPooling"; }

  template <int D, Device Dev>
  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    using S = typename Dev::Scalar;
    using T = typename Dev::Accumulator;
    detail::require_distinct(name(), x);
    Dev& device = x.device();
    const std::int64_t samples = x.samples();
    Buffer<std::int64_t, Dev> first(device, samples + 1);
    parallel_for(device, Rows{samples + 1}, detail::FindSample<D>{x.sites->data(), x.rows(), first.data()});

    Matrix<Dev> y(device, samples, x.channels());
    const auto values = std::as_const(x.features.value()).view();
    if (reduction_ == Reduction::max) {
      const std::int64_t chunks = (x.rows().bound + detail::maximum_chunk - 1) / detail::maximum_chunk;
      Matrix<Dev> partial(device, chunks + samples, x.channels());
      const detail::ChunkMaximum<D, S> maximum{x.sites->data(), first.data(), values, partial.view()};
      parallel_for(device, Rows{chunks}, x.channels(), maximum);
      parallel_for(device, Rows{samples}, x.channels(), detail::SampleStartMaximum<D, S>{maximum});
      parallel_for(device, y.rows(), y.channels(),
                   detail::FinishMaximum<S>{std::as_const(partial).view(), y.view(), first.data()});
    } else {
      Matrix<Dev, T> sums(device, samples, x.channels());
      reduce(device, x.rows(), x.channels(), Segments{samples, first.data()}, detail::Element<S, T>{values}, sums);
      parallel_for(
          device, y.rows(), y.channels(),
          detail::FinishSums<S, T>{std::as_const(sums).view(), y.view(), first.data(), reduction_ == Reduction::mean});
    }

    const bool record = is_recording(tape, x.features.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([reduction = reduction_, from = x.features, sites = x.sites, first = std::move(first), result] {
        if (!result.has_gradient()) return;
        const auto [dx, write] = from.contribute();
        parallel_for(from.device(), from.rows(), from.channels(),
                     detail::GlobalPoolingBackward<D, S, T>{
                         reduction, sites->data(), first.data(), std::as_const(from.value()).view(),
                         std::as_const(result.value()).view(), result.gradient().view(), dx.view(), write});
      });
    return result;
  }

 private:
  Reduction reduction_;
};

}  // namespace scn

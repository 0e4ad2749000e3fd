// The weights of a convolution as the kernels of the CPU read them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scn/cpu/device.hpp"
#include "scn/cpu/row_kernel.hpp"

namespace scn::cpu {

/// A matrix as floats, rounded to bfloat16 where it is not: for kernels that know nothing of such numbers.
template <class S>
struct RoundElements {
  MatrixView<const S> from;
  MatrixView<float> to;
  void operator()(std::int64_t row, std::int64_t c) const { to(row, c) = bfloat16(from(row, c)); }
};
template <class S>
Matrix<CpuDevice<bfloat16>, float> rounded_floats(CpuDevice<bfloat16>& device, MatrixView<const S> from) {
  Matrix<CpuDevice<bfloat16>, float> to(device, from.rows.bound, from.channels);
  parallel_for(device, from.rows, from.channels, RoundElements<S>{from, to.view()});
  return to;
}

/// One matrix a tap and group for rows of S, depth x columns, columns in whole vectors: a convolution's weights where
/// they lie, or a padded, rounded or, for the way back, transposed copy.
template <class S, class T>
class KernelWeights {
  using A = typename CpuDevice<T>::Accumulator;
  static constexpr std::int64_t step = sizeof(Factor<S>) / sizeof(S);

 public:
  KernelWeights(CpuDevice<T>& device, Instructions set, const typename CpuDevice<T>::Weights& weights, bool transposed)
      : groups_(weights.groups),
        depth_(transposed ? weights.group_out() : weights.group_in()),
        columns_(padded<A>(set, transposed ? weights.group_in() : weights.group_out())) {
    const std::int64_t in = weights.group_in(), out = weights.group_out(), there = transposed ? in : out;
    if constexpr (step == 1) {
      data_ = weights.data;
      if (!transposed && columns_ == out) return;
    }
    copy_ = Buffer<Factor<S>, CpuDevice<T>>(device, weights.taps * groups_ * size());
    data_ = copy_.data();
    const std::int64_t down = transposed ? 1 : out, across = transposed ? out : 1;
    parallel(device.threads, weights.taps * groups_, [&](std::int64_t matrix) {
      const A* from = weights.data + matrix * in * out;
      Factor<S>* to = copy_.data() + matrix * size();
      for (std::int64_t k = 0; k < depth_; k += step, from += step * down, to += columns_) {
        const bool last = k + 1 == depth_;
        for (std::int64_t c = 0; c < there; ++c)
          to[c] = factor(from + c * across, last ? nullptr : from + c * across + down);
        std::fill(to + there, to + columns_, Factor<S>{});
      }
    });
  }

  std::int64_t columns() const { return columns_; }
  KernelMatrix<S> at(std::int64_t tap, std::int64_t group) const {
    return {data_ + (tap * groups_ + group) * size(), columns_, depth_, columns_};
  }

 private:
  std::int64_t size() const { return (depth_ + step - 1) / step * columns_; }
  static Factor<S> factor(const A* first, [[maybe_unused]] const A* second) {
    if constexpr (step == 1)
      return *first;
    else
      return pair_of(S(*first), S(second == nullptr ? A{} : *second));
  }

  std::int64_t groups_, depth_, columns_;
  const Factor<S>* data_ = nullptr;
  Buffer<Factor<S>, CpuDevice<T>> copy_;
};

}  // namespace scn::cpu

// Dropout of whole channels, the same ones for every row of a batch.
#pragma once

#include <string>

#include "scn/layers/dropout.hpp"

namespace scn {

namespace detail {

template <class T>
struct ChannelNoise {
  Keep keep;
  MatrixView<T> noise;
  constexpr void operator()(std::int64_t, std::int64_t c) const {
    noise(0, c) = static_cast<T>(keep(static_cast<std::uint64_t>(c)));
  }
};

template <class T>
struct ScaleChannels {
  MatrixView<const T> x, noise, from;
  T leakiness;
  MatrixView<T> to;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T factor = x(row, c) > T{} ? noise(0, c) : leakiness * noise(0, c);
    store(to(row, c), factor * from(row, c), write);
  }
};

}  // namespace detail

/// y = noise(c) x for x > 0, else leakiness noise(c) x. The noise is 1 x channels, and a constant for the gradient: the
/// reference's BatchwiseMultiplicativeDropout.
template <Device Dev>
Variable<Dev> batchwise_multiplicative_dropout(const Variable<Dev>& x, const Variable<Dev>& noise, double leakiness = 1,
                                               Tape* tape = nullptr) {
  require(noise.rows().bound == 1 && (noise.channels() == x.channels() || x.rows().bound == 0),
          "batchwise_multiplicative_dropout: the noise is ", noise.rows().bound, " x ", noise.channels(),
          ", expected 1 x ", x.channels());
  using Scale = detail::ScaleChannels<typename Dev::Scalar>;
  const auto slope = static_cast<typename Dev::Scalar>(leakiness);
  const auto values = std::as_const(x.value()).view();
  Matrix<Dev> y(x.device(), x.rows().bound, x.channels());
  parallel_for(x.device(), x.rows(), x.channels(),
               Scale{values, std::as_const(noise.value()).view(), values, slope, y.view(), Write::assign});
  const bool record = is_recording(tape, x.needs_gradient());
  Variable<Dev> result(std::move(y), record);
  if (record)
    tape->record([x, noise, slope, result] {
      if (!result.has_gradient()) return;
      const auto [dx, write] = x.contribute();
      parallel_for(x.device(), x.rows(), x.channels(),
                   Scale{std::as_const(x.value()).view(), std::as_const(noise.value()).view(), result.gradient().view(),
                         slope, dx.view(), write});
    });
  return result;
}

/// The same on the rows of a sparse tensor.
template <int D, Device Dev>
SparseTensor<D, Dev> batchwise_multiplicative_dropout(const SparseTensor<D, Dev>& x, const Variable<Dev>& noise,
                                                      double leakiness = 1, Tape* tape = nullptr) {
  return x.with(batchwise_multiplicative_dropout(x.features, noise, leakiness, tape));
}

/// Training: each channel is kept for all rows of all samples with probability 1 - p, else 0. Otherwise: y = (1 - p) x.
/// The draw is Philox(seed of the device, draw, channel). A leakiness other than 1 makes a leaky rectifier of it too.
/// Graham, Reizenstein and Robinson, arXiv 1502.02478.
class BatchwiseDropout : public RowLayer<BatchwiseDropout> {
 public:
  explicit BatchwiseDropout(double p = 0.5, double leakiness = 1) : p_(p), leakiness_(leakiness) {
    require(p >= 0 && p <= 1, name(), ": the probability must lie in [0, 1], got ", p);
  }

  static std::string name() { return "BatchwiseDropout"; }

  using RowLayer<BatchwiseDropout>::operator();
  template <Device Dev>
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    Dev& device = x.device();
    const bool training = is_training(tape);
    Matrix<Dev> noise(device, 1, x.channels());
    parallel_for(device, Rows{1}, x.channels(),
                 detail::ChannelNoise<typename Dev::Scalar>{
                     {p_, training, device.seed, training ? tape->draw(device) : 0}, noise.view()});
    return batchwise_multiplicative_dropout(x, Variable<Dev>(std::move(noise)), leakiness_, tape);
  }

 private:
  double p_, leakiness_;
};

}  // namespace scn

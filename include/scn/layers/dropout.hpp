// Dropout as the reference does it: not rescaled in training, scaled in inference.
#pragma once

#include "scn/autograd/tape.hpp"
#include "scn/core/random.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

/// Training: each element is kept with probability 1 - p, else 0. Otherwise: y = (1 - p) x. The draw is
/// Philox(seed of the device, draw, row * channels + channel), so the backward pass repeats it and stores no mask.
class Dropout : public RowLayer<Dropout> {
 public:
  explicit Dropout(double p = 0.5) : p_(p) {
    require(p >= 0 && p <= 1, "Dropout: the probability must lie in [0, 1], got ", p);
  }

  using RowLayer<Dropout>::operator();
  template <Device Dev>
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    using T = typename Dev::Scalar;
    struct Mask {
      MatrixView<const T> from;
      MatrixView<T> to;
      Write write;
      double p;
      bool training;
      std::uint64_t seed, draw;
      constexpr void operator()(std::int64_t row, std::int64_t c) const {
        const auto element = static_cast<std::uint64_t>(row * from.channels + c);
        const double factor = training ? (uniform(seed, draw, element) < p ? 0.0 : 1.0) : 1.0 - p;
        store(to(row, c), static_cast<T>(factor) * from(row, c), write);
      }
    };
    Dev& device = x.device();
    const bool training = is_training(tape);
    Mask mask{std::as_const(x.value()).view(),  {}, Write::assign, p_, training, device.seed,
              training ? tape->draw(device) : 0};
    Matrix<Dev> y(device, x.rows().bound, x.channels());
    mask.to = y.view();
    parallel_for(device, x.rows(), x.channels(), mask);
    const bool record = is_recording(tape, x.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([mask, x, result]() mutable {
        if (!result.has_gradient()) return;
        const auto [dx, write] = x.contribute();
        mask.from = result.gradient().view();
        mask.to = dx.view();
        mask.write = write;
        parallel_for(x.device(), x.rows(), x.channels(), mask);
      });
    return result;
  }

 private:
  double p_;
};

}  // namespace scn

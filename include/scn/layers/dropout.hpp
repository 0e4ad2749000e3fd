// Dropout as the reference does it: not rescaled in training, scaled in inference.
#pragma once

#include <string>

#include "scn/autograd/tape.hpp"
#include "scn/core/random.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

namespace detail {

/// The factor of one number: 0 or 1 by the draw in training, otherwise its mean.
struct Keep {
  double p;
  bool training;
  std::uint64_t seed, draw;
  constexpr double operator()(std::uint64_t element) const {
    return training ? (uniform(seed, draw, element) < p ? 0.0 : 1.0) : 1.0 - p;
  }
};

template <class T>
struct DropElements {
  Keep keep;
  MatrixView<const T> from;
  MatrixView<T> to;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const double factor = keep(static_cast<std::uint64_t>(row * from.channels + c));
    store(to(row, c), static_cast<T>(factor) * from(row, c), write);
  }
};

}  // namespace detail

/// Training: each element is kept with probability 1 - p, else 0. Otherwise: y = (1 - p) x. The draw is
/// Philox(seed of the device, draw, row * channels + channel), so the backward pass repeats it and stores no mask; a
/// sample's mask depends on the rows before it in the batch. Srivastava et al., JMLR 15, 2014.
class Dropout : public RowLayer<Dropout> {
 public:
  explicit Dropout(double p = 0.5) : p_(p) {
    require(p >= 0 && p <= 1, name(), ": the probability must lie in [0, 1], got ", p);
  }

  static std::string name() { return "Dropout"; }

  using RowLayer<Dropout>::operator();
  template <Device Dev>
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    Dev& device = x.device();
    const bool training = is_training(tape);
    const detail::Keep keep{p_, training, device.seed, training ? tape->draw(device) : 0};
    Matrix<Dev> y(device, x.rows().bound, x.channels());
    drop(keep, x.value(), y, Write::assign);
    const bool record = is_recording(tape, x.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([keep, x, result] {
        if (!result.has_gradient()) return;
        const auto [dx, write] = x.contribute();
        drop(keep, result.gradient(), dx, write);
      });
    return result;
  }

 private:
  template <Device Dev>
  static void drop(const detail::Keep& keep, const Matrix<Dev>& from, Matrix<Dev>& to, Write write) {
    parallel_for(to.device(), to.rows(), to.channels(),
                 detail::DropElements<typename Dev::Scalar>{keep, from.view(), to.view(), write});
  }

  double p_;
};

}  // namespace scn

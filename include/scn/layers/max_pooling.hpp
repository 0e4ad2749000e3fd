// Max pooling as the reference defines it: never below zero.
#pragma once

#include "scn/layers/pooling.hpp"

namespace scn {

/// y(o) = max(0, max of x over the active sites of the window). NaN is passed over. The gradient goes to every input
/// equal to the output. Drops the first `drop` channels.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class MaxPooling {
  using S = typename Dev::Scalar;

 public:
  MaxPooling(Dev&, const Point<D>& size, const Point<D>& stride, std::int64_t drop = 0)
      : window_(in_layer(name(), [&] { return strided_window(size, stride); })), drop_(drop) {
    require(drop >= 0, name(), ": the number of dropped channels is negative: ", drop);
  }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    const std::int64_t channels = pooled_channels(name(), x.features, drop_);
    const auto level = in_layer(name(), [&] { return x.rulebook->strided(x.sites, window_); });
    Dev& device = x.device();
    Matrix<Dev> y(device, level.sites->rows().bound, channels);
    fold(device, level.map.rules(), channels, Maximum{std::as_const(x.features.value()).view(), y.view(), drop_});
    const bool record = is_recording(tape, x.features.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([from = x.features, map = level.map, drop = drop_, result] {
        if (!result.has_gradient()) return;
        auto [dx, write] = from.contribute();
        if (drop > 0 && write == Write::assign) {
          dx.set_zero();
          write = Write::add;
        }
        fold(from.device(), map.transposed(), result.channels(),
             Gradient{std::as_const(from.value()).view(), std::as_const(result.value()).view(),
                      result.gradient().view(), dx.view(), drop, write});
      });
    return {std::move(result), level.sites, x.rulebook};
  }

  Point<D> input_size(const Point<D>& out) const {
    return in_layer(name(), [&] { return input_extent(out, window_); });
  }

 private:
  static std::string name() { return message("MaxPooling<", D, ">"); }

  struct Maximum {
    MatrixView<const S> x;
    MatrixView<S> y;
    std::int64_t drop;
    constexpr S start(std::int64_t, std::int64_t) const { return S{}; }
    constexpr void step(S& largest, std::int64_t, std::int64_t in, std::int64_t c) const {
      const S value = x(in, c + drop);
      if (value > largest) largest = value;
    }
    constexpr void finish(S largest, std::int64_t out, std::int64_t c) const { y(out, c) = largest; }
  };
  struct Gradient {  // folds over the transposed map: its outputs are the inputs of the layer
    struct Sum {
      typename Dev::Accumulator gradient;
      S input;
    };
    MatrixView<const S> x, y, dy;
    MatrixView<S> dx;
    std::int64_t drop;
    Write write;
    constexpr Sum start(std::int64_t row, std::int64_t c) const { return {{}, x(row, c + drop)}; }
    constexpr void step(Sum& sum, std::int64_t, std::int64_t out, std::int64_t c) const {
      if (sum.input == y(out, c)) sum.gradient += static_cast<typename Dev::Accumulator>(dy(out, c));
    }
    constexpr void finish(const Sum& sum, std::int64_t row, std::int64_t c) const {
      store(dx(row, c + drop), static_cast<S>(sum.gradient), write);
    }
  };

  Window<D> window_;
  std::int64_t drop_;
};

}  // namespace scn

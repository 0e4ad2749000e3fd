// What all element-wise activations share: y = f(x), dx = dy f'(x, y).
#pragma once

#include <string>

#include "scn/autograd/tape.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

namespace detail {

template <class Function, class S, class T>
struct Activate {
  Function function;
  MatrixView<const S> x;
  MatrixView<S> y;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    y(row, c) = static_cast<S>(function(static_cast<T>(x(row, c))));
  }
};

template <class Function, class S, class T>
struct ActivateBackward {
  Function function;
  MatrixView<const S> x, y, dy;
  MatrixView<S> dx;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T slope = function.slope(static_cast<T>(x(row, c)), static_cast<T>(y(row, c)));
    store(dx(row, c), static_cast<S>(static_cast<T>(dy(row, c)) * slope), write);
  }
};

}  // namespace detail

/// Function is trivially copyable, no local type, and has `constexpr T operator()(T x) const` and `constexpr T slope(T
/// x, T y) const`. Computed in the accumulator of the device. One pass over memory each way; keeps x and y for the
/// backward pass.
template <class Function>
class Activation : public RowLayer<Activation<Function>> {
 public:
  Activation() = default;
  explicit Activation(Function function) : function_(function) {}

  static std::string name() { return "Activation"; }

  using RowLayer<Activation<Function>>::operator();
  template <Device Dev>
  Variable<Dev> operator()(const Variable<Dev>& x, Tape* tape = nullptr) const {
    using S = typename Dev::Scalar;
    using T = typename Dev::Accumulator;
    Matrix<Dev> y(x.device(), x.rows().bound, x.channels());
    parallel_for(x.device(), x.rows(), x.channels(),
                 detail::Activate<Function, S, T>{function_, std::as_const(x.value()).view(), y.view()});
    const bool record = is_recording(tape, x.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([function = function_, x, result] {
        if (!result.has_gradient()) return;
        const auto [dx, write] = x.contribute();
        parallel_for(x.device(), x.rows(), x.channels(),
                     detail::ActivateBackward<Function, S, T>{function, std::as_const(x.value()).view(),
                                                              std::as_const(result.value()).view(),
                                                              result.gradient().view(), dx.view(), write});
      });
    return result;
  }

 private:
  Function function_{};
};

}  // namespace scn

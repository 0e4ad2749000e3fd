// Shape context: the features of all neighbours side by side.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

#include "scn/autograd/tape.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

namespace detail {

/// y(out, tap * channels + c) = x(in, c), where y is zero so far. Starts as the place of tap 0.
template <class S>
struct CopyNeighbours {
  MatrixView<const S> x;
  MatrixView<S> y;
  constexpr S* start(std::int64_t out, std::int64_t c) const { return &y(out, c); }
  constexpr void step(S* to, std::int64_t tap, std::int64_t in, std::int64_t c) const {
    to[tap * x.channels] = x(in, c);
  }
  constexpr void finish(S*, std::int64_t, std::int64_t) const {}
};

/// Folds over the transposed map: dx(in, c) = sum of dy(out, tap * channels + c).
template <class S, class T>
struct SumFromNeighbours {
  MatrixView<const S> dy;
  MatrixView<S> dx;
  Write write;
  constexpr T start(std::int64_t, std::int64_t) const { return T{}; }
  constexpr void step(T& sum, std::int64_t tap, std::int64_t out, std::int64_t c) const {
    sum += static_cast<T>(dy(out, tap * dx.channels + c));
  }
  constexpr void finish(T sum, std::int64_t in, std::int64_t c) const { store(dx(in, c), static_cast<S>(sum), write); }
};

}  // namespace detail

/// y(o, k * channels + c) = x(i, c) for the active neighbour i of o through tap k of a submanifold window, 0 where
/// there is none: a submanifold convolution whose weights are fixed to the identity, and which the reference cannot
/// run. Sites stay, or with a stride are floor(i / stride). No parameters. O(sites * taps * channels). Belongie, Malik
/// and Puzicha, "Shape context", 2000; Graham, Engelcke and van der Maaten, CVPR 2018.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class ShapeContext {
  using S = typename Dev::Scalar;

 public:
  using DeviceType = Dev;

  explicit ShapeContext(Dev& device, const Taps<D>& taps = 3)
      : ShapeContext(device, in_layer(name(), [&] { return submanifold_window(taps); })) {}
  template <std::same_as<Window<D>> Relation>
  ShapeContext(Dev&, const Relation& window) : window_(in_layer(name(), [&] { return checked(window); })) {}

  static std::string name() { return message("ShapeContext<", D, ">"); }
  const Window<D>& window() const { return window_; }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    Dev& device = x.device();
    const auto level = in_layer(name(), [&] { return x.rulebook->centred(x.sites, window_); });
    auto y = in_layer(name(), [&] {
      const std::int64_t channels = checked_bytes(window_.volume(), x.channels(), 1);
      return Matrix<Dev>::zeros(device, level.sites->rows().bound, channels);
    });
    fold(device, level.map.rules(), x.channels(),
         detail::CopyNeighbours<S>{std::as_const(x.features.value()).view(), y.view()});
    const bool record = is_recording(tape, x.features.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([from = x.features, map = level.map, result] {
        if (!result.has_gradient()) return;
        const auto [dx, write] = from.contribute();
        fold(from.device(), map.transposed(), from.channels(),
             detail::SumFromNeighbours<S, typename Dev::Accumulator>{result.gradient().view(), dx.view(), write});
      });
    return {std::move(result), level.sites, x.rulebook};
  }

  /// The extent of inputs that gives `out`.
  Point<D> input_size(const Point<D>& out) const {
    if (window_.stride == Point<D>(1)) return out;
    return in_layer(name(), [&] { return input_extent(out, window_); });
  }

 private:
  Window<D> window_;
};

}  // namespace scn

// Features at real points, interpolated between the sites around them: devoxelisation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "scn/autograd/tape.hpp"
#include "scn/geometry/real_points.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// What happens to a point without an active site near it: the call is refused, or the point gets zeros.
enum class Isolated { refused, zero };

namespace detail {

/// scales[point] = 1 / the sum of the shares of its active sites, 0 where there are none, or as good as none.
template <int D, class T>
struct ScaleShares {
  CornerShare<D, T> share;
  T* scales;
  constexpr T start(std::int64_t, std::int64_t) const { return T{}; }
  constexpr void step(T& sum, std::int64_t tap, std::int64_t, std::int64_t point, std::int64_t) const {
    sum += share(point, tap);
  }
  constexpr void finish(T sum, std::int64_t point, std::int64_t) const {
    scales[point] = sum >= std::numeric_limits<T>::min() ? T{1} / sum : T{};
  }
};

/// y(point) = scale * sum over the active sites around of share * x(site).
template <int D, class S, class T>
struct Interpolate {
  CornerShare<D, T> share;
  const T* scales;
  MatrixView<const S> x;
  MatrixView<S> y;
  constexpr T start(std::int64_t, std::int64_t) const { return T{}; }
  constexpr void step(T& sum, std::int64_t tap, std::int64_t in, std::int64_t point, std::int64_t c) const {
    sum += share(point, tap) * static_cast<T>(x(in, c));
  }
  constexpr void finish(T sum, std::int64_t point, std::int64_t c) const {
    y(point, c) = static_cast<S>(scales[point] * sum);
  }
};

/// Folds over the transposed map: dx(site) (+)= sum over the points around of scale * share * dy(point).
template <int D, class S, class T>
struct InterpolateBackward {
  CornerShare<D, T> share;
  const T* scales;
  MatrixView<const S> dy;
  MatrixView<S> dx;
  Write write;
  constexpr T start(std::int64_t, std::int64_t) const { return T{}; }
  constexpr void step(T& sum, std::int64_t tap, std::int64_t point, std::int64_t c) const {
    sum += scales[point] * share(point, tap) * static_cast<T>(dy(point, c));
  }
  constexpr void finish(T sum, std::int64_t row, std::int64_t c) const {
    store(dx(row, c), static_cast<S>(sum), write);
  }
};

}  // namespace detail

/// y(p) = sum of w(p, i) x(i) over the active sites i near point p, of p's sample: the 2^D around it with D-linear
/// weights, divided by their sum, so that sites that are not active do not count as zeros; or, for points made with
/// Nearness::site, x at the site that p lies in. A point has no neighbour where no site with a weight above 0 is
/// active, for Nearness::site where its own site is not. The gradient to x is the transposed sum; points get none. The
/// map is built once for the same points and sites: O(points 2^D) look-ups; a call costs O(pairs channels). Refusing
/// isolated points waits for the device in every call, Isolated::zero never waits.
template <int D, Device Dev = Cpu>
requires Dimension<D>
class Interpolation {
  using S = typename Dev::Scalar;
  using T = typename Dev::Accumulator;

 public:
  explicit Interpolation(Dev&, Isolated isolated = Isolated::refused) : isolated_(isolated) {}

  static std::string name() { return message("Interpolation<", D, ">"); }

  /// points x channels.
  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, const RealPoints<D, Dev>& points,
                           Tape* tape = nullptr) const {
    Dev& device = x.device();
    const auto map = in_layer(name(), [&] { return x.rulebook->onto(x.sites, points.lowest(), points.window()); });
    Buffer<T, Dev> scales(device, points.rows().bound);
    fold(device, map.rules(), 1, detail::ScaleShares<D, T>{points.share(), scales.data()});
    if (isolated_ == Isolated::refused) require_neighbours(scales.to_host(device));
    Matrix<Dev> y(device, points.rows().bound, x.channels());
    fold(device, map.rules(), x.channels(),
         detail::Interpolate<D, S, T>{points.share(), scales.data(), std::as_const(x.features.value()).view(),
                                      y.view()});
    const bool record = is_recording(tape, x.features.needs_gradient());
    Variable<Dev> result(std::move(y), record);
    if (record)
      tape->record([from = x.features, map, points, scales = std::move(scales), result] {
        if (!result.has_gradient()) return;
        const auto [dx, write] = from.contribute();
        fold(from.device(), map.transposed(), from.channels(),
             detail::InterpolateBackward<D, S, T>{points.share(), scales.data(), result.gradient().view(), dx.view(),
                                                  write});
      });
    return result;
  }

 private:
  static void require_neighbours(const std::vector<T>& scales) {
    for (std::size_t point = 0; point < scales.size(); ++point)
      require(scales[point] > T{}, name(), ": point ", point, " has no active site near it");
  }

  Isolated isolated_;
};

}  // namespace scn

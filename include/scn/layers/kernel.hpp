// Weights, bias and arithmetic that all convolutions share, on whatever map they are given.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scn/autograd/parameter.hpp"
#include "scn/autograd/tape.hpp"
#include "scn/core/random.hpp"
#include "scn/geometry/rules.hpp"
#include "scn/layers/row_layer.hpp"

namespace scn {

struct ConvolutionSettings {
  bool bias = true;
  int groups = 1;  ///< divides both channel counts; group j joins its share of the inputs to its share of the outputs
};

/// rows x channels of normal numbers with mean 0, drawn on the host.
template <Device Dev>
Variable<Dev, typename Dev::Accumulator> normal_parameter(Dev& device, std::int64_t rows, std::int64_t channels,
                                                          double deviation) {
  using T = typename Dev::Accumulator;
  checked_bytes(rows, channels, std::int64_t{sizeof(T)});
  std::vector<T> values(static_cast<std::size_t>(rows * channels));
  const std::uint64_t draw = device.next_draw();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<T>(deviation * normal(device.seed, draw, static_cast<std::uint64_t>(i)));
  return Variable<Dev, T>(Matrix<Dev, T>::from_host(device, rows, channels, std::span<const T>(values)), true);
}

/// A 1 x channels parameter of one number.
template <Device Dev>
Variable<Dev, typename Dev::Accumulator> constant_parameter(Dev& device, std::int64_t channels, double number,
                                                            bool trained = true) {
  using T = typename Dev::Accumulator;
  const std::vector<T> values(static_cast<std::size_t>(channels), static_cast<T>(number));
  return Variable<Dev, T>(Matrix<Dev, T>::from_host(device, 1, channels, std::span<const T>(values)), trained);
}

namespace detail {

/// Element (row, c) as a term of a sum in T.
template <class S, class T>
struct Element {
  MatrixView<const S> x;
  constexpr T operator()(std::int64_t row, std::int64_t c) const { return static_cast<T>(x(row, c)); }
};

}  // namespace detail

/// db (+)= column sums of dy.
template <Device Dev>
void backward_bias(const Matrix<Dev>& dy, const Variable<Dev, typename Dev::Accumulator>& bias) {
  using T = typename Dev::Accumulator;
  Matrix<Dev, T> sums(dy.device(), 1, dy.channels());
  reduce(dy.device(), dy.rows(), dy.channels(), Segments{}, detail::Element<typename Dev::Scalar, T>{dy.view()}, sums);
  const auto [to, write] = bias.contribute();
  Tape::add_to(to, sums, write);
}

/// Weight (taps, groups, in / groups, out / groups), drawn from N(0, 2 groups / (in taps)); bias (out), zero.
template <Device Dev>
class Kernel {
 public:
  Kernel(std::string_view layer, Dev& device, std::int64_t taps, std::int64_t in, std::int64_t out,
         const ConvolutionSettings& settings)
      : taps_(taps), groups_(settings.groups), in_(in), out_(out) {
    require(in >= 1 && out >= 1, layer, ": channels must be at least 1, got ", in, " and ", out);
    require(groups_ >= 1 && in % groups_ == 0 && out % groups_ == 0, layer, ": ", groups_,
            " groups do not divide the channels ", in, " and ", out);
    const double sources = static_cast<double>(in) * static_cast<double>(taps);
    const double deviation = std::sqrt(2.0 * static_cast<double>(groups_) / sources);
    weight_ = in_layer(layer, [&] {
      const std::int64_t matrix = checked_bytes(in / groups_, out / groups_, 1);
      return normal_parameter(device, taps * groups_, matrix, deviation);
    });
    if (settings.bias) bias_ = constant_parameter(device, out, 0.0);
  }

  std::int64_t in_channels() const { return in_; }
  std::int64_t out_channels() const { return out_; }

  /// y on the map's `rows` output rows. Keeps x and the map for the backward pass.
  Variable<Dev> operator()(const Variable<Dev>& x, const MapView<Dev>& map, std::int64_t rows, Tape* tape) const {
    Dev& device = x.device();
    const bool trains = weight_.needs_gradient() || (bias_ && bias_.needs_gradient());
    const bool record = is_recording(tape, x.needs_gradient() || trains);
    Epilogue<typename Dev::Accumulator, typename Dev::Scalar> finish;
    if (bias_) finish.shift = bias_.value().view().data;
    const auto weights = prepare(device, weight_.value(), taps_, groups_, in_, out_);
    Matrix<Dev> y(device, rows, out_);
    convolve(device, x.value(), weights, map.rules(), finish, y);
    if (tape != nullptr && tape->log() != nullptr) tape->log()->count(counts(map.rules().size(), rows));
    Variable<Dev> result(std::move(y), record);
    if (record) tape->record([kernel = *this, x, map, result] { kernel.backward(x, map, result); });
    return result;
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    into.push_back({prefix + "weight", weight_, {taps_, groups_, in_ / groups_, out_ / groups_}});
    if (bias_) into.push_back({prefix + "bias", bias_, {out_}});
  }

 private:
  Counts counts(std::int64_t pairs, std::int64_t rows) const {
    return {pairs, pairs * in_ * (out_ / groups_), rows * out_};
  }
  void backward(const Variable<Dev>& x, const MapView<Dev>& map, const Variable<Dev>& y) const {
    if (!y.has_gradient()) return;
    Dev& device = x.device();
    const Matrix<Dev>& dy = y.gradient();
    if (bias_ && bias_.needs_gradient()) backward_bias(dy, bias_);
    if (weight_.needs_gradient()) {
      const auto [dw, write] = weight_.contribute();
      if (x.rows().bound == 0) {  // no pair at all, and x may have any channel count
        if (write == Write::assign) dw.set_zero();
      } else {
        convolve_backward_weight(device, x.value(), dy, map.rules(), groups_, dw, write);
      }
    }
    if (x.needs_gradient()) {
      const auto [dx, write] = x.contribute();
      const auto weights = prepare(device, weight_.value(), taps_, groups_, in_, out_);
      convolve_backward_input(device, dy, weights, map.transposed(), dx, write);
    }
  }

  std::int64_t taps_, groups_, in_, out_;
  Variable<Dev, typename Dev::Accumulator> weight_, bias_;
};

}  // namespace scn

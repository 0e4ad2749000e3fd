// Spectral normalisation: a layer whose weight is divided by its largest singular value.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/kernel.hpp"
#include "scn/layers/layer.hpp"
#include "scn/layers/power_iteration.hpp"

namespace scn {

struct SpectralNormSettings {
  int power_iterations = 1;  ///< in each training pass
  double eps = 1e-12;        ///< the least length by which a vector is divided
  double norm = 1;           ///< what the largest singular value becomes
};

namespace detail {

template <class T>
struct NormalizeWeight {
  MatrixView<const T> original, sigma;
  T norm;
  MatrixView<T> weight;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    weight(row, c) = original(row, c) * (norm / sigma(0, 0));
  }
};

template <class T>
struct NormalizeWeightBackward {  // doriginal = norm / sigma (dweight - <dweight, original> / sigma v u^T)
  Unfolded<const T> dweight;
  MatrixView<const T> product, sigma, u, v;
  T norm;
  Unfolded<T> doriginal;
  Write write;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T along = product(0, 0) / sigma(0, 0) * v(row, 0) * u(0, c);
    store(doriginal(row, c), norm / sigma(0, 0) * (dweight(row, c) - along), write);
  }
};

template <class T>
struct Exchange {
  MatrixView<T> left, right;
  constexpr void operator()(std::int64_t row, std::int64_t c) const {
    const T value = left(row, c);
    left(row, c) = right(row, c);
    right(row, c) = value;
  }
};

}  // namespace detail

/// The layer with weight = weight_orig norm / sigma: sigma = v^T W u is the largest singular value of W, weight_orig as
/// a matrix of all dimensions by the last, and u and v are singular vectors that power iterations improve. A training
/// pass iterates, writes the weight and sends the gradient on to weight_orig, u and v being constants. Otherwise the
/// last weight is used as it is, at first the layer's own. A pass that leaves statistics alone keeps u and v.
///
/// Shares its variables with the layer, which has a parameter named "weight". Names are the reference's: "weight_orig"
/// is trained, "weight" and "weight_u" (length: the last dimension) are buffers. A weight of zeros gives NaN. Costs a
/// few passes over the weight. Miyato et al., ICLR 2018, algorithm 1.
template <class Layer>
class SpectralNorm {
  using Dev = typename Layer::DeviceType;
  using T = typename Dev::Accumulator;

 public:
  using DeviceType = Dev;

  explicit SpectralNorm(Layer layer, const SpectralNormSettings& settings = {})
      : layer_(std::move(layer)), settings_(settings) {
    require(settings.power_iterations >= 1 && settings.eps > 0, name(),
            ": expected at least 1 power iteration and a positive eps, got ", settings.power_iterations, " and ",
            settings.eps);
    std::vector<Parameter<Dev>> all;
    layer_parameters(layer_, "", all);
    const auto found =
        std::find_if(all.begin(), all.end(), [](const auto& each) { return each.name == "weight" && each.trained; });
    require(found != all.end(), name(), ": ", layer_name(layer_), " has no trained parameter named weight");
    weight_ = found->variable;
    shape_ = found->shape;
    original_ = Variable<Dev, T>(weight_.value().copy(), weight_.needs_gradient());
    weight_.set_needs_gradient(false);
    u_ = normal_parameter(weight_.device(), 1, shape_.back(), 1.0);
    u_.set_needs_gradient(false);
    divide_by_length(u_.value(), settings.eps);
    Matrix<Dev, T> v = times_right(original(), u_.value());
    divide_by_length(v, settings.eps);
    v_ = Variable<Dev, T>(std::move(v));
  }

  static std::string name() { return "SpectralNorm"; }

  template <class X>
  auto operator()(const X& x, Tape* tape = nullptr) const -> decltype(std::declval<const Layer&>()(x, tape)) {
    if (!is_training(tape)) return layer_(x, tape);
    const auto call = std::make_shared<Call>(prepared(x.device(), tape->pass().update_statistics));
    const bool record = tape->pass().record;
    exchange(*call);
    weight_.set_needs_gradient(record && original_.needs_gradient());
    if (record) tape->record([layer = *this, call] { layer.after_backward(*call); });
    try {
      auto y = layer_(x, tape);
      weight_.set_needs_gradient(false);
      keep(*call);
      if (record) tape->record([layer = *this, call] { layer.before_backward(*call); });
      return y;
    } catch (...) {
      weight_.set_needs_gradient(false);
      exchange(*call);
      throw;
    }
  }

  template <int D>
  Point<D> input_size(const Point<D>& out) const {
    return layer_input_size(layer_, out);
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    std::vector<Parameter<Dev>> all;
    layer_parameters(layer_, prefix, all);
    for (Parameter<Dev>& parameter : all)
      if (!parameter.variable.same(weight_)) into.push_back(std::move(parameter));
    into.push_back({prefix + "weight_orig", original_, shape_});
    into.push_back({prefix + "weight", weight_, shape_, false});
    into.push_back({prefix + "weight_u", u_, {shape_.back()}, false});
  }

 private:
  /// What the gradient needs of a pass. `weight` is that pass's own while another one is in the layer.
  struct Call {
    SingularVectors<Dev, T> vectors;
    Matrix<Dev, T> sigma, weight;
    bool entered = false;  ///< by the backward pass
  };

  Unfolded<const T> original() const { return {std::as_const(original_.value()).view(), shape_.back()}; }
  T norm() const { return static_cast<T>(settings_.norm); }

  static Matrix<Dev, T> copied(Dev& device, const Matrix<Dev, T>& from) {
    Matrix<Dev, T> copy(device, from.rows().bound, from.channels());
    Tape::add_to(copy, from, Write::assign);
    return copy;
  }

  /// The next vectors, or the last ones, and the weight that they make; all on the device of the pass.
  Call prepared(Dev& device, bool improve) const {
    SingularVectors<Dev, T> vectors{copied(device, u_.value()), copied(device, v_.value())};
    for (int i = 0; improve && i < settings_.power_iterations; ++i) vectors.improve(original(), settings_.eps);
    Matrix<Dev, T> sigma = vectors.value(original());
    Matrix<Dev, T> weight(device, weight_.rows().bound, weight_.channels());
    parallel_for(device, weight.rows(), weight.channels(),
                 detail::NormalizeWeight<T>{std::as_const(original_.value()).view(), std::as_const(sigma).view(),
                                            norm(), weight.view()});
    return {std::move(vectors), std::move(sigma), std::move(weight)};
  }

  void exchange(Call& call) const {
    parallel_for(call.weight.device(), call.weight.rows(), call.weight.channels(),
                 detail::Exchange<T>{call.weight.view(), weight_.value().view()});
  }

  void keep(Call& call) const {
    Tape::add_to(u_.value(), call.vectors.u, Write::assign);
    Tape::add_to(v_.value(), call.vectors.v, Write::assign);
    Tape::add_to(call.weight, weight_.value(), Write::assign);
  }

  // The layer's own step comes between these two, so that it finds the weight of its pass and leaves that one's
  // gradient, whatever passes there were since.
  void before_backward(Call& call) const {
    call.entered = true;
    exchange(call);
    weight_.set_needs_gradient(original_.needs_gradient());
  }
  void after_backward(Call& call) const {
    if (!call.entered) return;  // the layer had refused its input
    weight_.set_needs_gradient(false);
    exchange(call);
    if (!weight_.has_gradient()) return;
    Dev& device = call.weight.device();
    const Unfolded<const T> dweight{weight_.gradient().view(), shape_.back()};
    const Matrix<Dev, T> product = inner_product(device, dweight, original());
    const auto [doriginal, write] = original_.contribute();
    parallel_for(device, Rows{dweight.rows()}, shape_.back(),
                 detail::NormalizeWeightBackward<T>{dweight,
                                                    product.view(),
                                                    std::as_const(call.sigma).view(),
                                                    std::as_const(call.vectors.u).view(),
                                                    std::as_const(call.vectors.v).view(),
                                                    norm(),
                                                    {doriginal.view(), shape_.back()},
                                                    write});
    weight_.clear_gradient();
  }

  Layer layer_;
  SpectralNormSettings settings_;
  std::vector<std::int64_t> shape_;
  Variable<Dev, T> original_, weight_, u_, v_;
};

/// SpectralNorm as the reference calls it.
template <class Layer>
SpectralNorm<Layer> spectral_norm(Layer layer, const SpectralNormSettings& settings = {}) {
  return SpectralNorm<Layer>(std::move(layer), settings);
}

}  // namespace scn

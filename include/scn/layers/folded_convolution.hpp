// A convolution, or a linear layer of every row, that does in one pass what follows it in inference.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/channel_map.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/windowed_kernel.hpp"

namespace scn {

/// y = z for z > 0 and slope z elsewhere, with z = layer(x) + residual; norms are folded into the layer's weights and
/// bias. Parameters have the names of the layer's; they are not trained, and are the layer's own until something is
/// folded into them. Has no gradient.
template <int D, Device Dev = Cpu>
class FoldedConvolution {
  using T = typename Dev::Accumulator;

 public:
  using DeviceType = Dev;
  using Tensor = SparseTensor<D, Dev>;

  /// A convolution on a map, whose level(x) gives the map.
  template <class Layer>
  requires requires(const Layer& layer, const Tensor& x) { layer.level(x); }
  explicit FoldedConvolution(const Layer& layer)
      : FoldedConvolution(AnyLayer<D, Dev>(layer), [layer](const Tensor& x) { return layer.level(x); }) {}
  explicit FoldedConvolution(const NetworkInNetwork<Dev>& layer) : FoldedConvolution(AnyLayer<D, Dev>(layer), {}) {}

  Dev& device() const { return weight_.device(); }
  /// Whether followed_by() takes any map; after a rectifier nothing can be folded.
  bool is_linear() const { return slope_ == 1; }

  bool fits(const ChannelMap& map) const {
    return map.scale.empty() || static_cast<std::int64_t>(map.scale.size()) == out_;
  }

  /// This layer and then the map, in one pass. The weights are the layer's times the scale, computed in double. Of a
  /// linear layer only. Waits for the device.
  FoldedConvolution followed_by(const ChannelMap& map) const {
    require(is_linear(), name(), ": nothing can be folded into a layer that rectifies");
    FoldedConvolution result = *this;
    result.slope_ = static_cast<T>(map.slope);
    if (map.scale.empty()) return result;
    const auto values = weight_.value().to_host();
    std::vector<double> weight(values.begin(), values.end()), bias(map.scale.size(), 0.0);
    if (bias_) {
      const auto own = bias_.value().to_host();
      bias.assign(own.begin(), own.end());
    }
    const auto group_out = static_cast<std::size_t>(out_ / groups_),
               matrix = static_cast<std::size_t>(in_ / groups_) * group_out;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      const std::size_t group = i / matrix % static_cast<std::size_t>(groups_);
      weight[i] *= map.scale[group * group_out + i % group_out];
    }
    for (std::size_t c = 0; c < bias.size(); ++c) bias[c] = map.scale[c] * (bias[c] - map.mean[c]) + map.shift[c];
    result.weight_ = untrained(weight_.rows().bound, weight_.channels(), weight);
    result.bias_ = untrained(1, out_, bias);
    return result;
  }

  Tensor operator()(const Tensor& x, Tape* tape = nullptr) const { return run(x, nullptr, tape); }
  /// With a residual on the sites of the outputs, of as many channels.
  Tensor operator()(const Tensor& x, const Tensor& residual, Tape* tape = nullptr) const {
    return run(x, &residual, tape);
  }

  Point<D> input_size(const Point<D>& out) const { return layer_.input_size(out); }
  std::string name() const { return layer_.name(); }
  std::int64_t out_channels() const { return out_; }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    into.push_back({prefix + "weight", weight_, shape_, false});
    if (bias_) into.push_back({prefix + "bias", bias_, {out_}, false});
  }

 private:
  using FindLevel = std::function<Level<D, Dev>(const Tensor&)>;

  FoldedConvolution(AnyLayer<D, Dev> layer, FindLevel find) : layer_(std::move(layer)), find_(std::move(find)) {
    std::vector<Parameter<Dev>> all;
    layer_.parameters("", all);
    weight_ = all.at(0).variable;
    shape_ = all.at(0).shape;
    if (all.size() > 1) bias_ = all.at(1).variable;
    if (find_) {
      taps_ = shape_[0];
      groups_ = shape_[1];
    }
    in_ = groups_ * shape_[shape_.size() - 2];
    out_ = groups_ * shape_.back();
  }

  Variable<Dev, T> untrained(std::int64_t rows, std::int64_t channels, const std::vector<double>& numbers) const {
    return Variable<Dev, T>(
        Matrix<Dev, T>::from_host(weight_.device(), rows, channels, std::span<const double>(numbers)));
  }

  Tensor run(const Tensor& x, const Tensor* residual, Tape* tape) const {
    const auto name = [this] { return this->name(); };
    require(tape == nullptr || !tape->pass().record, name,
            ": what is folded for inference has no gradient, and this pass is recorded");
    require_channels(name, x.features, in_);
    std::optional<Level<D, Dev>> level;
    if (find_) level = in_layer(name, [&] { return find_(x); });
    const auto& sites = level ? level->sites : x.sites;
    Dev& device = x.device();
    const std::int64_t rows = sites->rows().bound;
    Epilogue<T, typename Dev::Scalar> finish{.slope = slope_};
    if (bias_) finish.shift = bias_.value().view().data;
    if (residual != nullptr && rows > 0) {
      require(residual->sites == sites && residual->channels() == out_, name, ": the residual has ",
              residual->rows().bound, " rows of ", residual->channels(), " channels, expected ", rows, " of ", out_,
              " on the sites of the result");
      finish.residual = std::as_const(residual->features.value()).view();
    }
    Matrix<Dev> y(device, rows, out_);
    if (level)
      convolve(device, x.features.value(), prepare(device, weight_.value(), taps_, groups_, in_, out_),
               level->map.rules(), finish, y);
    else if (rows > 0)
      multiply(device, x.features.value(), weight_.value(), finish, y);
    if (tape != nullptr && tape->log() != nullptr) {
      const std::int64_t pairs = level ? level->map.rules().size() : 0;
      tape->log()->count({pairs, (level ? pairs : rows) * in_ * (out_ / groups_), rows * out_});
    }
    return {Variable<Dev>(std::move(y)), sites, x.rulebook};
  }

  AnyLayer<D, Dev> layer_;
  FindLevel find_;  // none: the rows themselves
  std::int64_t taps_ = 1, groups_ = 1, in_ = 0, out_ = 0;
  Variable<Dev, T> weight_, bias_;
  std::vector<std::int64_t> shape_;
  T slope_ = 1;
};

}  // namespace scn

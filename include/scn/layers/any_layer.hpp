// A layer of any type behind one interface, and sequences of them: networks whose depth is known at run time.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "scn/autograd/parameter.hpp"
#include "scn/autograd/tape.hpp"
#include "scn/tensor/sparse_tensor.hpp"

namespace scn {

/// The extent of inputs that gives the extent `out`: the layer's own answer, or `out` for a layer that keeps sites.
template <class Layer, int D>
Point<D> layer_input_size(const Layer& layer, const Point<D>& out) {
  if constexpr (requires { layer.input_size(out); })
    return layer.input_size(out);
  else
    return out;
}

/// The layer's parameters under names that start with `prefix`; none for a layer without.
template <class Layer, Device Dev>
void layer_parameters(const Layer& layer, const std::string& prefix, std::vector<Parameter<Dev>>& into) {
  if constexpr (requires { layer.parameters(prefix, into); }) layer.parameters(prefix, into);
}

/// The one tensor of a list; throws if there are more or less.
template <int D, Device Dev>
SparseTensor<D, Dev> single(std::string_view layer, Tensors<D, Dev> tensors) {
  require(tensors.size() == 1, layer, "<", D, ">: expected one tensor, got ", tensors.size());
  return std::move(tensors.front());
}

/// Holds a layer that takes a sparse tensor or a list of them and gives one of the two. Copies share the layer.
template <int D, Device Dev = Cpu>
class AnyLayer {
 public:
  template <class Layer>
  requires(!std::same_as<Layer, AnyLayer>) AnyLayer(Layer layer)
      : layer_(std::make_shared<const Held<Layer>>(std::move(layer))) {}

  Tensors<D, Dev> operator()(const Tensors<D, Dev>& x, Tape* tape) const { return layer_->call(x, tape); }
  Point<D> input_size(const Point<D>& out) const { return layer_->input_size(out); }
  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    layer_->parameters(prefix, into);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Tensors<D, Dev> call(const Tensors<D, Dev>& x, Tape* tape) const = 0;
    virtual Point<D> input_size(const Point<D>& out) const = 0;
    virtual void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const = 0;
  };
  template <class Layer>
  struct Held final : Base {
    explicit Held(Layer layer_) : layer(std::move(layer_)) {}

    Tensors<D, Dev> call(const Tensors<D, Dev>& x, Tape* tape) const override {
      if constexpr (requires {
                      { layer(x, tape) } -> std::same_as<Tensors<D, Dev>>;
                    })
        return layer(x, tape);
      else if constexpr (requires {
                           { layer(x, tape) } -> std::same_as<SparseTensor<D, Dev>>;
                         })
        return {layer(x, tape)};
      else if constexpr (requires {
                           { layer(x.front(), tape) } -> std::same_as<Tensors<D, Dev>>;
                         })
        return layer(single<D, Dev>("AnyLayer", x), tape);
      else
        return {layer(single<D, Dev>("AnyLayer", x), tape)};
    }
    Point<D> input_size(const Point<D>& out) const override { return layer_input_size(layer, out); }
    void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const override {
      layer_parameters(layer, prefix, into);
    }

    Layer layer;
  };

  std::shared_ptr<const Base> layer_;
};

/// Layers one after the other, their number known at run time. Parameters are named by position, or as add() says.
template <int D, Device Dev = Cpu>
class AnySequential {
 public:
  using DeviceType = Dev;

  template <class Layer>
  AnySequential& add(Layer layer) {
    return add(std::to_string(layers_.size()), std::move(layer));
  }
  template <class Layer>
  AnySequential& add(std::string name, Layer layer) {
    layers_.emplace_back(std::move(name), AnyLayer<D, Dev>(std::move(layer)));
    return *this;
  }

  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    Tensors<D, Dev> tensors{x};
    for (const auto& [name, layer] : layers_) tensors = layer(tensors, tape);
    return single<D, Dev>("AnySequential", std::move(tensors));
  }

  Point<D> input_size(Point<D> out) const {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) out = layer->second.input_size(out);
    return out;
  }

  std::size_t size() const { return layers_.size(); }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    for (const auto& [name, layer] : layers_) layer.parameters(prefix + name + ".", into);
  }
  Parameters<Dev> parameters() const {
    std::vector<Parameter<Dev>> all;
    parameters("", all);
    return Parameters<Dev>(std::move(all));
  }

 private:
  std::vector<std::pair<std::string, AnyLayer<D, Dev>>> layers_;
};

}  // namespace scn

// A layer of any type behind one interface, and lists of them: networks whose depth is known at run time.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/layer.hpp"

namespace scn {

template <int D, Device Dev>
struct NamedLayer;

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
  std::string name() const { return layer_->name(); }
  /// The layers that it calls one after the other, if it is a sequence of them; else none.
  std::span<const NamedLayer<D, Dev>> sequence() const { return layer_->sequence(); }
  /// The layer, if it is one of exactly this type; else null.
  template <class Layer>
  const Layer* get() const {
    const auto* held = dynamic_cast<const Held<Layer>*>(layer_.get());
    return held == nullptr ? nullptr : &held->layer;
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Tensors<D, Dev> call(const Tensors<D, Dev>& x, Tape* tape) const = 0;
    virtual Point<D> input_size(const Point<D>& out) const = 0;
    virtual void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const = 0;
    virtual std::string name() const = 0;
    virtual std::span<const NamedLayer<D, Dev>> sequence() const = 0;
  };
  static std::string any_name() { return message("AnyLayer<", D, ">"); }
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
        return layer(single(any_name, x), tape);
      else
        return {layer(single(any_name, x), tape)};
    }
    Point<D> input_size(const Point<D>& out) const override { return layer_input_size(layer, out); }
    void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const override {
      layer_parameters(layer, prefix, into);
    }
    std::string name() const override { return layer_name(layer); }
    std::span<const NamedLayer<D, Dev>> sequence() const override {
      if constexpr (requires {
                      { layer.sequence() } -> std::same_as<std::span<const NamedLayer<D, Dev>>>;
                    })
        return layer.sequence();
      else
        return {};
    }

    Layer layer;
  };

  std::shared_ptr<const Base> layer_;
};

/// A layer of a list; without a name of its own it is known by its position.
template <int D, Device Dev>
struct NamedLayer {
  std::string name;
  AnyLayer<D, Dev> layer;
};

/// What containers of layers share; Derived has a static name() and says how the layers are called. Whatever adds
/// layers returns the container, for chaining. Copies share the layers.
template <class Derived, int D, Device Dev>
requires Dimension<D>
class LayerList {
 public:
  using DeviceType = Dev;

  template <class Layer>
  Derived& add(Layer layer) {
    return insert(size(), std::move(layer));
  }
  /// A layer whose parameters are called `name` instead of its position.
  template <class Layer>
  Derived& add(std::string name, Layer layer) {
    return insert(size(), std::move(layer), std::move(name));
  }
  /// add(layer) under its other name in the reference.
  template <class Layer>
  Derived& append(Layer layer) {
    return add(std::move(layer));
  }
  /// Puts a layer before the one at `position`; those behind it, unless they have names, are called one more.
  template <class Layer>
  Derived& insert(std::size_t position, Layer layer, std::string name = {}) {
    require(position <= size(), Derived::name(), ": there are ", size(), " layers, none can be inserted before layer ",
            position);
    NamedLayer<D, Dev> added{std::move(name), AnyLayer<D, Dev>(std::move(layer))};
    layers_.insert(layers_.begin() + static_cast<std::ptrdiff_t>(position), std::move(added));
    return static_cast<Derived&>(*this);
  }
  /// The layers of `first`, then those of `second`.
  friend Derived operator+(Derived first, const Derived& second) {
    const LayerList& rest = second;
    first.layers_.insert(first.layers_.end(), rest.layers_.begin(), rest.layers_.end());
    return first;
  }

  std::size_t size() const { return layers_.size(); }
  const AnyLayer<D, Dev>& operator[](std::size_t position) const {
    require(position < size(), Derived::name(), ": there are ", size(), " layers, none at ", position);
    return layers_[position].layer;
  }
  /// What the parameters of the layer at `position` are called: its name, or else the position.
  std::string name_of(std::size_t position) const {
    return layers_[position].name.empty() ? std::to_string(position) : layers_[position].name;
  }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    for (std::size_t i = 0; i < size(); ++i) layers_[i].layer.parameters(prefix + name_of(i) + ".", into);
  }
  Parameters<Dev> parameters() const {
    std::vector<Parameter<Dev>> all;
    parameters("", all);
    return Parameters<Dev>(std::move(all));
  }

 protected:
  std::span<const NamedLayer<D, Dev>> layers() const { return layers_; }
  Tensors<D, Dev> call(std::size_t position, const Tensors<D, Dev>& x, Tape* tape) const {
    return call_layer(
        layers_[position].layer, [&] { return name_of(position); }, x, tape);
  }

 private:
  std::vector<NamedLayer<D, Dev>> layers_;
};

/// The part of a list that calls one layer after the other.
template <class Derived, int D, Device Dev>
class LayersInOrder : public LayerList<Derived, D, Dev> {
 public:
  std::span<const NamedLayer<D, Dev>> sequence() const { return this->layers(); }

  Point<D> input_size(Point<D> out) const {
    for (std::size_t i = this->size(); i > 0; --i) out = (*this)[i - 1].input_size(out);
    return out;
  }

 protected:
  SparseTensor<D, Dev> call_all(const SparseTensor<D, Dev>& x, Tape* tape) const {
    Tensors<D, Dev> tensors{x};
    for (std::size_t i = 0; i < this->size(); ++i) tensors = this->call(i, tensors, tape);
    return single(Derived::name, tensors);
  }
};

/// Layers one after the other, their number known at run time. Parameters are named by position, or as add() says.
template <int D, Device Dev = Cpu>
class AnySequential : public LayersInOrder<AnySequential<D, Dev>, D, Dev> {
 public:
  SparseTensor<D, Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    return this->call_all(x, tape);
  }
  static std::string name() { return message("AnySequential<", D, ">"); }
};

}  // namespace scn

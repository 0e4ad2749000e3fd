// Classifier: a sparse network, a way from its sites to the rows that are classified, and a linear layer on those.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/any_layer.hpp"
#include "scn/layers/global_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/output_layer.hpp"

namespace scn {

/// From sites in an extent of 1 to samples x channels: the row of a sample's only site, or zeros for a sample without
/// one. What SparseConvNet's examples do by SparseToDense and a reshape to one row for each cell. Throws
/// InvalidArgument for another extent or none.
template <int D>
requires Dimension<D>
class SampleRows {
 public:
  static std::string name() { return message("SampleRows<", D, ">"); }

  template <Device Dev>
  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    require(x.extent() == Point<D>(1), name(), ": the sites have ",
            x.extent() ? "the extent " + to_string(*x.extent()) : "no extent", ", expected ", to_string(Point<D>(1)));
    return GlobalPooling(Reduction::sum)(x, tape);
  }
};

/// y = linear(to_rows(sparse_model(x))), rows x classes, or without a linear layer y = to_rows(sparse_model(x)).
/// Parameters have the names of SparseConvNet's examples, "sparseModel..." and "linear...", but linear.weight is (in,
/// out), and theirs, a layer of Torch, (out, in).
template <int D, Device Dev, class ToRows>
requires Dimension<D>
class Classifier {
 public:
  using DeviceType = Dev;

  Classifier(AnySequential<D, Dev> sparse_model, ToRows to_rows, std::optional<NetworkInNetwork<Dev>> linear = {})
      : sparse_model_(std::move(sparse_model)), to_rows_(std::move(to_rows)), linear_(std::move(linear)) {}

  static std::string name() { return message("Classifier<", D, ">"); }

  /// The part on sites.
  const AnySequential<D, Dev>& sparse_model() const { return sparse_model_; }
  /// The same rows and linear layer, which are shared, behind another part on sites.
  Classifier with(AnySequential<D, Dev> sparse_model) const { return {std::move(sparse_model), to_rows_, linear_}; }

  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape = nullptr) const {
    const Variable<Dev> rows = to_rows_(call_layer(sparse_model_, "sparseModel", x, tape), tape);
    return linear_ ? call_layer(*linear_, "linear", rows, tape) : rows;
  }

  /// step(part, its name, what the step before gave) for the parts in order, in place of their calls.
  template <class Step>
  auto each(const SparseTensor<D, Dev>& x, const Step& step) const {
    const Variable<Dev> rows = step(to_rows_, "rows", step(sparse_model_, "sparseModel", x));
    return linear_ ? step(*linear_, "linear", rows) : rows;
  }

  /// The extent of inputs that gives the extent `out` at the end of the part on sites.
  Point<D> input_size(const Point<D>& out) const { return sparse_model_.input_size(out); }

  void parameters(const std::string& prefix, std::vector<Parameter<Dev>>& into) const {
    sparse_model_.parameters(prefix + "sparseModel.", into);
    if (linear_) linear_->parameters(prefix + "linear.", into);
  }
  Parameters<Dev> parameters() const {
    std::vector<Parameter<Dev>> all;
    parameters("", all);
    return Parameters<Dev>(std::move(all));
  }

 private:
  AnySequential<D, Dev> sparse_model_;
  ToRows to_rows_;
  std::optional<NetworkInNetwork<Dev>> linear_;
};

/// Classes of points, in the caller's order: ends in an OutputLayer.
template <int D, Device Dev = Cpu>
using PointClassifier = Classifier<D, Dev, OutputLayer<D, Dev>>;

/// Classes of samples. A sample without sites gets the bias of the linear layer.
template <int D, Device Dev = Cpu>
using SampleClassifier = Classifier<D, Dev, SampleRows<D>>;

}  // namespace scn

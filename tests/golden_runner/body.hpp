// What a case runs: layers on sites, then perhaps one that leaves them, then perhaps a linear layer on points.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/builder.hpp"
#include "golden_runner/relation.hpp"
#include "golden_runner/stored_parameters.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/network_in_network.hpp"

namespace golden {

template <int D, class Dev>
class Body {
 public:
  enum class End { sites, dense, points };

  Body(Case& stored, Dev& device) : node_(described(stored)), relation_(Relation<D>::of(node_)) {
    Builder<D, Dev> builder(device, stored.has("in_features") ? stored.shape("in_features").at(1) : 0);
    std::vector<scn::Parameter<Dev>> all;
    std::set<std::string> transposed;
    if (type() == "SparseToDense") {
      end_ = End::dense;
      layers_.emplace(scn::Identity{});
    } else if (type() != "Sequential") {
      layers_.emplace(builder.layer(node_));
    } else {
      scn::AnySequential<D, Dev> sequence;
      std::size_t position = 0;
      for (const Node& node : node_.children("layers")) {
        const std::string name = std::to_string(position++), type = node.type();
        if (type == "SparseToDense" || type == "OutputLayer") {
          end_ = type == "OutputLayer" ? End::points : End::dense;
        } else if (end_ == End::sites) {
          sequence.add(builder.layer(node));
        } else if (type == "Linear" && end_ == End::points) {
          const auto& shape = stored.shape(name + ".weight");
          linear_.emplace(device, shape.at(1), shape.at(0), stored.has(name + ".bias"));
          linear_->parameters(name + ".", all);
          transposed.insert(name + ".weight");
        } else {
          throw Skipped(type + " behind an OutputLayer or SparseToDense is not in the library yet");
        }
      }
      layers_.emplace(std::move(sequence));
    }
    layers_->parameters("", all);
    parameters_.emplace(std::move(all), std::move(transposed));
  }

  /// The result on sites.
  scn::SparseTensor<D, Dev> operator()(const scn::SparseTensor<D, Dev>& x, scn::Tape* tape) const {
    return (*layers_)({x}, tape).front();
  }
  /// From the points of an OutputLayer onwards.
  scn::Variable<Dev> on_points(const scn::Variable<Dev>& x, scn::Tape* tape) const {
    return linear_ ? (*linear_)(x, tape) : x;
  }

  const scn::AnyLayer<D, Dev>& layers() const { return *layers_; }
  /// The layer, if it is one of exactly this type; else null.
  template <class Layer>
  const Layer* layer() const {
    return layers_->template get<Layer>();
  }

  const Node& node() const { return node_; }
  std::string type() const { return node_.type(); }
  End end() const { return end_; }
  StoredParameters<Dev>& parameters() { return *parameters_; }
  const StoredParameters<Dev>& parameters() const { return *parameters_; }
  Relation<D>& relation() { return relation_; }

 private:
  Node node_;
  Relation<D> relation_;
  End end_ = End::sites;
  std::optional<scn::AnyLayer<D, Dev>> layers_;
  std::optional<scn::NetworkInNetwork<Dev>> linear_;
  std::optional<StoredParameters<Dev>> parameters_;
};

}  // namespace golden

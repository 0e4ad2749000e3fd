// What a case runs: layers on sites, then perhaps one that leaves them, then perhaps a linear layer on points.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/feed.hpp"

namespace golden {

/// Description of what a case runs: its network, or the one layer that its metadata describe.
Json described(const Case& stored);

template <int D, class Dev>
class Body {
 public:
  enum class End { sites, dense, points };

  Body(Case& stored, Dev& device) : node_(described(stored)), type_(node_.at("type").template get<std::string>()) {
    if (stored.has("rules") || stored.has("fine_coords")) window_ = window_of_layer();
    Builder<D, Dev> builder(device, stored.has("in_features") ? stored.shape("in_features").at(1) : 0);
    std::vector<scn::Parameter<Dev>> all;
    std::set<std::string> transposed;
    if (type_ == "SparseToDense") {
      end_ = End::dense;
      layers_.emplace(scn::Identity{});
    } else if (type_ != "Sequential") {
      layers_.emplace(builder.layer(node_));
    } else {
      scn::AnySequential<D, Dev> sequence;
      std::size_t position = 0;
      for (const Json& node : node_.at("layers")) {
        const std::string name = std::to_string(position++), type = node.at("type").get<std::string>();
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

  const Json& node() const { return node_; }
  const std::string& type() const { return type_; }
  End end() const { return end_; }
  StoredParameters<Dev>& parameters() { return *parameters_; }
  const StoredParameters<Dev>& parameters() const { return *parameters_; }

  bool is_submanifold() const { return type_ == "SubmanifoldConvolution" || type_ == "ValidConvolution"; }
  bool leads_back() const { return type_ == "Deconvolution" || type_ == "UnPooling"; }
  bool is_normalization() const { return type_.starts_with("BatchNorm"); }
  /// Of a single layer with rules or with a finer scale behind it.
  const scn::Window<D>& window() const { return window_; }

 private:
  scn::Window<D> window_of_layer() const {
    if (is_submanifold()) return scn::submanifold_window(window_size<D>(node_));
    return scn::strided_window(window_size<D>(node_), window_stride<D>(node_));
  }

  Json node_;
  std::string type_;
  End end_ = End::sites;
  std::optional<scn::AnyLayer<D, Dev>> layers_;
  std::optional<scn::NetworkInNetwork<Dev>> linear_;
  std::optional<StoredParameters<Dev>> parameters_;
  scn::Window<D> window_;
};

}  // namespace golden

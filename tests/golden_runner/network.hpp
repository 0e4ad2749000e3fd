// From the description of a layer or network, as JSON, to the library's layers.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/case.hpp"
#include "scn/scn.hpp"

namespace golden {

using Json = nlohmann::json;

/// The first of several names that the node has, or the fallback.
template <class T>
T argument(const Json& node, std::initializer_list<const char*> names, T fallback) {
  for (const char* name : names)
    if (node.contains(name)) {
      const Json& found = node.at(name);
      if constexpr (std::is_same_v<T, bool>)
        return found.is_boolean() ? found.get<bool>() : found.get<int>() != 0;
      else
        return found.get<T>();
    }
  return fallback;
}

/// One number for all axes, or a list of D.
template <int D>
scn::Point<D> point(const Json& value) {
  if (!value.is_array()) return scn::Point<D>(value.get<std::int32_t>());
  scn::require<scn::FormatError>(value.size() == D || value.size() == 1, "expected ", D, " numbers, got ",
                                 value.dump());
  scn::Point<D> result;
  for (int axis = 0; axis < D; ++axis) result[axis] = value[value.size() == 1 ? 0 : static_cast<std::size_t>(axis)];
  return result;
}

template <int D>
scn::Point<D> window_size(const Json& node) {
  return point<D>(argument<Json>(node, {"filter_size", "pool_size", "size"}, Json(1)));
}

template <int D>
scn::Point<D> window_stride(const Json& node) {
  return point<D>(argument<Json>(node, {"filter_stride", "pool_stride", "stride"}, Json(1)));
}

/// Layers whose parameters are named as if `then` were not there: the reference's functions on a table's results.
template <int D, class Dev>
struct TableFunction {
  scn::ConcatTable<D, Dev> table;
  scn::AnyLayer<D, Dev> then;

  scn::SparseTensor<D, Dev> operator()(const scn::SparseTensor<D, Dev>& x, scn::Tape* tape) const {
    return then(table(x, tape), tape).front();
  }
  void parameters(const std::string& prefix, std::vector<scn::Parameter<Dev>>& into) const {
    table.parameters(prefix, into);
  }
};

/// Makes layers one after the other and knows how many channels come out of the last one.
template <int D, class Dev>
class Builder {
 public:
  Builder(Dev& device, std::int64_t channels) : device_(&device), channels_(channels) {}

  std::int64_t channels() const { return channels_; }

  scn::AnyLayer<D, Dev> layer(const Json& node) {
    using Any = scn::AnyLayer<D, Dev>;
    const std::string type = node.at("type").get<std::string>();
    if (type == "Sequential") return Any(sequence(node.at("layers")));
    if (type == "ConcatTable") return table(node);
    if (type == "SubmanifoldConvolution" || type == "ValidConvolution") {
      const std::int64_t in = incoming(node);
      return Any(scn::SubmanifoldConvolution<D, Dev>(*device_, in, outgoing(node), window_size<D>(node),
                                                     convolution_settings(node)));
    }
    if (type == "Convolution") {
      const std::int64_t in = incoming(node);
      return Any(scn::Convolution<D, Dev>(*device_, in, outgoing(node), window_size<D>(node), window_stride<D>(node),
                                          convolution_settings(node)));
    }
    if (type == "Deconvolution") {
      const std::int64_t in = incoming(node);
      return Any(scn::Deconvolution<D, Dev>(*device_, in, outgoing(node), window_size<D>(node), window_stride<D>(node),
                                            convolution_settings(node)));
    }
    if (type == "NetworkInNetwork") {
      const std::int64_t in = incoming(node);
      return Any(scn::NetworkInNetwork<Dev>(*device_, in, outgoing(node), argument(node, {"bias"}, true)));
    }
    if (type == "MaxPooling")
      return Any(scn::MaxPooling<D, Dev>(*device_, window_size<D>(node), window_stride<D>(node),
                                         scn::PoolingSettings{dropped(node)}));
    if (type == "AveragePooling")
      return Any(scn::AveragePooling<D, Dev>(*device_, window_size<D>(node), window_stride<D>(node),
                                             scn::PoolingSettings{dropped(node)}));
    if (type == "UnPooling")
      return Any(scn::UnPooling<D, Dev>(*device_, window_size<D>(node), window_stride<D>(node),
                                        scn::PoolingSettings{dropped(node)}));
    if (type.starts_with("BatchNorm")) return normalization(node, type);
    return element_wise_or_network(node, type);
  }

  scn::AnySequential<D, Dev> sequence(const Json& layers) {
    scn::AnySequential<D, Dev> sequence;
    for (const Json& node : layers) sequence.add(layer(node));
    return sequence;
  }

 private:
  scn::AnyLayer<D, Dev> table(const Json& node) {
    scn::ConcatTable<D, Dev> branches;
    const std::int64_t in = channels_;
    std::int64_t sum = 0, last = in;
    for (const Json& branch : node.at("branches")) {
      channels_ = in;
      branches.add(layer(branch));
      sum += last = channels_;
    }
    const auto then = argument<std::string>(node, {"then"}, "");
    channels_ = then == "JoinTable" || then == "concatenate_feature_planes" ? sum : last;
    if (then.empty()) {
      table_sum_ = sum;
      return branches;
    }
    using Join = scn::JoinTable<D, Dev>;
    using Add = scn::AddTable<D, Dev>;
    if (then == "JoinTable") return scn::AnySequential<D, Dev>().add(std::move(branches)).add(Join{});
    if (then == "AddTable") return scn::AnySequential<D, Dev>().add(std::move(branches)).add(Add{});
    if (then == "concatenate_feature_planes") return TableFunction<D, Dev>{std::move(branches), Join{}};
    if (then == "add_feature_planes") return TableFunction<D, Dev>{std::move(branches), Add{}};
    throw Skipped(then + " is not in the library yet");
  }

  scn::AnyLayer<D, Dev> normalization(const Json& node, const std::string& type) {
    scn::NormalizationSettings settings{.eps = argument(node, {"eps"}, 1e-4),
                                        .momentum = argument(node, {"momentum"}, 0.99)};
    const std::int64_t channels = argument(node, {"nPlanes", "n_planes", "channels", "in_channels"}, channels_);
    if (type == "BatchNormReLU") return scn::BatchNormReLU<Dev>(*device_, channels, settings.eps, settings.momentum);
    if (type == "BatchNormLeakyReLU")
      return scn::BatchNormLeakyReLU<Dev>(*device_, channels, settings.eps, settings.momentum,
                                          argument(node, {"leakiness"}, 0.333));
    if (type != "BatchNormalization") throw Skipped(type + " is not in the library yet");
    settings.affine = argument(node, {"affine"}, true);
    settings.leakiness = argument(node, {"leakiness"}, 1.0);
    return scn::BatchNormalization<Dev>(*device_, channels, settings);
  }

  scn::AnyLayer<D, Dev> element_wise_or_network(const Json& node, const std::string& type) {
    if (type == "ReLU") return scn::ReLU();
    if (type == "LeakyReLU") return scn::LeakyReLU(argument(node, {"leakiness", "leak"}, 1.0 / 3.0));
    if (type == "Tanh") return scn::Tanh();
    if (type == "Sigmoid") return scn::Sigmoid();
    if (type == "Identity") return scn::Identity{};
    if (type == "Dropout") return scn::Dropout(argument(node, {"p"}, 0.5));
    if (type == "AddTable") return scn::AddTable<D, Dev>{};
    if (type == "JoinTable") {
      channels_ = table_sum_;
      return scn::JoinTable<D, Dev>{};
    }
    if (type == "SparseVggNet") return vgg(node);
    if (type == "SparseResNet") {
      std::vector<scn::ResNetGroup> groups;
      for (const Json& group : node.at("layers")) groups.push_back({group.at(1), group.at(2), group.at(3)});
      const int in = static_cast<int>(incoming(node));
      if (!groups.empty()) channels_ = groups.back().channels;
      return scn::SparseResNet<D, Dev>(*device_, in, groups);
    }
    const auto planes = argument<std::vector<int>>(node, {"planes", "nPlanes"}, {});
    const auto downsample = argument<std::vector<int>>(node, {"downsample"}, {2, 2});
    const int repetitions = argument(node, {"reps"}, 1);
    const bool residual = argument(node, {"residual_blocks"}, false);
    if (type == "UNet") {
      scn::require<scn::FormatError>(!planes.empty(), "a UNet needs planes");
      channels_ = planes.front();
      return scn::UNet<D, Dev>(*device_, {.channels = planes,
                                          .repetitions = repetitions,
                                          .residual = residual,
                                          .downsample_size = downsample.at(0),
                                          .downsample_stride = downsample.at(1),
                                          .leakiness = argument(node, {"leakiness"}, 0.0),
                                          .in_channels = std::max(0, argument(node, {"n_input_planes"}, -1))});
    }
    if (type == "FullyConvolutionalNet") {
      channels_ = 0;
      for (const int plane : planes) channels_ += plane;
      return scn::FullyConvolutionalNet<D, Dev>(*device_,
                                                {planes, repetitions, residual, downsample.at(0), downsample.at(1)});
    }
    throw Skipped(type + " is not in the library yet");
  }

  scn::AnyLayer<D, Dev> vgg(const Json& node) {
    std::vector<scn::VggLayer> layers;
    const auto in = static_cast<int>(incoming(node));
    for (const Json& step : node.at("layers")) {
      if (step.is_string()) {
        layers.emplace_back(step.get<std::string>(), std::vector<int>{});
        continue;
      }
      std::vector<int> numbers;
      for (std::size_t i = 1; i < step.size(); ++i) numbers.push_back(step[i]);
      layers.emplace_back(step.at(0).get<std::string>(), numbers);
      if (layers.back().token == "MP" || numbers.empty()) continue;
      channels_ = 0;
      for (const int number : numbers) channels_ += number;
    }
    return scn::SparseVggNet<D, Dev>(*device_, in, layers);
  }

  std::int64_t incoming(const Json& node) {
    return channels_ = argument(node, {"in_channels", "nIn", "nInputPlanes"}, channels_);
  }
  std::int64_t outgoing(const Json& node) { return channels_ = argument(node, {"out_channels", "nOut"}, channels_); }
  std::int64_t dropped(const Json& node) {
    const std::int64_t drop = argument<std::int64_t>(node, {"n_features_to_drop", "nFeaturesToDrop"}, 0);
    channels_ -= drop;
    return drop;
  }
  static scn::ConvolutionSettings convolution_settings(const Json& node) {
    return {.bias = argument(node, {"bias"}, true), .groups = argument(node, {"groups"}, 1)};
  }

  Dev* device_;
  std::int64_t channels_;
  std::int64_t table_sum_ = 0;  // channels of all branches of the last table without a `then`
};

}  // namespace golden

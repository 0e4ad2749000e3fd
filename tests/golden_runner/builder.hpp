// From descriptions to the library's layers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/node.hpp"
#include "scn/layers/any_layer.hpp"

namespace golden {

template <int D, class Dev>
class Builder;

/// How a layer is made of its description, for each type of layer.
template <int D, class Dev>
using Makers = std::map<std::string, scn::AnyLayer<D, Dev> (*)(Builder<D, Dev>&, const Node&)>;

/// Of all layers that cases name; instantiated for each precision in a file of its own.
template <int D, class Dev>
Makers<D, Dev> layer_makers();

/// Makes layers one after the other and knows how many channels come out of the last one.
template <int D, class Dev>
class Builder {
 public:
  Builder(Dev& device_, std::int64_t channels_) : device(device_), channels(channels_) {}

  /// Throws Skipped for a type that nobody knows.
  scn::AnyLayer<D, Dev> layer(const Node& node) {
    const auto found = makers().find(node.type());
    if (found == makers().end()) throw Skipped(node.type() + " is not in the library yet");
    return found->second(*this, node);
  }
  static bool knows(const std::string& type) { return makers().contains(type); }

  std::int64_t incoming(const Node& node) {
    return channels = node.integer({"in_channels", "nIn", "nInputPlanes", "nPlanes", "n_planes", "channels"}, channels);
  }
  std::int64_t outgoing(const Node& node) { return channels = node.integer({"out_channels", "nOut"}, channels); }

  Dev& device;
  std::int64_t channels;
  std::int64_t table_channels = 0;  ///< of all branches of the last table that nothing has joined yet

 private:
  static const Makers<D, Dev>& makers() {
    static const Makers<D, Dev> all = layer_makers<D, Dev>();
    return all;
  }
};

}  // namespace golden

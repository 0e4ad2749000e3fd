// Names and shapes of a network's parameters, written down as a list.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scn/autograd/parameter.hpp"

/// Use: `state_dict::difference({norm("0", 3), weight("1", {9, 1, 3, 4})}, network.parameters())` is "" if these are
/// the parameters, in this order. norm() stands for the four of a normalisation.
namespace state_dict {

struct Entry {
  std::string name;
  std::vector<std::int64_t> shape;
  bool trained = true;
};

inline std::vector<Entry> weight(const std::string& layer, std::vector<std::int64_t> shape) {
  return {{layer + ".weight", std::move(shape)}};
}

inline std::vector<Entry> norm(const std::string& layer, std::int64_t channels) {
  return {{layer + ".weight", {channels}},
          {layer + ".bias", {channels}},
          {layer + ".running_mean", {channels}, false},
          {layer + ".running_var", {channels}, false}};
}

inline std::string text(const std::string& name, const std::vector<std::int64_t>& shape, bool trained) {
  std::string result = name + " (";
  for (const std::int64_t size : shape) result += std::to_string(size) + ",";
  return result + (trained ? ")" : ") not trained");
}

/// "" or the first parameter that differs, is missing or is left over.
template <class Parameters>
std::string difference(const std::vector<std::vector<Entry>>& expected, const Parameters& actual) {
  auto next = actual.begin();
  for (const auto& layer : expected)
    for (const Entry& entry : layer) {
      const std::string wanted = text(entry.name, entry.shape, entry.trained);
      if (next == actual.end()) return "missing " + wanted;
      const std::string found = text(next->name, next->shape, next->trained);
      if (found != wanted) return "expected " + wanted + ", got " + found;
      if (next->variable.needs_gradient() != entry.trained) return entry.name + " has the wrong need of a gradient";
      ++next;
    }
  return next == actual.end() ? "" : "left over: " + next->name;
}

}  // namespace state_dict

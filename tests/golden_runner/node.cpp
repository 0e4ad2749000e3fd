// Reading of descriptions: the one place that knows JSON.
#include "golden_runner/node.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace golden {

using Json = nlohmann::json;

struct Node::Tree {
  Json json;
};

namespace {

Node::Step step(const Json& json) {
  if (json.is_string()) return {json.get<std::string>(), {}};
  Node::Step step{json.at(0).get<std::string>(), {}};
  for (std::size_t i = 1; i < json.size(); ++i) step.numbers.push_back(json[i].get<int>());
  return step;
}

}  // namespace

Node Node::parse(const std::string& json) {
  try {
    return Node(std::make_shared<const Tree>(Tree{Json::parse(json)}));
  } catch (const Json::exception& error) {
    throw scn::FormatError(scn::message("network: ", error.what()));
  }
}

template <class Value, class Read>
Value Node::read(Names names, const Value& fallback, const Read& convert) const {
  for (const char* name : names) {
    if (!tree_->json.contains(name)) continue;
    try {
      return convert(tree_->json.at(name));
    } catch (const Json::exception& error) {
      throw scn::FormatError(scn::message("network: ", name, ": ", error.what()));
    }
  }
  return fallback;
}

bool Node::has(const char* name) const { return tree_->json.contains(name); }

std::int64_t Node::integer(Names names, std::int64_t fallback) const {
  return read(names, fallback, [](const Json& json) { return json.get<std::int64_t>(); });
}

double Node::real(Names names, double fallback) const {
  return read(names, fallback, [](const Json& json) { return json.get<double>(); });
}

bool Node::flag(Names names, bool fallback) const {
  return read(names, fallback, [](const Json& json) { return json.is_boolean() ? json.get<bool>() : json != 0; });
}

std::string Node::text(Names names, const std::string& fallback) const {
  return read(names, fallback, [](const Json& json) { return json.is_null() ? "" : json.get<std::string>(); });
}

std::vector<int> Node::integers(Names names, const std::vector<int>& fallback) const {
  return read(names, fallback, [](const Json& json) {
    return json.is_array() ? json.get<std::vector<int>>() : std::vector<int>{json.get<int>()};
  });
}

std::vector<Node> Node::children(const char* name) const {
  return read({name}, std::vector<Node>{}, [](const Json& json) {
    std::vector<Node> nodes;
    for (const Json& child : json) nodes.push_back(Node(std::make_shared<const Tree>(Tree{child})));
    return nodes;
  });
}

std::vector<Node::Step> Node::steps(const char* name) const {
  return read({name}, std::vector<Step>{}, [](const Json& json) {
    std::vector<Step> steps;
    for (const Json& child : json) steps.push_back(step(child));
    return steps;
  });
}

std::vector<Node> path_to(const Node& root, const std::string& parameter) {
  std::vector<Node> path{root};
  std::size_t begin = 0;
  // A table that a layer follows is the first layer of a sequence.
  if (root.text({"then"}, "").ends_with("Table")) begin = parameter.find('.') + 1;
  for (std::size_t end = 0; (end = parameter.find('.', begin)) != std::string::npos; begin = end + 1) {
    const std::string name = parameter.substr(begin, end - begin);
    const std::vector<Node> children =
        path.back().children(path.back().type() == "ConcatTable" ? "branches" : "layers");
    const bool is_position = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    if (!is_position || std::stoull(name) >= children.size()) break;
    path.push_back(children[std::stoull(name)]);
  }
  return path;
}

Node described(const Case& stored) {
  if (stored.is_network()) return Node::parse(stored.text("network", ""));
  Json node{{"type", stored.op()}};
  const auto given = [&](const char* key) { return !stored.text(key, "").empty(); };
  for (const char* key : {"in_channels", "out_channels", "groups", "n_features_to_drop", "n_power_iterations"})
    if (given(key)) node[key] = stored.integer(key, 0);
  for (const char* key : {"filter_size", "filter_stride"})
    if (given(key)) node[key] = stored.integers(key, {});
  for (const char* key : {"leakiness", "eps", "momentum", "p", "norm"})
    if (given(key)) node[key] = stored.real(key, 0);
  if (given("activation")) node["activation"] = stored.text("activation", "");
  if (given("affine")) node["affine"] = stored.integer("affine", 1) != 0;
  if (stored.has("in_features")) node["in_channels"] = stored.shape("in_features").at(1);
  // The reference has no default for these two; the arrays tell.
  node["bias"] = stored.integer("bias", stored.has("bias") ? 1 : 0) != 0;
  if (!node.contains("out_channels") && stored.has("out_features") && stored.shape("out_features").size() == 2)
    node["out_channels"] = stored.shape("out_features").at(1);
  return Node::parse(node.dump());
}

}  // namespace golden

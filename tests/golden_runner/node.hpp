// The description of a layer or network: its type, and arguments under the reference's names.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "golden_runner/case.hpp"
#include "scn/geometry/point.hpp"

namespace golden {

/// A read-only tree; copies share it. Of several names for one argument the first that is there counts, and without any
/// the fallback. Throws FormatError for an argument of another kind.
class Node {
 public:
  using Names = std::initializer_list<const char*>;
  /// One word of a network's description: ["C", 8, 4] or "MP".
  struct Step {
    std::string token;
    std::vector<int> numbers;
  };

  /// From the text of a JSON object.
  static Node parse(const std::string& json);

  std::string type() const { return text({"type"}, ""); }
  bool has(const char* name) const;
  std::int64_t integer(Names names, std::int64_t fallback) const;
  double real(Names names, double fallback) const;
  bool flag(Names names, bool fallback) const;
  std::string text(Names names, const std::string& fallback) const;
  /// A single number is a list of one.
  std::vector<int> integers(Names names, const std::vector<int>& fallback) const;
  /// The layers or branches under `name`, in order; none if it is not there.
  std::vector<Node> children(const char* name) const;
  std::vector<Step> steps(const char* name) const;

 private:
  struct Tree;
  explicit Node(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}
  template <class Value, class Read>
  Value read(Names names, const Value& fallback, const Read& convert) const;

  std::shared_ptr<const Tree> tree_;
};

/// The nodes from `root` to the layer that has the parameter of that name, as far as the description goes.
std::vector<Node> path_to(const Node& root, const std::string& parameter);

/// What a case runs: its network, or the one layer that its metadata describe.
Node described(const Case& stored);

/// One number for all axes, or a list of D.
template <int D>
scn::Point<D> point(const std::vector<int>& numbers) {
  scn::require<scn::FormatError>(numbers.size() == D || numbers.size() == 1, "expected ", D, " numbers, got ",
                                 numbers.size());
  scn::Point<D> result;
  for (int axis = 0; axis < D; ++axis) result[axis] = numbers[numbers.size() == 1 ? 0 : static_cast<std::size_t>(axis)];
  return result;
}

template <int D>
scn::Point<D> window_size(const Node& node) {
  return point<D>(node.integers({"filter_size", "pool_size", "size"}, {1}));
}

template <int D>
scn::Point<D> window_stride(const Node& node) {
  return point<D>(node.integers({"filter_stride", "pool_stride", "stride"}, {1}));
}

}  // namespace golden

// Labels by copying: each point takes the label of the nearest point whose label is known.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "scans.hpp"

namespace support {

/// A k-d tree over labelled points. Exact; of points equally near, the one added first counts.
class NearestPoint {
 public:
  /// Points that are ignored or not finite are left out. O(N log N).
  explicit NearestPoint(std::span<const Scan> scans) {
    for (const Scan& scan : scans)
      for (std::size_t row = 0; row < scan.size(); ++row) {
        const Position at = position(scan, row);
        const std::int32_t label = scan.labels[row];
        if (label != ignored_label && is_finite(at)) nodes_.push_back({at, label, nodes_.size()});
      }
    arrange(0, nodes_.size(), 0);
  }

  std::size_t size() const { return nodes_.size(); }

  /// The label for each point of `scan`; ignored_label for a point that is not finite, or if there is none to copy.
  std::vector<std::int32_t> labels_for(const Scan& scan) const {
    std::vector<std::int32_t> labels(scan.size(), ignored_label);
    for (std::size_t row = 0; row < scan.size(); ++row) {
      const Position at = position(scan, row);
      Nearest nearest;
      if (is_finite(at)) search(at, 0, nodes_.size(), 0, nearest);
      if (nearest.node) labels[row] = nearest.node->label;
    }
    return labels;
  }

 private:
  using Position = std::array<float, 3>;
  struct Node {
    Position at;
    std::int32_t label;
    std::size_t rank;
  };
  struct Nearest {
    double squared_distance = std::numeric_limits<double>::infinity();
    const Node* node = nullptr;
  };

  static Position position(const Scan& scan, std::size_t row) {
    const auto point = scan.point(row);
    return {point[0], point[1], point[2]};
  }
  static bool is_finite(const Position& at) {
    return std::isfinite(at[0]) && std::isfinite(at[1]) && std::isfinite(at[2]);
  }

  /// Puts the median along `axis` in the middle of [begin, end), then each half by the next axis.
  void arrange(std::size_t begin, std::size_t end, std::size_t axis) {
    if (end - begin < 2) return;
    const std::size_t middle = begin + (end - begin) / 2;
    const auto at = [this](std::size_t index) { return nodes_.begin() + static_cast<std::ptrdiff_t>(index); };
    std::nth_element(at(begin), at(middle), at(end),
                     [axis](const Node& a, const Node& b) { return a.at[axis] < b.at[axis]; });
    arrange(begin, middle, (axis + 1) % 3);
    arrange(middle + 1, end, (axis + 1) % 3);
  }

  void search(const Position& at, std::size_t begin, std::size_t end, std::size_t axis, Nearest& nearest) const {
    if (begin == end) return;
    const std::size_t middle = begin + (end - begin) / 2;
    const Node& node = nodes_[middle];
    double squared = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double gap = double(at[k]) - double(node.at[k]);
      squared += gap * gap;
    }
    const bool is_equal = nearest.node && squared == nearest.squared_distance;
    if (squared < nearest.squared_distance || (is_equal && node.rank < nearest.node->rank)) nearest = {squared, &node};

    const double gap = double(at[axis]) - double(node.at[axis]);
    const std::size_t next = (axis + 1) % 3;
    const bool lower_first = gap < 0;
    lower_first ? search(at, begin, middle, next, nearest) : search(at, middle + 1, end, next, nearest);
    if (gap * gap > nearest.squared_distance) return;  // the other half is farther away than the best so far
    lower_first ? search(at, middle + 1, end, next, nearest) : search(at, begin, middle, next, nearest);
  }

  std::vector<Node> nodes_;
};

}  // namespace support

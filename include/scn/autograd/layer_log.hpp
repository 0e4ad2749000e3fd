// What the layers of one pass did: a row for each, in the order in which they finished.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scn {

/// Work as the reference counts it: that of convolutions of every kind and of NetworkInNetwork. Bias, norm, pooling and
/// activations are not counted.
struct Counts {
  std::int64_t pairs = 0;          ///< (input row, output row) pairs of the convolutions' maps
  std::int64_t multiply_adds = 0;  ///< pairs * in * out / groups; rows * in * out of a NetworkInNetwork
  std::int64_t hidden_states = 0;  ///< elements of the matrices that these layers give

  Counts& operator+=(const Counts& other) {
    pairs += other.pairs;
    multiply_adds += other.multiply_adds;
    hidden_states += other.hidden_states;
    return *this;
  }
  bool operator==(const Counts&) const = default;
};

/// One layer's call, or the total of a pass.
struct LayerRow {
  std::string path = {};        ///< the names of the layers around it and its own: "1.0.2"
  std::string layer = {};       ///< what it is: "SubmanifoldConvolution<3>"
  std::int64_t sites = 0;       ///< rows of its result, or cells of a dense one
  std::int64_t channels = 0;    ///< of its result; those of several tensors together
  Counts counts = {};           ///< what it did
  std::int64_t parameters = 0;  ///< its trained numbers
  std::int64_t bytes = 0;       ///< of its result's values; weights, maps and gradients are not counted
};

/// Filled by a pass whose tape was given it: containers enter and leave their layers, layers count their work. A layer
/// that entered others gets a row only if it counted work of its own.
class LayerLog {
 public:
  /// Trained numbers of a layer, and where they lie: numbers that two layers share are in the total once.
  using Trained = std::pair<const void*, std::int64_t>;

  void enter(std::string_view name) {
    std::string path = open_.empty() ? "" : open_.back().path;
    if (!path.empty() && !name.empty()) path += '.';
    open_.push_back({path.append(name), rows_.size(), {}});
  }

  void count(const Counts& counts) {
    if (!open_.empty()) open_.back().counts += counts;
    total_.counts += counts;
  }

  /// Ends the layer that was entered last. `row` says what it is and gave.
  void leave(LayerRow row, const std::vector<Trained>& trained) {
    const Open layer = std::move(open_.back());
    open_.pop_back();
    if (layer.first < rows_.size() && layer.counts == Counts{}) return;
    row.path = layer.path;
    row.counts = layer.counts;
    for (const auto& [place, numbers] : trained) {
      row.parameters += numbers;
      if (std::find(known_.begin(), known_.end(), place) != known_.end()) continue;
      known_.push_back(place);
      total_.parameters += numbers;
    }
    total_.bytes += row.bytes;
    rows_.push_back(std::move(row));
  }

  const std::vector<LayerRow>& rows() const { return rows_; }
  /// Sums over the rows; it has no path, layer, sites and channels.
  const LayerRow& total() const { return total_; }

 private:
  struct Open {
    std::string path;
    std::size_t first;  // rows that were there before it
    Counts counts;
  };

  std::vector<Open> open_;
  std::vector<LayerRow> rows_;
  LayerRow total_;
  std::vector<const void*> known_;
};

}  // namespace scn

// What a network costs on an input: counts of its work, and a table of its layers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "scn/layers/layer.hpp"

namespace scn {

/// A row for each layer in the order of their calls, and the sums. Layers that share parameters list them each; the
/// total has them once, and has no sites and channels.
struct Summary {
  std::vector<LayerRow> rows;
  LayerRow total;
};

/// Calls net(x) as inference does, changing neither, and tells what its layers did. A net is any layer, network or
/// function of (input, tape); the layers within are seen where Sequential, AnySequential, CheckpointedSequential and
/// ConcatTable call them, under their names: "1.0.2". Costs an inference.
template <class Net, class X>
Summary summary(const Net& net, const X& x) {
  LayerLog log;
  Tape tape({.record = false, .training = false, .update_statistics = false}, &log);
  call_layer(net, "", x, &tape);
  return {log.rows(), log.total()};
}

/// The work of net(x) alone, by the reference's counters: forward_pass_multiplyAdd_count and forward_pass_hidden_states
/// of one forward pass.
template <class Net, class X>
Counts count(const Net& net, const X& x) {
  return summary(net, x).total.counts;
}

/// The table with one line for each row, a head, and the total below.
inline std::string to_string(const Summary& summary) {
  using Line = std::vector<std::string>;
  std::vector<Line> lines{{"", "layer", "sites", "channels", "pairs", "multiply-adds", "parameters", "bytes"}};
  const auto add = [&](const LayerRow& row, const std::string& sites, const std::string& channels) {
    lines.push_back({row.path, row.layer, sites, channels, std::to_string(row.counts.pairs),
                     std::to_string(row.counts.multiply_adds), std::to_string(row.parameters),
                     std::to_string(row.bytes)});
  };
  for (const LayerRow& row : summary.rows) add(row, std::to_string(row.sites), std::to_string(row.channels));
  add(summary.total, "", "");
  lines.back()[1] = "total";

  std::vector<std::size_t> widths(lines[0].size());
  for (const Line& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const Line& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string blanks(widths[i] - line[i].size(), ' ');
      text += i < 2 ? line[i] + blanks : blanks + line[i];  // names on the left, numbers on the right
      text += i + 1 < line.size() ? "  " : "\n";
    }
  return text;
}

inline std::ostream& operator<<(std::ostream& out, const Summary& summary) { return out << to_string(summary); }

}  // namespace scn

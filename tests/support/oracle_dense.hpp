// Oracle by dense arrays: sites scattered to a grid with margins, a plain dense convolution, and a gather.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "oracle_convolution.hpp"
#include "oracle_sites.hpp"
#include "oracle_window.hpp"

/// Use: `dense_convolve(layer, window, x, outputs)` must equal convolve() over the pairs of the window, and
/// `dense_deconvolve(layer, window, x, finer)` the one over the transposed pairs, without any pair being formed.
/// Both throw std::length_error for a grid of more than 2^20 cells, before they allocate it.
namespace oracle {

/// Channels on a box of cells for every sample of a range; row-major (sample, axes..., channel).
class Grid {
 public:
  static constexpr std::int64_t most_cells = std::int64_t{1} << 20;

  /// The box holds low <= cell <= high on every axis, where axis 0 is the sample.
  Grid(const Axes& low, const Axes& high, std::size_t channels) : low_(low), channels_(channels) {
    for (std::size_t axis = 0; axis < low.size(); ++axis) {
      length_.push_back(high[axis] - low[axis] + 1);
      if (length_.back() > most_cells / cells_) throw std::length_error("dense grid of more than 2^20 cells");
      cells_ *= length_.back();
    }
    values_.assign(static_cast<std::size_t>(cells_) * channels, 0.0);
  }

  std::int64_t cells() const { return cells_; }

  /// The cell at a place in memory, sample first.
  Axes cell(std::int64_t number) const {
    Axes cell(low_.size());
    for (std::size_t axis = low_.size(); axis-- > 0;) {
      cell[axis] = low_[axis] + number % length_[axis];
      number /= length_[axis];
    }
    return cell;
  }

  /// The cell's channels; the cell must be in the box.
  double* at(const Axes& cell) {
    std::int64_t number = 0;
    for (std::size_t axis = 0; axis < low_.size(); ++axis) {
      const std::int64_t index = cell[axis] - low_[axis];
      if (index < 0 || index >= length_[axis]) throw std::out_of_range("cell outside the dense grid");
      number = number * length_[axis] + index;
    }
    return values_.data() + static_cast<std::size_t>(number) * channels_;
  }

 private:
  Axes low_, length_;
  std::int64_t cells_ = 1;
  std::size_t channels_;
  std::vector<double> values_;
};

/// The smallest box around a set of cells, grown cell by cell.
struct Box {
  Axes low, high;

  void add(const Axes& cell) {
    if (low.empty()) low = high = cell;
    for (std::size_t axis = 0; axis < cell.size(); ++axis) {
      low[axis] = std::min(low[axis], cell[axis]);
      high[axis] = std::max(high[axis], cell[axis]);
    }
  }
};

/// Sample and coordinates as one list.
inline Axes cell_of(const Site& site) {
  Axes cell{site.sample};
  cell.insert(cell.end(), site.at.begin(), site.at.end());
  return cell;
}

/// The cell stride * out + dilation * index - pad of an output cell.
inline Axes seen_by(const Window& window, const Axes& out, const Axes& index) {
  Axes in = out;
  for (std::size_t axis = 0; axis < window.dimension(); ++axis)
    in[axis + 1] = window.stride[axis] * out[axis + 1] + window.dilation[axis] * index[axis] - window.pad[axis];
  return in;
}

/// The boxes of coarse cells and of everything that they see or that is given as fine.
struct DenseBoxes {
  Box fine, coarse;

  DenseBoxes(const Window& window, const SiteSet& fine_sites, const SiteSet& coarse_sites) {
    for (const Site& site : fine_sites) fine.add(cell_of(site));
    for (const Site& site : coarse_sites) coarse.add(cell_of(site));
    if (fine.low.empty() || coarse.low.empty()) return;
    Axes last;
    for (const std::int64_t size : window.size) last.push_back(size - 1);
    fine.add(seen_by(window, coarse.low, Axes(window.dimension(), 0)));
    fine.add(seen_by(window, coarse.high, last));
  }

  bool empty() const { return fine.low.empty() || coarse.low.empty(); }
};

/// to += from * the weights of one tap, group by group.
inline void multiply_add(const Convolution& layer, std::size_t tap, const double* from, double* to) {
  const std::size_t in = layer.in / layer.groups, out = layer.out / layer.groups;
  for (std::size_t o = 0; o < layer.out; ++o)
    for (std::size_t i = 0; i < in; ++i)
      to[o] += from[o / out * in + i] * layer.weight[layer.place(tap, o / out, i, o % out)];
}

inline void scatter(const Features& x, Grid& grid) {
  for (const auto& [site, row] : x) std::copy(row.begin(), row.end(), grid.at(cell_of(site)));
}

/// The grid at `sites`, plus the bias; zero and the bias if there is no grid.
inline Features gather(const Convolution& layer, const SiteSet& sites, Grid* grid) {
  Features y = zeros(sites, layer.out);
  for (auto& [site, row] : y)
    for (std::size_t o = 0; o < layer.out; ++o)
      row[o] = (grid ? grid->at(cell_of(site))[o] : 0.0) + (layer.bias.empty() ? 0.0 : layer.bias[o]);
  return y;
}

/// Convolution of the whole box around the outputs, read at the outputs.
inline Features dense_convolve(const Convolution& layer, const Window& window, const Features& x,
                               const SiteSet& outputs) {
  require_shapes(layer, x);
  const DenseBoxes boxes(window, sites_of(x), outputs);
  if (boxes.empty()) return gather(layer, outputs, nullptr);
  Grid fine(boxes.fine.low, boxes.fine.high, layer.in), coarse(boxes.coarse.low, boxes.coarse.high, layer.out);
  scatter(x, fine);
  for (std::int64_t number = 0; number < coarse.cells(); ++number) {
    const Axes out = coarse.cell(number);
    for (std::int64_t tap = 0; tap < volume(window); ++tap)
      multiply_add(layer, static_cast<std::size_t>(tap), fine.at(seen_by(window, out, tap_indices(window, tap))),
                   coarse.at(out));
  }
  return gather(layer, outputs, &coarse);
}

/// Transposed convolution of the whole box around the inputs, read at the finer outputs.
inline Features dense_deconvolve(const Convolution& layer, const Window& window, const Features& x,
                                 const SiteSet& outputs) {
  require_shapes(layer, x);
  const DenseBoxes boxes(window, outputs, sites_of(x));
  if (boxes.empty()) return gather(layer, outputs, nullptr);
  Grid fine(boxes.fine.low, boxes.fine.high, layer.out), coarse(boxes.coarse.low, boxes.coarse.high, layer.in);
  scatter(x, coarse);
  for (std::int64_t number = 0; number < coarse.cells(); ++number) {
    const Axes from = coarse.cell(number);
    for (std::int64_t tap = 0; tap < volume(window); ++tap)
      multiply_add(layer, static_cast<std::size_t>(tap), coarse.at(from),
                   fine.at(seen_by(window, from, tap_indices(window, tap))));
  }
  return gather(layer, outputs, &fine);
}

}  // namespace oracle

// A random dense grid, in any dimension, described without the library.
#pragma once

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "convolution_case.hpp"

namespace properties {

/// (batch, channels, size...) numbers, the last axis fastest.
struct DenseCase {
  Axes size;
  std::int64_t batch = 1, channels = 1;
  std::vector<double> values = {};

  /// Cells of one plane.
  std::int64_t cells() const { return std::accumulate(size.begin(), size.end(), std::int64_t{1}, std::multiplies<>()); }
  /// Where a cell lies.
  Axes place(std::int64_t cell) const { return oracle::tap_indices(oracle::strided_window(size, size), cell); }
};

/// Those cells where a channel is not 0.
inline Features nonzero_cells(const DenseCase& drawn) {
  Features x;
  const std::int64_t cells = drawn.cells();
  for (std::int64_t sample = 0; sample < drawn.batch; ++sample)
    for (std::int64_t cell = 0; cell < cells; ++cell) {
      Site site{static_cast<std::int32_t>(sample), {}};
      for (const std::int64_t at : drawn.place(cell)) site.at.push_back(static_cast<std::int32_t>(at));
      std::vector<double> channels;
      for (std::int64_t c = 0; c < drawn.channels; ++c)
        channels.push_back(drawn.values[static_cast<std::size_t>((sample * drawn.channels + c) * cells + cell)]);
      if (oracle::nonzero_part(channels) > 0) x[site] = channels;
    }
  return x;
}

/// Small integers, among them zeros in cells that have other channels, and up to two borders of zeros.
inline DenseCase random_dense(Random& random) {
  const ConvolutionSettings settings;
  DenseCase drawn{Axes(one_of(random, settings.dimensions), 1), random.integer(1, 3), random.integer(1, 3)};
  const auto random_axis = [&] {
    return static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(drawn.size.size()) - 1));
  };
  while (drawn.cells() < 60) drawn.size[random_axis()] += random.integer(1, 3);
  const std::int64_t cells = drawn.cells();
  drawn.values = oracle::random_integers(random, static_cast<std::size_t>(drawn.batch * drawn.channels * cells), 2);
  for (int border = 0; border < 2; ++border) {
    const std::size_t axis = random_axis();
    const std::int64_t layer = random.integer(0, 1) * (drawn.size[axis] - 1);
    if (drawn.size[axis] < 3) continue;
    for (std::size_t i = 0; i < drawn.values.size(); ++i)
      if (drawn.place(static_cast<std::int64_t>(i) % cells)[axis] == layer) drawn.values[i] = 0;
  }
  return drawn;
}

/// "" if there are 30 cells that are not zero, and 30 % of the numbers are not 0.
inline std::string vacuity(const DenseCase& drawn) {
  const std::size_t cells = nonzero_cells(drawn).size();
  return cells < 30 ? "only " + std::to_string(cells) + " active cells" : oracle::vacuity(cells, drawn.values);
}

inline std::vector<DenseCase> parts(const DenseCase&) { return {}; }

inline std::string text(const DenseCase& drawn) {
  return std::to_string(drawn.batch) + " x " + std::to_string(drawn.channels) + " x " + text(drawn.size);
}

}  // namespace properties

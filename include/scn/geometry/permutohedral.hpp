// The permutohedral lattice: its basis, and the offsets of a site's nearest neighbours.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "scn/geometry/point.hpp"

namespace scn {

/// Two D x D matrices, lower triangular: row i of `basis` is the point of the lattice site with 1 on axis i and 0 on
/// the others. Rows have length 1 and products of 1 / 2 with each other. A real point times `inverse`, from the left,
/// is its place in the coordinates of the lattice, to be rounded or quantized; a site times `basis` is its point.
template <int D>
requires Dimension<D>
struct PermutohedralBasis {
  using Matrix = std::array<std::array<double, std::size_t{D}>, std::size_t{D}>;
  Matrix basis{}, inverse{};
};

/// `const auto [basis, inverse] = permutohedral_basis<3>();`
template <int D>
PermutohedralBasis<D> permutohedral_basis() {
  PermutohedralBasis<D> result;
  for (std::size_t row = 0; row < std::size_t{D}; ++row) {
    const double i = static_cast<double>(row);
    for (std::size_t column = 0; column < row; ++column) {
      const double j = static_cast<double>(column);
      result.basis[row][column] = 1 / std::sqrt(2 * (j + 1) * (j + 2));
      result.inverse[row][column] = -std::sqrt(2 / ((i + 1) * (i + 2)));
    }
    result.basis[row][row] = std::sqrt((i + 2) / (2 * (i + 1)));
    result.inverse[row][row] = std::sqrt(2 * (i + 1) / (i + 2));
  }
  return result;
}

/// The site itself and all lattice sites at distance 1: offsets with at most one 1, at most one -1 and zeros otherwise,
/// D^2 + D + 1 of them. The order is that of SparseConvNet's weights: the centre, then the neighbours with the last
/// coordinate slowest, each ascending; in two dimensions the centre stands among them, at its place of that order.
template <int D>
requires Dimension<D> std::vector<Point<D>> permutohedral_offsets() {
  constexpr int none = D;
  std::vector<Point<D>> offsets;
  for (int up = 0; up <= none; ++up)
    for (int down = 0; down <= none; ++down) {
      if (up == down && up != none) continue;
      Point<D> offset;
      if (up != none) offset[up] = 1;
      if (down != none) offset[down] = -1;
      offsets.push_back(offset);
    }
  std::sort(offsets.begin(), offsets.end(), [](const Point<D>& a, const Point<D>& b) {
    if constexpr (D != 2)
      if (a == Point<D>(0) || b == Point<D>(0)) return b != Point<D>(0);
    int axis = D - 1;
    while (axis > 0 && a[axis] == b[axis]) --axis;
    return a[axis] < b[axis];
  });
  return offsets;
}

}  // namespace scn

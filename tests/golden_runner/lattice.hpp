// The basis of the permutohedral lattice.
#pragma once

#include <vector>

#include "golden_runner/case.hpp"
#include "scn/geometry/permutohedral.hpp"

namespace golden {

template <int D>
void compare_basis(Case& stored) {
  const auto [basis, inverse] = scn::permutohedral_basis<D>();
  const auto numbers = [](const auto& matrix) {
    std::vector<double> all;
    for (const auto& row : matrix) all.insert(all.end(), row.begin(), row.end());
    return all;
  };
  stored.compare("basis", numbers(basis), Kind::output);
  stored.compare("basis_inverse", numbers(inverse), Kind::output);
}

}  // namespace golden

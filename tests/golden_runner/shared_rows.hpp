// Which rows of two tensors are at one site, against the lists of a case.
#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "golden_runner/case.hpp"

namespace golden {

/// (row of the left tensor, row of the right one), numbered as in the file.
using SharedRows = std::set<std::pair<std::int64_t, std::int64_t>>;

/// Compares common_left with common_right, left_only, right_only, copy_features_pairs and sparsify_compare_mask, as far
/// as the case has them, for tensors of so many rows.
void compare_shared_rows(Case& stored, const SharedRows& ours, std::int64_t left_rows, std::int64_t right_rows);

}  // namespace golden

// The rules by which results are compared that the library does not share: defects of the reference, and random draws.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "golden_runner/expectation.hpp"

namespace golden {

/// Each gives what is expected where its condition holds, and null elsewhere.
using Rule = std::unique_ptr<Expectation>(const Subject& subject);

/// Dropout in training, which is stored with its mask: a draw of our own cannot equal it. The stored arrays obey their
/// mask, and ours some mask of the same kind, with a share of kept elements within five standard deviations.
Rule dropout_rule;

/// Batch normalisation in training: moments from two passes for channels whose mean is above 1000 deviations, since the
/// reference takes its moments in one pass. In float the gradient over two rows is compared relative to the terms of
/// which it is the difference.
Rule normalization_rule;

/// Max pooling that drops the first channels: the reference's gradient forgets the offset.
Rule max_pooling_rule;

/// Permutohedral convolution in two dimensions: the regular neighbours, where the reference has the centre twice and
/// one neighbour not at all.
Rule permutohedral_rule;

/// Normalised coordinates on an axis of one site are 0, where the reference divides by 0.
Rule add_coords_rule;

/// Sections that are computed twice: statistics after one update, where the reference makes two, and the counters of
/// one pass, where it counts both.
Rule checkpointed_rule;

/// The fraction of a running statistic that its layer keeps.
double momentum_of(const Subject& subject, const std::string& parameter);

/// The variance of one row is 0, where the reference divides 0 by 0: what running variance `parameter` is after it.
std::vector<double> one_row_variance(const Subject& subject, const std::string& parameter);

}  // namespace golden

// Comparison of the lists of rows that compare_sparse and its relatives work on.
#include "golden_runner/shared_rows.hpp"

#include <string>
#include <vector>

namespace golden {

namespace {

using Numbers = std::vector<std::int64_t>;

/// Elements first, first + step, ... of `a` beside those of `b`.
SharedRows paired(Case& stored, const std::string& name, const Numbers& a, const Numbers& b, std::size_t first,
                  std::size_t step) {
  SharedRows pairs;
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size() && i + first < b.size(); i += step, ++count) pairs.insert({a[i], b[i + first]});
  stored.check(a.size() == b.size() && pairs.size() == count, name + ": a pair occurs twice, or has one row alone");
  return pairs;
}

void compare_alone(Case& stored, const std::string& name, const std::set<std::int64_t>& shared, std::int64_t rows) {
  if (!stored.has(name)) return;
  const Numbers listed = stored.whole_numbers(name);
  std::set<std::int64_t> alone;
  for (std::int64_t row = 0; row < rows; ++row)
    if (!shared.contains(row)) alone.insert(row);
  const bool same = std::set<std::int64_t>(listed.begin(), listed.end()) == alone && listed.size() == alone.size();
  stored.check(same, name + ": these are not the rows that one tensor alone has");
}

}  // namespace

void compare_shared_rows(Case& stored, const SharedRows& ours, std::int64_t left_rows, std::int64_t right_rows) {
  if (stored.has("common_left") && stored.has("common_right"))
    stored.check(paired(stored, "common_left", stored.whole_numbers("common_left"),
                        stored.whole_numbers("common_right"), 0, 1) == ours,
                 "common_left, common_right: these are not the rows of the common sites");
  if (stored.has("copy_features_pairs")) {
    const Numbers flat = stored.whole_numbers("copy_features_pairs");
    stored.check(paired(stored, "copy_features_pairs", flat, flat, 1, 2) == ours,
                 "copy_features_pairs: these are not the rows of the common sites");
  }
  std::set<std::int64_t> left, right;
  for (const auto& [row, other] : ours) {
    left.insert(row);
    right.insert(other);
  }
  compare_alone(stored, "left_only", left, left_rows);
  compare_alone(stored, "right_only", right, right_rows);
  if (!stored.has("sparsify_compare_mask")) return;
  Numbers mask(static_cast<std::size_t>(left_rows));
  for (const std::int64_t row : left) mask[static_cast<std::size_t>(row)] = 1;
  stored.compare_integers("sparsify_compare_mask", mask);
}

}  // namespace golden

// What a draw of windows must have been, from what is known of it.
#include "golden_runner/randomized_windows.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

namespace golden {

namespace {

std::string array_of(std::size_t axis) { return "window_starts_axis" + std::to_string(axis); }

int of_axis(const std::vector<int>& numbers, std::size_t axis) { return numbers[numbers.size() == 1 ? 0 : axis]; }

std::vector<int> size_of(const Subject& subject) { return subject.node.integers({"filter_size", "pool_size"}, {1}); }

/// Windows of one axis.
class Axis {
 public:
  /// `coordinates` are those of the input sites.
  Axis(std::int64_t size, std::int64_t stride, std::vector<std::int64_t> coordinates)
      : size_(size), stride_(stride), coordinates_(std::move(coordinates)) {}

  /// The cheapest way from 0 through all known starts; empty if there is none.
  std::vector<std::int64_t> filled(const std::vector<std::int64_t>& known) const {
    if (known.empty()) return {};
    std::vector<std::map<std::int64_t, Way>> ways(known.size());  // by start
    if (known[0] <= 0) ways[0][0] = {cost(known[0], 0), 0};
    for (std::size_t window = 1; window < known.size(); ++window)
      for (const auto& [from, way] : ways[window - 1])
        for (const std::int64_t start : {from + stride_, from + stride_ - 1, from + stride_ + 1}) {
          if (known[window] >= 0 && known[window] != start) continue;
          const std::int64_t cost_here = way.cost + cost(known[window], start);
          const auto found = ways[window].find(start);
          if (found == ways[window].end() || cost_here < found->second.cost) ways[window][start] = {cost_here, from};
        }
    // The steps of a draw add up to as many strides.
    std::int64_t start = stride_ * (std::ssize(known) - 1);
    if (!ways.back().contains(start)) return {};
    std::vector<std::int64_t> starts(known.size());
    for (std::size_t window = known.size(); window-- > 0;) {
      starts[window] = start;
      start = ways[window].at(start).from;
    }
    return starts;
  }

 private:
  struct Way {
    std::int64_t cost = 0, from = 0;
  };

  /// The sites that a window which nothing reveals meets there.
  std::int64_t cost(std::int64_t known, std::int64_t start) const {
    if (known >= 0) return 0;
    return std::ranges::count_if(coordinates_, [&](std::int64_t at) { return at >= start && at < start + size_; });
  }

  std::int64_t size_, stride_;
  std::vector<std::int64_t> coordinates_;
};

}  // namespace

WindowStarts window_starts(const Subject& subject) {
  WindowStarts all;
  const std::vector<int> stride = subject.node.integers({"filter_stride", "pool_stride"}, {1});
  for (std::size_t axis = 0; subject.stored.has(array_of(axis)); ++axis) {
    std::vector<std::int64_t> coordinates;
    for (const Coordinates& site : subject.in) coordinates.push_back(site.at(axis));
    const std::vector<std::int64_t> known = subject.stored.whole_numbers(array_of(axis));
    all.push_back(Axis(of_axis(size_of(subject), axis), of_axis(stride, axis), coordinates).filled(known));
    scn::require<scn::FormatError>(all.back().size() == known.size(), array_of(axis),
                                   ": no steps about the stride lead through these starts");
  }
  return all;
}

void compare_window_starts(const Subject& subject) {
  WindowStarts revealed;
  for (std::size_t axis = 0; subject.stored.has(array_of(axis)); ++axis)
    revealed.emplace_back(static_cast<std::size_t>(subject.stored.shape(array_of(axis)).at(0)), -1);
  for (const auto& [tap, sites] : stored_rules(subject.stored, subject.in, subject.out)) {
    std::int64_t rest = tap;
    for (std::size_t axis = revealed.size(); axis-- > 0;) {
      const int size = of_axis(size_of(subject), axis);
      revealed[axis].at(static_cast<std::size_t>(sites.second.at(axis))) = sites.first.at(axis) - rest % size;
      rest /= size;
    }
  }
  for (std::size_t axis = 0; axis < revealed.size(); ++axis)
    subject.stored.compare_integers(array_of(axis), revealed[axis]);
}

}  // namespace golden

// The true gradient of max pooling that drops the first channels.
#include <algorithm>

#include "golden_runner/mended.hpp"
#include "golden_runner/randomized_windows.hpp"
#include "golden_runner/rows.hpp"

namespace golden {

namespace {

class DroppedChannels : public Expectation {
 public:
  explicit DroppedChannels(const Subject& subject)
      : Expectation(subject),
        size_(subject.node.integers({"filter_size", "pool_size"}, {1})),
        stride_(subject.node.integers({"filter_stride", "pool_stride"}, {1})),
        starts_(window_starts(subject)) {}

  void input_gradient(const Numbers& ours) override {
    const std::int64_t drop = stored_.shape("in_features").at(1) - stored_.shape("grad_out").at(1);
    stored_.compare("grad_in", routed(drop, 0), Kind::gradient);
    stored_.compare_mended("grad_in", routed(drop, drop), ours, Kind::gradient);
  }

 private:
  /// The gradient of output channel c to every input of the window whose channel c + offset equals the output, where
  /// that is the largest of channel c + drop.
  Numbers routed(std::int64_t drop, std::int64_t offset) {
    const Rows x{stored_.reals("in_features"), stored_.shape("in_features").at(1)};
    const Rows dy{stored_.reals("grad_out"), stored_.shape("grad_out").at(1)};
    Rows dx{Numbers(x.values.size()), x.channels};
    for (std::size_t o = 0; o < subject_.out.size(); ++o) {
      const std::vector<std::int64_t> seen = inputs_of(subject_.out[o]);
      for (std::int64_t c = 0; c < dy.channels; ++c) {
        double largest = 0;
        for (const std::int64_t i : seen) largest = std::max(largest, x(i, c + drop));
        for (const std::int64_t i : seen)
          if (x(i, c + offset) == largest) dx(i, c + offset) += dy(static_cast<std::int64_t>(o), c);
      }
    }
    return dx.values;
  }

  /// The input rows within the window of an output site.
  std::vector<std::int64_t> inputs_of(const Coordinates& out) const {
    std::vector<std::int64_t> rows;
    for (std::size_t row = 0; row < subject_.in.size(); ++row) {
      const Coordinates& in = subject_.in[row];
      bool within = in.back() == out.back();
      for (std::size_t axis = 0; axis + 1 < in.size(); ++axis) {
        const std::int64_t start = starts_.empty() ? stride_[stride_.size() == 1 ? 0 : axis] * out[axis]
                                                   : starts_[axis].at(static_cast<std::size_t>(out[axis]));
        within = within && in[axis] >= start && in[axis] < start + size_[size_.size() == 1 ? 0 : axis];
      }
      if (within) rows.push_back(static_cast<std::int64_t>(row));
    }
    return rows;
  }

  std::vector<int> size_, stride_;
  WindowStarts starts_;
};

}  // namespace

std::unique_ptr<Expectation> max_pooling_rule(const Subject& subject) {
  const bool drops = subject.node.integer({"n_features_to_drop", "nFeaturesToDrop"}, 0) > 0;
  const bool applies = drops && subject.node.type().ends_with("MaxPooling");
  return applies ? std::make_unique<DroppedChannels>(subject) : nullptr;
}

}  // namespace golden

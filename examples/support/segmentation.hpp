// Training of what finds a class for each point, scored over several views of each item, as two examples do it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "training.hpp"

namespace support {

/// The task of a Trainer. Beside what Training asks for, Data has a list `test` of items with `labels`, one a point;
/// view(batch, item, draw), which shows one of them to the network, after which batch.points has the row of the item
/// for each row of the batch; classes(item), the first class that its points may have and how many follow; and
/// `Scores`, with add(item, predictions) and mean_iou().
template <class Data, class Network, class Input>
class Segmentation : public Training<Data, Network, Input> {
 public:
  using Batch = typename Data::Batch;
  using Scores = typename Data::Scores;

  Segmentation(const Data& data, const Network& network, Input input, std::uint64_t views, const RunSettings& settings)
      : Training<Data, Network, Input>(data, network, std::move(input), settings), views_(views) {
    scn::require(views >= 1, "Segmentation: expected at least one view, got ", views);
  }

  /// Mean IoU over the test. A point has the class whose score is largest in the sum over all views.
  double score(std::int64_t epoch) {
    scores_ = {};
    for (std::size_t i = 0; i < this->data().test.size(); ++i) {
      predictions_ = predict(i);
      scores_.add(this->data().test[i], predictions_);
    }
    std::fprintf(stderr, "epoch %lld: mean IoU %.2f %%\n", static_cast<long long>(epoch + 1), 100 * scores_.mean_iou());
    return scores_.mean_iou();
  }

  const Scores& scores() const { return scores_; }                               ///< of the last score()
  const std::vector<std::int32_t>& predictions() const { return predictions_; }  ///< for the last item of the test

 private:
  std::vector<std::int32_t> predict(std::size_t number) const {
    const auto& item = this->data().test[number];
    const auto [first, count] = this->data().classes(item);
    std::vector<float> sum(item.labels.size() * std::size_t(count));
    for (std::uint64_t view = 0; view < views_; ++view) {
      Batch batch;
      this->data().view(batch, item, {this->settings().seed, std::uint64_t{1} << 63 | view << 32 | number});
      const auto result = this->call(batch);
      const auto rows = result.value().to_host();
      for (std::size_t row = 0; row < batch.points.size(); ++row)
        for (std::size_t c = 0; c < std::size_t(count); ++c)
          sum[std::size_t(batch.points[row]) * std::size_t(count) + c] +=
              rows[row * std::size_t(result.channels()) + std::size_t(first) + c];
    }
    std::vector<std::int32_t> predictions;
    for (auto row = sum.begin(); row != sum.end(); row += count)
      predictions.push_back(std::int32_t(first + (std::max_element(row, row + count) - row)));
    return predictions;
  }

  std::uint64_t views_;
  Scores scores_;
  std::vector<std::int32_t> predictions_;
};

}  // namespace support

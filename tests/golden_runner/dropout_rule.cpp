// Dropout in training, by the masks.
#include <cmath>

#include "golden_runner/mended.hpp"

namespace golden {

namespace {

class Dropout : public Expectation {
 public:
  explicit Dropout(const Subject& subject)
      : Expectation(subject),
        by_channel_(subject.node.type() == "BatchwiseDropout"),
        share_(1 - subject.node.real({"p"}, 0.5)),
        x_(stored_.reals("in_features")),
        channels_(static_cast<std::size_t>(stored_.shape("in_features").at(1))) {}

  void outputs(const Numbers& ours) override {
    stored_.compare("out_features", masked(x_), Kind::output);
    kept_ = mask_of(ours);
    if (!by_channel_) check_share(kept_);
  }

  void input_gradient(const Numbers& ours) override {
    const Numbers dy = stored_.reals("grad_out");
    stored_.compare("grad_in", masked(dy), Kind::gradient);
    for (std::size_t i = 0; i < dy.size(); ++i)
      stored_.check(x_[i] == 0 || ours[i] == (kept_[i] ? dy[i] : 0),
                    "grad_in: an element does not follow the mask of the outputs");
  }

  /// A draw of a few channels says little about their share: that of many passes does.
  void again(const std::function<Numbers()>& pass) override {
    if (!by_channel_ || x_.empty()) return;
    std::vector<bool> draws;
    for (int i = 0; i < 100; ++i) {
      const std::vector<bool> kept = mask_of(pass());
      draws.insert(draws.end(), kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(channels_));
    }
    check_share(draws);
  }

 private:
  /// The array times the stored mask.
  Numbers masked(Numbers array) {
    const Numbers mask = stored_.reals("mask");
    for (std::size_t i = 0; i < array.size(); ++i) array[i] *= mask.at(i);
    return array;
  }

  /// Which elements are kept; an element that was 0 counts as kept unless its channel says otherwise.
  std::vector<bool> mask_of(const Numbers& y) {
    std::vector<bool> kept(x_.size(), true), channel(channels_, true);
    stored_.check(y.size() == x_.size(), "out_features: its size does not fit the input");
    for (std::size_t i = 0; i < std::min(x_.size(), y.size()); ++i) {
      stored_.check(y[i] == 0 || y[i] == x_[i], "out_features: an element is neither kept nor dropped");
      kept[i] = y[i] == x_[i];
      if (!kept[i]) channel[i % channels_] = false;
    }
    for (std::size_t i = 0; by_channel_ && i < kept.size(); ++i) {
      stored_.check(x_[i] == 0 || kept[i] == channel[i % channels_], "out_features: a channel is kept and dropped");
      kept[i] = channel[i % channels_];
    }
    return kept;
  }

  void check_share(const std::vector<bool>& draws) {
    double kept = 0;
    for (const bool keep : draws) kept += keep ? 1 : 0;
    const auto count = static_cast<double>(draws.size());
    stored_.check(
        std::abs(kept - share_ * count) <= 5 * std::sqrt(count * share_ * (1 - share_)) + 1e-9,
        scn::message("out_features: ", kept, " of ", count, " draws are kept, a share of ", share_, " is expected"));
  }

  bool by_channel_;
  double share_;
  Numbers x_;
  std::size_t channels_;
  std::vector<bool> kept_;
};

}  // namespace

std::unique_ptr<Expectation> dropout_rule(const Subject& subject) {
  const bool applies = subject.node.type().ends_with("Dropout") && subject.stored.has("mask");
  return applies ? std::make_unique<Dropout>(subject) : nullptr;
}

}  // namespace golden

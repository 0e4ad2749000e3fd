// Batch normalisation by its definition, in double and with moments from two passes.
#include <algorithm>
#include <cmath>

#include "golden_runner/mended.hpp"
#include "golden_runner/rows.hpp"

namespace golden {

namespace {

/// What follows the normalisation: y = z where z > 0, else leakiness z, or exp(z) - 1.
struct Rectifier {
  double leakiness = 1;
  bool exponential = false;

  double value(double z) const { return z > 0 ? z : exponential ? std::expm1(z) : leakiness * z; }
  double slope(double z) const { return z > 0 ? 1 : exponential ? std::exp(z) : leakiness; }
};

Rectifier rectifier_of(const Node& node) {
  if (node.type() == "BatchNormELU") return {.exponential = true};
  const double usual = node.type() == "BatchNormReLU" ? 0 : node.type() == "BatchNormLeakyReLU" ? 0.333 : 1;
  return {.leakiness = node.real({"leakiness"}, usual)};
}

class TwoPasses : public Expectation {
 public:
  explicit TwoPasses(const Subject& subject)
      : Expectation(subject),
        prefix_(subject.node.type() == "BatchNormELU" ? "0." : ""),
        rectifier_(rectifier_of(subject.node)),
        eps_(subject.node.real({"eps"}, 1e-4)) {
    const std::int64_t channels = stored_.shape("in_features").at(1);
    x_ = y_ = dx_ = {stored_.reals("in_features"), channels};
    dy_ = {array("grad_out"), channels};
    if (dy_.values.empty()) dy_.values.resize(x_.values.size());
    weight_ = array(prefix_ + "weight");
    bias_ = array(prefix_ + "bias");
    for (std::int64_t channel = 0; channel < channels; ++channel) compute_channel(channel);
  }

  void outputs(const Numbers& ours) override { compare_channels("out_features", y_.values, ours, Kind::output); }

  void input_gradient(const Numbers& ours) override {
    // Over two rows the gradient is what is left of two nearly equal terms.
    const bool cancels = x_.count() == 2 && !stored_.is_double();
    compare_channels("grad_in", dx_.values, ours, Kind::gradient, cancels ? largest_term_ : 0);
  }

  void gradient(const std::string& parameter, const Numbers& ours) override {
    compare_channels("grad_" + parameter, parameter == prefix_ + "weight" ? dweight_ : dbias_, ours, Kind::gradient);
  }

  void state(const std::string& parameter, const Numbers& ours) override {
    // The stored running variance is a difference of squares even in double precision.
    if (largest_spread_ > 1000 && stored_.is_double() && parameter == prefix_ + "running_var")
      stored_.compare("after_" + parameter, ours, Kind::state, 0, 1 + 1e-7 * largest_spread_ * largest_spread_);
    else
      Expectation::state(parameter, ours);
  }

 private:
  Numbers array(const std::string& name) { return stored_.has(name) ? stored_.reals(name) : Numbers(); }

  void compute_channel(std::int64_t channel) {
    const auto c = static_cast<std::size_t>(channel);
    const double gain = weight_.empty() ? 1 : weight_[c], shift = bias_.empty() ? 0 : bias_[c];
    const std::int64_t rows = x_.count();
    const auto count = static_cast<double>(rows);
    double mean = 0, variance = 0;
    for (std::int64_t row = 0; row < rows; ++row) mean += x_(row, channel) / count;
    for (std::int64_t row = 0; row < rows; ++row) variance += std::pow(x_(row, channel) - mean, 2) / count;
    const double inverse = 1 / std::sqrt(variance + eps_);
    spread_.push_back(variance > 0 ? std::abs(mean) / std::sqrt(variance) : 0);
    largest_spread_ = std::max(largest_spread_, spread_.back());

    double sum = 0, projection = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      const double normalized = (x_(row, channel) - mean) * inverse, z = gain * normalized + shift;
      y_(row, channel) = rectifier_.value(z);
      const double dz = dy_(row, channel) *= rectifier_.slope(z);
      sum += dz;
      projection += dz * normalized;
      largest_term_ = std::max(largest_term_, std::abs(gain * inverse * dz));
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      const double normalized = (x_(row, channel) - mean) * inverse;
      dx_(row, channel) = gain * inverse * (dy_(row, channel) - sum / count - normalized * projection / count);
    }
    dweight_.push_back(projection);
    dbias_.push_back(sum);
  }

  /// Channels without such a mean as they are stored; `scale` as in Case::compare.
  void compare_channels(const std::string& array, const Numbers& two_passes, const Numbers& ours, Kind kind,
                        double scale = 0) {
    if (largest_spread_ <= 1000 && scale == 0) return compare(array, ours, kind);
    if (largest_spread_ <= 1000) return stored_.compare(array, ours, kind, scale);
    Numbers expected = stored_.reals(stored_.has("f64/" + array) ? "f64/" + array : array);
    for (std::size_t i = 0; i < expected.size() && i < two_passes.size(); ++i)
      if (spread_[i % spread_.size()] > 1000) expected[i] = two_passes[i];
    // The mean itself is rounded, and its rounding is that many times more in units of the deviation.
    const double unit = stored_.is_double() ? 2.3e-16 / 1e-9 : 1.2e-7 / 1e-5;
    stored_.compare_mended(array, expected, ours, kind, scale, 1 + 4 * unit * largest_spread_);
  }

  std::string prefix_;
  Rectifier rectifier_;
  double eps_;
  Rows x_, dy_, y_, dx_;
  Numbers weight_, bias_, dweight_, dbias_;
  Numbers spread_;  // of each channel: |mean| / deviation
  double largest_spread_ = 0;
  double largest_term_ = 0;  // of those whose difference is dx
};

}  // namespace

std::unique_ptr<Expectation> normalization_rule(const Subject& subject) {
  const bool applies = subject.node.type().starts_with("BatchNorm") && subject.stored.training() && !subject.in.empty();
  return applies ? std::make_unique<TwoPasses>(subject) : nullptr;
}

double momentum_of(const Subject& subject, const std::string& parameter) {
  const Node layer = path_to(subject.node, parameter).back();
  return layer.real({"momentum"}, layer.type() == "BatchNormELU" ? 0.9 : 0.99);
}

std::vector<double> one_row_variance(const Subject& subject, const std::string& parameter) {
  const double momentum = momentum_of(subject, parameter);
  std::vector<double> variance = subject.stored.reals(parameter);
  for (double& value : variance) value *= momentum;
  return variance;
}

}  // namespace golden

// Permutohedral convolution in two dimensions by its definition.
#include <array>
#include <map>

#include "golden_runner/mended.hpp"
#include "golden_runner/rows.hpp"

namespace golden {

namespace {

using Offsets = std::array<std::array<int, 2>, 7>;

/// The second coordinate slowest; the reference takes the first of them for the centre too.
constexpr Offsets regular{{{0, -1}, {1, -1}, {-1, 0}, {0, 0}, {1, 0}, {-1, 1}, {0, 1}}};
constexpr Offsets defective{{{0, 0}, {1, -1}, {-1, 0}, {0, 0}, {1, 0}, {-1, 1}, {0, 1}}};

class Permutohedral : public Expectation {
 public:
  explicit Permutohedral(const Subject& subject)
      : Expectation(subject),
        groups_(subject.node.integer({"groups"}, 1)),
        x_{stored_.reals("in_features"), stored_.shape("in_features").at(1)},
        weight_(stored_.reals("weight")) {
    for (std::size_t row = 0; row < subject.in.size(); ++row)
      row_of_.emplace(subject.in[row], static_cast<std::int64_t>(row));
  }

  void outputs(const Numbers& ours) override {
    stored_.compare("out_features", convolved(defective), Kind::output);
    stored_.compare_mended("out_features", convolved(regular), ours, Kind::output);
  }
  void input_gradient(const Numbers& ours) override {
    stored_.compare("grad_in", gradients(defective).first, Kind::gradient);
    stored_.compare_mended("grad_in", gradients(regular).first, ours, Kind::gradient);
  }
  void gradient(const std::string& parameter, const Numbers& ours) override {
    if (parameter != "weight") return Expectation::gradient(parameter, ours);
    stored_.compare("grad_weight", gradients(defective).second, Kind::gradient);
    stored_.compare_mended("grad_weight", gradients(regular).second, ours, Kind::gradient);
  }
  void rules(const std::vector<SiteRule>& ours) override {
    compare_rules(stored_, stored_rules(stored_, subject_.in, subject_.out), site_rules(defective));
    compare_rules(stored_, site_rules(regular), ours);
  }
  void counts(const scn::Counts& ours, const std::vector<scn::LayerRow>&) override {
    const auto pairs = [&](const Offsets& offsets) { return std::ssize(site_rules(offsets)); };
    scn::Counts defect = ours;
    if (ours.pairs > 0) defect.multiply_adds = ours.multiply_adds / ours.pairs * pairs(defective);
    stored_.check(ours.pairs == pairs(regular), "multiply_adds: the pairs are not those of the regular neighbours");
    stored_.compare_counts(defect);
  }

 private:
  std::vector<SiteRule> site_rules(const Offsets& offsets) const {
    std::vector<SiteRule> rules;
    for (std::size_t tap = 0; tap < offsets.size(); ++tap)
      for (const auto& [site, row] : row_of_) {
        const Coordinates near{site[0] + offsets[tap][0], site[1] + offsets[tap][1], site[2]};
        if (row_of_.contains(near)) rules.push_back({static_cast<std::int64_t>(tap), {near, site}});
      }
    return rules;
  }

  /// f(input row, input channel, output row, output channel, weight) for every product of the convolution.
  template <class F>
  void each_product(const Offsets& offsets, const F& f) const {
    const std::int64_t in = x_.channels / groups_, out = stored_.shape("out_features").at(1) / groups_;
    for (const auto& [tap, sites] : site_rules(offsets))
      for (std::int64_t group = 0; group < groups_; ++group)
        for (std::int64_t i = 0; i < in; ++i)
          for (std::int64_t o = 0; o < out; ++o)
            f(row_of_.at(sites.first), group * in + i, row_of_.at(sites.second), group * out + o,
              static_cast<std::size_t>(((tap * groups_ + group) * in + i) * out + o));
  }

  Numbers convolved(const Offsets& offsets) {
    const Numbers bias = stored_.has("bias") ? stored_.reals("bias") : Numbers();
    Rows y{Numbers(static_cast<std::size_t>(x_.count() * stored_.shape("out_features").at(1))),
           stored_.shape("out_features").at(1)};
    for (std::size_t i = 0; !bias.empty() && i < y.values.size(); ++i) y.values[i] = bias[i % bias.size()];
    each_product(offsets, [&](std::int64_t in, std::int64_t i, std::int64_t out, std::int64_t o, std::size_t w) {
      y(out, o) += x_(in, i) * weight_.at(w);
    });
    return y.values;
  }

  /// Of the input and of the weight.
  std::pair<Numbers, Numbers> gradients(const Offsets& offsets) {
    const Rows dy{stored_.reals("grad_out"), stored_.shape("grad_out").at(1)};
    Rows dx{Numbers(x_.values.size()), x_.channels};
    Numbers dw(weight_.size());
    each_product(offsets, [&](std::int64_t in, std::int64_t i, std::int64_t out, std::int64_t o, std::size_t w) {
      dx(in, i) += dy(out, o) * weight_.at(w);
      dw.at(w) += dy(out, o) * x_(in, i);
    });
    return {dx.values, dw};
  }

  std::int64_t groups_;
  Rows x_;
  Numbers weight_;
  std::map<Coordinates, std::int64_t> row_of_;
};

}  // namespace

std::unique_ptr<Expectation> permutohedral_rule(const Subject& subject) {
  const bool applies = subject.node.type() == "PermutohedralSubmanifoldConvolution" && !subject.in.empty() &&
                       subject.in.front().size() == 3;
  return applies ? std::make_unique<Permutohedral>(subject) : nullptr;
}

}  // namespace golden

// A layer or network on sites: outputs, rules, gradients and updated statistics against those of a case.
#pragma once

#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/body.hpp"
#include "golden_runner/mended.hpp"
#include "scn/train/cross_entropy.hpp"

namespace golden {

template <int D, class T>
class LayerCase {
  using Dev = scn::CpuDevice<T>;
  using End = typename Body<D, Dev>::End;

 public:
  explicit LayerCase(Case& stored) : stored_(stored), body_(stored, device_) {}

  void run() {
    body_.parameters().load(stored_, "");
    scn::Tape tape({.training = stored_.training()});
    const bool backward = stored_.has("grad_out") || stored_.has("labels");
    scn::Tape* use = backward || stored_.training() ? &tape : nullptr;
    const auto duplicates = duplicates_of(stored_.integer("mode", stored_.is_network() ? 3 : 0));
    const Feed<D, Dev> in = feed<D>(stored_, device_, body_.window(), duplicates, use);
    const scn::SparseTensor<D, Dev> y = body_(in.x, use);
    if (body_.end() == End::dense)
      dense(y, tape);
    else if (body_.end() == End::points)
      points(y, tape);
    else
      sites(in, y, tape);
    if (backward) gradients(in);
    statistics(in);
  }

 private:
  void sites(const Feed<D, Dev>& in, const scn::SparseTensor<D, Dev>& y, scn::Tape& tape) {
    const std::vector<std::int64_t> out_size =
        stored_.has("out_spatial_size") ? stored_.whole_numbers("out_spatial_size") : std::vector<std::int64_t>{};
    const bool inside_only = in.clipped && !(y.sites == in.x.sites) && !body_.leads_back();
    out_ = stored_.has("out_coords") ? stored_.coordinates("out_coords", D) : in.coordinates;
    const RowMatch match =
        match_rows(stored_, "out_coords", out_, coordinates_of(*y.sites, device_), inside_only ? &out_size : nullptr);
    const std::int64_t channels = stored_.shape("out_features").at(1);
    stored_.check(y.channels() == channels || y.rows().bound == 0,
                  scn::message("out_features: expected ", channels, " channels, got ", y.channels()));
    if (stored_.has("out_spatial_size")) stored_.compare_integers("out_spatial_size", numbers_of(extent_of(in, y)));
    if (const auto samples = stored_.integer("batch_size", -1); samples >= 0)
      stored_.check(y.samples() == samples, scn::message("batch_size: expected ", samples, ", got ", y.samples()));
    if (stored_.has("rules")) rules(in, y, inside_only);
    const std::vector<double> values = match.to_file(widened(y.features.value()), y.channels());
    if (stored_.has("mask"))
      dropout(in, y);
    else
      outputs(in, values);
    if (!stored_.has("grad_out")) return;
    const std::vector<double> dy = match.from_file(stored_.reals("grad_out"), channels);
    tape.backward(y.features,
                  scn::Matrix<Dev>::from_host(device_, y.rows().bound, channels, std::span<const double>(dy)));
  }

  /// The extent of the result; where the sites had none, that of the same layer on no sites within the stored extent.
  scn::Point<D> extent_of(const Feed<D, Dev>& in, const scn::SparseTensor<D, Dev>& y) {
    if (y.extent()) return *y.extent();
    if (!in.clipped) throw scn::InvalidArgument("out_spatial_size: the result has no extent");
    const bool fine = stored_.has("fine_spatial_size");
    const auto size = point_of<D>(stored_.whole_numbers(fine ? "fine_spatial_size" : "spatial_size"));
    auto x = scn::InputLayer<D, Dev>(device_, size)(std::span<const scn::Site<D>>(), std::vector<float>(),
                                                    {.samples = 1, .channels = in.x.channels()});
    if (fine) x.sites = x.rulebook->strided(x.sites, body_.window()).sites;
    return *body_(x, nullptr).extent();
  }

  void rules(const Feed<D, Dev>& in, const scn::SparseTensor<D, Dev>& y, bool inside_only) {
    scn::Rulebook<D, Dev>& book = *in.x.rulebook;
    const std::int64_t maps = book.size();
    const scn::MapView<Dev> map = body_.is_submanifold() ? book.submanifold(in.x.sites, body_.window())
                                  : body_.leads_back()   ? book.back(in.x.sites, body_.window()).map
                                                         : book.strided(in.x.sites, body_.window()).map;
    stored_.check(book.size() == maps, "rules: the map of this window is not the one that the layer built");
    const auto from = coordinates_of(*in.x.sites, device_), to = coordinates_of(*y.sites, device_);
    const std::set<Coordinates> known_in(in.coordinates.begin(), in.coordinates.end());
    const std::set<Coordinates> known_out(out_.begin(), out_.end());
    std::vector<SiteRule> ours;
    for (const scn::Rule& rule : map.rules().pairs()) {
      const SiteRule site_rule{rule.tap,
                               {from[static_cast<std::size_t>(rule.in)], to[static_cast<std::size_t>(rule.out)]}};
      if (inside_only && !known_out.contains(site_rule.second.second)) continue;
      if (in.clipped && body_.leads_back() && !known_in.contains(site_rule.second.first)) continue;
      ours.push_back(site_rule);
    }
    compare_rules(stored_, in.coordinates, out_, std::move(ours));
  }

  void outputs(const Feed<D, Dev>& in, const std::vector<double>& values) {
    if (!body_.is_normalization() || !stored_.training() || in.coordinates.empty()) {
      stored_.compare("out_features", values, Kind::output);
      return;
    }
    const double leakiness = body_.type() == "BatchNormReLU" ? 0 : body_.type() == "BatchNormLeakyReLU" ? 0.333 : 1;
    normalization_.emplace(stored_, argument(body_.node(), {"eps"}, 1e-4),
                           argument(body_.node(), {"leakiness"}, leakiness));
    normalization_->compare_outputs(stored_, values);
  }

  /// A draw of our own cannot equal the stored one: the stored arrays have to obey x * mask, and ours some mask of the
  /// same kind, with a share of kept elements within five standard deviations.
  void dropout(const Feed<D, Dev>& in, const scn::SparseTensor<D, Dev>& y) {
    stored_.compare("out_features", masked("in_features"), Kind::output);
    const std::vector<double> before = widened(in.x.features.value()), after = widened(y.features.value());
    const double share = 1 - argument(body_.node(), {"p"}, 0.5), count = static_cast<double>(before.size());
    double kept = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      stored_.check(after[i] == 0 || after[i] == before[i], "out_features: an element is neither kept nor dropped");
      kept += before[i] == 0 ? share : after[i] == before[i] ? 1 : 0;
    }
    stored_.check(
        std::abs(kept - share * count) <= 5 * std::sqrt(count * share * (1 - share)) + 1e-9,
        scn::message("out_features: ", kept, " of ", count, " elements are kept, a share of ", share, " is expected"));
    dropped_ = [before, after](std::size_t i) { return before[i] != 0 && after[i] == 0; };
  }

  void dropout_gradient(const Feed<D, Dev>& in) {
    stored_.compare("grad_in", masked("grad_out"), Kind::gradient);
    const std::vector<double> dy = in.match.from_file(stored_.reals("grad_out"), in.source.channels());
    const std::vector<double> dx = gradient_of(in.source);
    // The rows of the tensor are sorted, those of the source are the file's.
    const RowMatch sorted =
        match_rows(stored_, "in_coords", in.coordinates, coordinates_of(*in.x.sites, device_), nullptr);
    const std::vector<double> rows_dy = sorted.from_file(dy, in.source.channels());
    const std::vector<double> rows_dx = sorted.from_file(dx, in.source.channels());
    const std::vector<double> x = widened(in.x.features.value());
    for (std::size_t i = 0; i < rows_dx.size(); ++i)
      stored_.check(x[i] == 0 || rows_dx[i] == (dropped_(i) ? 0 : rows_dy[i]),
                    "grad_in: an element does not follow the mask of the outputs");
  }

  /// The stored array times the stored mask.
  std::vector<double> masked(const std::string& array) {
    std::vector<double> product = stored_.reals(array);
    const std::vector<double> mask = stored_.reals("mask");
    for (std::size_t i = 0; i < product.size(); ++i) product[i] *= mask.at(i);
    return product;
  }

  void dense(const scn::SparseTensor<D, Dev>& x, scn::Tape& tape) {
    const scn::DenseTensor<D, Dev> y = scn::SparseToDense<D, Dev>(device_)(x, &tape);
    std::vector<std::int64_t> shape{y.batch_size, y.channels};
    for (int axis = 0; axis < D; ++axis) shape.push_back(y.spatial_size[axis]);
    stored_.check(shape == stored_.shape("out_features"), "out_features: the shape of the dense tensor differs");
    stored_.compare("out_features", widened(y.values.value()), Kind::output);
    if (!stored_.has("grad_out")) return;
    const std::vector<double> dy = stored_.reals("grad_out");
    tape.backward(y.values, scn::Matrix<Dev>::from_host(device_, y.values.rows().bound, y.values.channels(),
                                                        std::span<const double>(dy)));
  }

  void points(const scn::SparseTensor<D, Dev>& x, scn::Tape& tape) {
    const scn::Variable<Dev> y = body_.on_points(scn::OutputLayer<D, Dev>(device_)(x, &tape), &tape);
    stored_.compare("out_features", widened(y.value()), Kind::output);
    if (stored_.has("labels")) {
      const auto loss = scn::cross_entropy(y, stored_.whole_numbers("labels"), &tape);
      stored_.compare("loss", widened(loss.value()), Kind::loss);
      tape.backward(loss);
    } else if (stored_.has("grad_out")) {
      const std::vector<double> dy = stored_.reals("grad_out");
      tape.backward(y, scn::Matrix<Dev>::from_host(device_, y.rows().bound, y.channels(), std::span<const double>(dy)));
    }
  }

  void gradients(const Feed<D, Dev>& in) {
    if (stored_.has("mask")) return dropout_gradient(in);
    const std::vector<double> dx = in.match.to_file(gradient_of(in.source), in.source.channels());
    const auto drop = argument<std::int64_t>(body_.node(), {"n_features_to_drop", "nFeaturesToDrop"}, 0);
    if (body_.type() == "MaxPooling" && drop > 0) {
      const Rows x{stored_.reals("in_features"), in.source.channels()};
      const Rows dy{stored_.reals("grad_out"), stored_.shape("grad_out").at(1)};
      stored_.compare_mended("grad_in",
                             max_pooling_gradient(x, in.coordinates, dy, out_, numbers_of(window_size<D>(body_.node())),
                                                  numbers_of(window_stride<D>(body_.node()))),
                             dx, Kind::gradient);
    } else if (normalization_) {
      normalization_->compare_input_gradient(stored_, dx);
    } else {
      stored_.compare("grad_in", dx, Kind::gradient);
    }
    for (const scn::Parameter<Dev>& parameter : body_.parameters().all()) {
      const std::string name = "grad_" + parameter.name;
      if (!parameter.trained) continue;
      const std::vector<double> ours = body_.parameters().gradient(parameter);
      if (!stored_.has(name))  // the reference computes none where there are no rows
        stored_.check(in.coordinates.empty(), name + ": the file has no such gradient, the library computes it");
      else if (normalization_)
        normalization_->compare_gradient(stored_, parameter.name, ours);
      else
        stored_.compare(name, ours, Kind::gradient);
    }
  }

  /// What the pass changed has to be in the file, and what is not there must be as it was.
  void statistics(const Feed<D, Dev>& in) {
    for (const scn::Parameter<Dev>& parameter : body_.parameters().all()) {
      const std::string after = "after_" + parameter.name;
      const std::vector<double> ours = body_.parameters().value(parameter);
      if (!stored_.has(after)) {
        std::vector<double> before = stored_.reals(parameter.name);
        for (double& value : before) value = static_cast<double>(static_cast<T>(value));
        stored_.check(ours == before, parameter.name + ": the library changed it, the file does not say so");
      } else if (parameter.name == "running_var" && in.coordinates.size() == 1) {
        std::vector<double> expected = stored_.reals(parameter.name);  // one row has no variance
        for (double& value : expected) value *= argument(body_.node(), {"momentum"}, 0.99);
        stored_.compare_mended(after, expected, ours, Kind::state);
      } else if (parameter.name == "running_var" && normalization_) {
        normalization_->compare_variance(stored_, after, ours);
      } else {
        stored_.compare(after, ours, Kind::state);
      }
    }
  }

  Case& stored_;
  Dev device_{.threads = 1, .seed = 1};
  Body<D, Dev> body_;
  std::vector<Coordinates> out_;                       // of the rows of out_features in the file
  std::function<bool(std::size_t)> dropped_;           // whether dropout left out this element of the tensor
  std::optional<TwoPassNormalization> normalization_;  // only in training
};

}  // namespace golden

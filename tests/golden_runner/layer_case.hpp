// A layer or network on sites: outputs, rules, gradients and updated statistics against those of a case.
#pragma once

#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/feed.hpp"
#include "golden_runner/mended.hpp"
#include "scn/train/cross_entropy.hpp"

namespace golden {

/// Description of what a case runs: its network, or the one layer that its metadata describe.
Json described(const Case& stored);

template <int D, class T>
class LayerCase {
  using Dev = scn::CpuDevice<T>;
  enum class End { sites, dense, points };

 public:
  explicit LayerCase(Case& stored)
      : stored_(stored), node_(described(stored)), type_(node_.at("type").template get<std::string>()) {
    if (stored.has("rules") || stored.has("fine_coords")) window_ = window_of_layer();
    build();
  }

  void run() {
    parameters_->load(stored_, "");
    scn::Tape tape({.training = stored_.training()});
    const bool backward = stored_.has("grad_out") || stored_.has("labels");
    scn::Tape* use = backward || stored_.training() ? &tape : nullptr;
    Feed<D, Dev> in =
        feed<D>(stored_, device_, window_, duplicates_of(stored_.integer("mode", stored_.is_network() ? 3 : 0)), use);
    const scn::SparseTensor<D, Dev> y = forward(in.x, use);
    if (end_ == End::dense)
      dense(y, tape);
    else if (end_ == End::points)
      points(y, tape);
    else
      sites(in, y, tape);
    if (backward) gradients(in);
    statistics(in);
  }

  /// The network's result on sites, for cases that call it more than once.
  scn::SparseTensor<D, Dev> forward(const scn::SparseTensor<D, Dev>& x, scn::Tape* tape) const {
    return (*body_)({x}, tape).front();
  }
  StoredParameters<Dev>& parameters() { return *parameters_; }
  Dev& device() { return device_; }

 private:
  bool is_submanifold() const { return type_ == "SubmanifoldConvolution" || type_ == "ValidConvolution"; }
  bool leads_back() const { return type_ == "Deconvolution" || type_ == "UnPooling"; }

  scn::Window<D> window_of_layer() const {
    if (is_submanifold()) return scn::submanifold_window(window_size<D>(node_));
    return scn::strided_window(window_size<D>(node_), window_stride<D>(node_));
  }

  void build() {
    const std::int64_t channels = stored_.has("in_features") ? stored_.shape("in_features").at(1) : 0;
    Builder<D, Dev> builder(device_, channels);
    std::vector<scn::Parameter<Dev>> all;
    std::set<std::string> transposed;
    if (type_ == "SparseToDense") {
      end_ = End::dense;
      body_.emplace(scn::Identity{});
    } else if (type_ != "Sequential") {
      body_.emplace(builder.layer(node_));
    } else {
      scn::AnySequential<D, Dev> sequence;
      std::size_t position = 0;
      for (const Json& node : node_.at("layers")) {
        const std::string name = std::to_string(position++), type = node.at("type").get<std::string>();
        if (type == "SparseToDense" || type == "OutputLayer") {
          end_ = type == "OutputLayer" ? End::points : End::dense;
        } else if (end_ == End::sites) {
          sequence.add(builder.layer(node));
        } else if (type == "Linear" && end_ == End::points) {
          const auto& shape = stored_.shape(name + ".weight");
          linear_.emplace(device_, shape.at(1), shape.at(0), stored_.has(name + ".bias"));
          linear_->parameters(name + ".", all);
          transposed.insert(name + ".weight");
        } else {
          throw Skipped(type + " behind an OutputLayer or SparseToDense is not in the library yet");
        }
      }
      body_.emplace(std::move(sequence));
    }
    body_->parameters("", all);
    parameters_.emplace(std::move(all), std::move(transposed));
  }

  void sites(const Feed<D, Dev>& in, const scn::SparseTensor<D, Dev>& y, scn::Tape& tape) {
    const std::vector<std::int64_t> out_size =
        stored_.has("out_spatial_size") ? stored_.whole_numbers("out_spatial_size") : std::vector<std::int64_t>{};
    const bool inside_only = in.clipped && !(y.sites == in.x.sites) && !leads_back();
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
      dropout(in, y, tape);
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
    if (fine) x.sites = x.rulebook->strided(x.sites, window_).sites;
    return *forward(x, nullptr).extent();
  }

  void rules(const Feed<D, Dev>& in, const scn::SparseTensor<D, Dev>& y, bool inside_only) {
    scn::Rulebook<D, Dev>& book = *in.x.rulebook;
    const std::int64_t maps = book.size();
    const scn::MapView<Dev> map = is_submanifold() ? book.submanifold(in.x.sites, window_)
                                  : leads_back()   ? book.back(in.x.sites, window_).map
                                                   : book.strided(in.x.sites, window_).map;
    stored_.check(book.size() == maps, "rules: the map of this window is not the one that the layer built");
    const auto from = coordinates_of(*in.x.sites, device_), to = coordinates_of(*y.sites, device_);
    const std::set<Coordinates> known_in(in.coordinates.begin(), in.coordinates.end());
    const std::set<Coordinates> known_out(out_.begin(), out_.end());
    std::vector<SiteRule> ours;
    for (const scn::Rule& rule : map.rules().pairs()) {
      const SiteRule site_rule{rule.tap,
                               {from[static_cast<std::size_t>(rule.in)], to[static_cast<std::size_t>(rule.out)]}};
      if (inside_only && !known_out.contains(site_rule.second.second)) continue;
      if (in.clipped && leads_back() && !known_in.contains(site_rule.second.first)) continue;
      ours.push_back(site_rule);
    }
    compare_rules(stored_, in.coordinates, out_, std::move(ours));
  }

  bool is_normalization() const { return type_.starts_with("BatchNorm"); }

  /// Outputs, those of a normalisation far from zero by the mended rule.
  void outputs(const Feed<D, Dev>& in, const std::vector<double>& values) {
    if (is_normalization() && stored_.training() && !in.coordinates.empty()) {
      const auto array = [&](const std::string& name) {
        return stored_.has(name) ? stored_.reals(name) : std::vector<double>();
      };
      const double default_leakiness = type_ == "BatchNormReLU" ? 0 : type_ == "BatchNormLeakyReLU" ? 0.333 : 1;
      normalized_ = normalize_in_two_passes(
          {array("in_features"), in.source.channels()}, {array("grad_out"), in.source.channels()}, array("weight"),
          array("bias"), argument(node_, {"eps"}, 1e-4), argument(node_, {"leakiness"}, default_leakiness));
    }
    normalized("out_features", values, normalized_ ? normalized_->y.values : values, Kind::output);
  }

  /// compare(), with channels whose mean is above 1000 deviations taken from two-pass moments instead of the file. In
  /// single precision a mean is off by its rounding, which is that many more deviations.
  void normalized(const std::string& name, const std::vector<double>& ours, const std::vector<double>& two_pass,
                  Kind kind, double scale = 0) {
    double spread = 0;
    if (normalized_)
      for (const double channel : normalized_->spread) spread = std::max(spread, channel);
    if (spread <= 1000) {
      stored_.compare(name, ours, kind, scale);
      return;
    }
    std::vector<double> expected = stored_.reals(stored_.has("f64/" + name) ? "f64/" + name : name);
    const std::size_t channels = normalized_->spread.size();
    for (std::size_t i = 0; i < expected.size() && i < two_pass.size(); ++i)
      if (normalized_->spread[i % channels] > 1000) expected[i] = two_pass[i];
    const double unit = stored_.is_double() ? 2.3e-16 / 1e-9 : 1.2e-7 / 1e-5;
    stored_.compare_mended(name, expected, ours, kind, scale, 1 + 4 * unit * spread);
  }

  /// A draw of our own cannot equal the stored one: the stored arrays have to obey x * mask, and ours some mask of the
  /// same kind, with a share of kept elements within five standard deviations.
  void dropout(const Feed<D, Dev>& in, const scn::SparseTensor<D, Dev>& y, scn::Tape&) {
    const std::vector<double> mask = stored_.reals("mask"), x = stored_.reals("in_features");
    std::vector<double> product = x;
    for (std::size_t i = 0; i < product.size(); ++i) product[i] *= mask.at(i);
    stored_.compare("out_features", product, Kind::output);
    const std::vector<double> before = widened(in.x.features.value()), after = widened(y.features.value());
    double kept = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      stored_.check(after[i] == 0 || after[i] == before[i], "out_features: an element is neither kept nor dropped");
      kept += after[i] == before[i] ? 1 : 0;
      kept_.push_back(after[i] == before[i] ? 1 : 0);
    }
    const double share = 1 - argument(node_, {"p"}, 0.5), count = static_cast<double>(before.size());
    stored_.check(
        std::abs(kept - share * count) <= 5 * std::sqrt(count * share * (1 - share)) + 1e-9,
        scn::message("out_features: ", kept, " of ", count, " elements are kept, a share of ", share, " is expected"));
  }

  void dropout_gradient(const Feed<D, Dev>& in) {
    const std::vector<double> mask = stored_.reals("mask"), dy = stored_.reals("grad_out");
    std::vector<double> product = dy;
    for (std::size_t i = 0; i < product.size(); ++i) product[i] *= mask.at(i);
    stored_.compare("grad_in", product, Kind::gradient);
    const std::vector<double> rows_of_x = gradient_of(in.x.features);
    // Kept elements are known by row of the tensor, the gradient at hand as well.
    const RowMatch match = match_rows(stored_, "out_coords", out_, coordinates_of(*in.x.sites, device_), nullptr);
    const std::vector<double> ours_dy = match.from_file(dy, in.source.channels());
    for (std::size_t i = 0; i < kept_.size(); ++i)
      stored_.check(rows_of_x[i] == static_cast<double>(static_cast<T>(ours_dy[i] * kept_[i])),
                    "grad_in: an element does not follow the mask of the outputs");
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
    scn::Variable<Dev> y = scn::OutputLayer<D, Dev>(device_)(x, &tape);
    if (linear_) y = (*linear_)(y, &tape);
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
    const Json drop = argument<Json>(node_, {"n_features_to_drop", "nFeaturesToDrop"}, Json(0));
    if (type_ == "MaxPooling" && drop.get<int>() > 0) {
      const Rows x{stored_.reals("in_features"), in.source.channels()};
      const Rows dy{stored_.reals("grad_out"), stored_.shape("grad_out").at(1)};
      stored_.compare_mended("grad_in",
                             max_pooling_gradient(x, in.coordinates, dy, out_, numbers_of(window_size<D>(node_)),
                                                  numbers_of(window_stride<D>(node_))),
                             dx, Kind::gradient);
    } else {
      // Over two rows the gradient is what is left of two nearly equal terms.
      const bool cancels = normalized_ && in.coordinates.size() == 2 && !stored_.is_double();
      normalized("grad_in", dx, normalized_ ? normalized_->dx.values : dx, Kind::gradient,
                 cancels ? normalized_->largest_term : 0);
    }
    for (const scn::Parameter<Dev>& parameter : parameters_->all()) {
      const std::string name = "grad_" + parameter.name;
      if (!parameter.trained) continue;
      if (!stored_.has(name)) {  // the reference computes none where there are no rows
        stored_.check(in.coordinates.empty(), name + ": the file has no such gradient, the library computes it");
        continue;
      }
      const std::vector<double> ours = parameters_->gradient(parameter);
      if (!normalized_)
        stored_.compare(name, ours, Kind::gradient);
      else
        normalized(name, ours, parameter.name == "weight" ? normalized_->dweight : normalized_->dbias, Kind::gradient);
    }
  }

  /// What the pass changed has to be in the file, and what is not there must be as it was.
  void statistics(const Feed<D, Dev>& in) {
    for (const scn::Parameter<Dev>& parameter : parameters_->all()) {
      const std::string after = "after_" + parameter.name;
      const std::vector<double> ours = parameters_->value(parameter);
      if (!stored_.has(after)) {
        std::vector<double> before = stored_.reals(parameter.name);
        if (!stored_.is_double())
          for (double& value : before) value = static_cast<double>(static_cast<float>(value));
        stored_.check(ours == before, parameter.name + ": the library changed it, the file does not say so");
      } else if (parameter.name == "running_var" && in.coordinates.size() == 1) {
        std::vector<double> expected = stored_.reals(parameter.name);  // one row has no variance
        for (double& value : expected) value *= argument(node_, {"momentum"}, 0.99);
        stored_.compare_mended(after, expected, ours, Kind::state);
      } else {
        double loosening = 1;  // the reference's variance is a difference of squares even in double precision
        if (normalized_ && stored_.is_double())
          for (const double spread : normalized_->spread)
            loosening = std::max(loosening, spread > 1000 ? 1 + 1e-7 * spread * spread : 1);
        stored_.compare(after, ours, Kind::state, 0, loosening);
      }
    }
  }

  Case& stored_;
  Json node_;
  std::string type_;
  Dev device_{.threads = 1, .seed = 1};
  End end_ = End::sites;
  std::optional<scn::AnyLayer<D, Dev>> body_;
  std::optional<scn::NetworkInNetwork<Dev>> linear_;
  std::optional<StoredParameters<Dev>> parameters_;
  scn::Window<D> window_;
  std::vector<Coordinates> out_;
  std::vector<double> kept_;
  std::optional<NormalizationResult> normalized_;
};

}  // namespace golden

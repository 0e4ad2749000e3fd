// A layer or network on sites: outputs, rules, gradients, updated statistics and counters against those of a case.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden_runner/body.hpp"
#include "golden_runner/expectation.hpp"
#include "golden_runner/feed.hpp"
#include "golden_runner/lattice.hpp"
#include "golden_runner/randomized_windows.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "scn/layers/sparsify.hpp"
#include "scn/train/cross_entropy.hpp"

namespace golden {

template <int D, class Dev>
class LayerCase {
  using Tensor = scn::SparseTensor<D, Dev>;
  using End = typename Body<D, Dev>::End;

 public:
  explicit LayerCase(Case& stored) : stored_(stored), body_(stored, device_) {}

  void run() {
    body_.parameters().load(stored_, "");
    const bool backward = stored_.has("grad_out") || stored_.has("labels");
    const bool tapeless = !backward && !stored_.training();
    scn::LayerLog log;
    scn::Tape tape({.record = backward, .training = stored_.training()}, &log);
    const auto duplicates = input_mode(stored_, stored_.is_network() ? 3 : 0);
    in_ = feed<D>(stored_, device_, body_.relation().window, duplicates, tapeless ? nullptr : &tape);
    out_ = stored_.has("out_coords") ? stored_.coordinates("out_coords", D) : in_.coordinates;
    expected_ = expectation_of({stored_, body_.node(), in_.coordinates, out_});
    if (stored_.has("window_starts_axis0")) draw_windows({stored_, body_.node(), in_.coordinates, out_});
    const Tensor y = call(tapeless ? nullptr : &tape);
    if (tapeless) call(&tape);  // counts what the call without a tape did
    const Leads to = body_.relation().to;
    inside_only_ = in_.clipped && y.sites != in_.x.sites && (to == Leads::strided || to == Leads::none);
    const RowMatch match = body_.end() == End::sites ? matched(y) : RowMatch{};
    if (stored_.has("rules") || (inside_only_ && to == Leads::strided)) rules(y);
    counts(log, y);
    if (scores_) scores();
    if (stored_.has("basis")) compare_basis<D>(stored_);
    if (body_.end() == End::dense)
      dense(y, tape);
    else if (body_.end() == End::points)
      points(y, tape);
    else
      sites(y, match, tape);
    if (backward) gradients();
    compare_states(stored_, body_.parameters(), *expected_);
  }

 private:
  Tensor call(scn::Tape* tape) {
    const auto* sparsify = body_.template layer<scn::Sparsify<D, Dev>>();
    if (sparsify == nullptr) return body_(in_.x, tape);
    scn::Sparsified<D, Dev> y = (*sparsify)(in_.x, tape);
    scores_ = y.mask;
    return y;
  }

  /// Layers with a randomised stride share the windows that are there, instead of drawing their own.
  void draw_windows(const Subject& subject) {
    if (stored_.has("rules")) compare_window_starts(subject);
    const WindowStarts starts = window_starts(subject);
    scn::require<scn::FormatError>(starts.size() == D, "window_starts: expected one array for each of ", D, " axes");
    for (std::size_t axis = 0; axis < starts.size(); ++axis)
      body_.relation().window.starts[axis].assign(starts[axis].begin(), starts[axis].end());
    in_.x.rulebook->strided(in_.x.sites, body_.relation().window);
  }

  /// Of Sparsify, for all sites of its input; a loss on them adds its gradient.
  void scores() {
    if (in_.coordinates.empty() && !stored_.has("mask")) return;  // the reference makes none
    const RowMatch match =
        match_rows(stored_, "in_coords", in_.coordinates, coordinates_of(*in_.x.sites, device_), nullptr);
    stored_.compare("mask", match.to_file(host_values(scores_), 1), Kind::output);
    if (!stored_.has("grad_mask")) return;
    const auto [to, write] = scores_.contribute();
    const std::vector<double> gradient = match.from_file(stored_.reals("grad_mask"), 1);
    scn::Tape::add_to(to, matrix_of(device_, gradient, scores_.rows().bound, 1), write);
  }

  void sites(const Tensor& y, const RowMatch& match, scn::Tape& tape) {
    const std::int64_t channels = stored_.shape("out_features").at(1);
    stored_.check(y.channels() == channels || y.rows().bound == 0,
                  scn::message("out_features: expected ", channels, " channels, got ", y.channels()));
    if (stored_.has("out_spatial_size")) {
      stored_.compare_integers("out_spatial_size", numbers_of(extent_of(y)));
      if (stored_.has("spatial_size"))
        stored_.compare_integers("spatial_size", numbers_of(body_.layers().input_size(extent_of(y))));
    }
    if (const auto samples = stored_.integer("batch_size", -1); samples >= 0)
      stored_.check(y.samples() == samples, scn::message("batch_size: expected ", samples, ", got ", y.samples()));
    expected_->outputs(match.to_file(host_values(y.features), y.channels()));
    if (stored_.has("out_dense"))
      stored_.compare("out_dense", host_values(scn::SparseToDense<D, Dev>(device_)(y).values), Kind::output);
    if (stored_.has("grad_out")) backward(tape, y.features, match.from_file(stored_.reals("grad_out"), channels));
    expected_->again([&] {
      scn::Tape another({.record = false, .update_statistics = false});
      return match.to_file(host_values(body_(in_.x, &another).features), y.channels());
    });
  }

  RowMatch matched(const Tensor& y) {
    const auto size = inside_only_ ? stored_.whole_numbers("out_spatial_size") : std::vector<std::int64_t>();
    return match_rows(stored_, "out_coords", out_, coordinates_of(*y.sites, device_), inside_only_ ? &size : nullptr);
  }

  /// The extent of the result; where the sites had none, that of the same layer on no sites within the stored extent.
  scn::Point<D> extent_of(const Tensor& y) {
    if (y.extent()) return *y.extent();
    if (!in_.clipped) throw scn::InvalidArgument("out_spatial_size: the result has no extent");
    const bool fine = stored_.has("fine_spatial_size");
    const auto size = point_of<D>(stored_.whole_numbers(fine ? "fine_spatial_size" : "spatial_size"));
    auto x = scn::InputLayer<D, Dev>(device_, size)(std::span<const scn::Site<D>>(), std::vector<float>(),
                                                    {.samples = 1, .channels = in_.x.channels()});
    if (fine) x.sites = x.rulebook->strided(x.sites, body_.relation().window).sites;
    return *body_(x, nullptr).extent();
  }

  void rules(const Tensor& y) {
    scn::Rulebook<D, Dev>& book = *in_.x.rulebook;
    const std::int64_t maps = book.size();
    const scn::MapView<Dev> map = body_.relation().map(book, in_.x.sites);
    stored_.check(book.size() == maps, "rules: the map of this window is not the one that the layer built");
    const auto from = coordinates_of(*in_.x.sites, device_), to = coordinates_of(*y.sites, device_);
    const std::set<Coordinates> known_in(in_.coordinates.begin(), in_.coordinates.end());
    const std::set<Coordinates> known_out(out_.begin(), out_.end());
    std::vector<SiteRule> ours;
    for (const scn::Rule& rule : map.rules().pairs()) {
      SiteRule by_site{rule.tap, {from[static_cast<std::size_t>(rule.in)], to[static_cast<std::size_t>(rule.out)]}};
      if (inside_only_ && !known_out.contains(by_site.second.second)) continue;
      if (in_.clipped && body_.relation().to == Leads::back && !known_in.contains(by_site.second.first)) continue;
      ours.push_back(std::move(by_site));
    }
    all_pairs_ = std::ssize(map.rules().pairs());
    pairs_ = std::ssize(ours);
    if (stored_.has("rules")) expected_->rules(ours);
  }

  /// The reference counts the pairs and rows inside the extent; of ours, all of which cost the same, as many.
  void counts(const scn::LayerLog& log, const Tensor& y) {
    scn::Counts ours = log.total().counts;
    if (pairs_ < all_pairs_) ours.multiply_adds = ours.multiply_adds / all_pairs_ * pairs_;
    if (inside_only_ && y.rows().bound > 0) ours.hidden_states = ours.hidden_states / y.rows().bound * std::ssize(out_);
    expected_->counts(ours, log.rows());
  }

  void dense(const Tensor& x, scn::Tape& tape) {
    const scn::DenseTensor<D, Dev> y = scn::SparseToDense<D, Dev>(device_)(x, &tape);
    std::vector<std::int64_t> shape{y.batch_size, y.channels};
    for (int axis = 0; axis < D; ++axis) shape.push_back(y.spatial_size[axis]);
    stored_.check(shape == stored_.shape("out_features"), "out_features: the shape of the dense tensor differs");
    expected_->outputs(host_values(y.values));
    if (stored_.has("grad_out")) backward(tape, y.values, stored_.reals("grad_out"));
  }

  void points(const Tensor& x, scn::Tape& tape) {
    const scn::Variable<Dev> y = body_.on_points(scn::OutputLayer<D, Dev>(device_)(x, &tape), &tape);
    expected_->outputs(host_values(y));
    if (stored_.has("labels")) {
      const auto loss = scn::cross_entropy(y, stored_.whole_numbers("labels"), &tape);
      stored_.compare("loss", host_values(loss), Kind::loss);
      tape.backward(loss);
    } else if (stored_.has("grad_out")) {
      backward(tape, y, stored_.reals("grad_out"));
    }
  }

  void gradients() {
    if (stored_.has("grad_in"))
      expected_->input_gradient(in_.match.to_file(gradient_of(in_.source), in_.source.channels()));
    for (const scn::Parameter<Dev>& parameter : body_.parameters().all()) {
      if (!parameter.trained) continue;
      const std::string name = "grad_" + parameter.name;
      if (stored_.has(name))
        expected_->gradient(parameter.name, body_.parameters().gradient(parameter));
      else  // the reference computes none where there are no rows
        stored_.check(in_.coordinates.empty(), name + ": the file has no such gradient, the library computes it");
    }
  }

  Case& stored_;
  Dev device_ = tested_device<Dev>();
  Body<D, Dev> body_;
  Feed<D, Dev> in_;
  std::vector<Coordinates> out_;  // of the rows of out_features in the file
  std::unique_ptr<Expectation> expected_;
  scn::Variable<Dev> scores_;               // of Sparsify
  bool inside_only_ = false;                // only results within the stored extent can be compared
  std::int64_t all_pairs_ = 0, pairs_ = 0;  // of the library's map, and those that are compared
};

}  // namespace golden

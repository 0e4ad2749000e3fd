// Which procedure a case follows.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "golden_runner/input_size.hpp"
#include "golden_runner/layer_case.hpp"
#include "scn/train/mean_squared_error.hpp"
#include "scn/train/sgd.hpp"

namespace golden {

/// Points to sites and, backwards, gradients to points.
template <int D, class Dev>
void run_input_layer(Case& stored, Dev& device) {
  scn::Tape tape;
  const Feed<D, Dev> in = feed<D>(stored, device, scn::Window<D>{}, duplicates_of(stored.integer("mode", 3)), &tape);
  const RowMatch match = match_rows(stored, "out_coords", stored.coordinates("out_coords", D),
                                    coordinates_of(*in.x.sites, device), nullptr);
  stored.compare("out_features", match.to_file(widened(in.x.features.value()), in.x.channels()), Kind::output);
  if (const auto samples = stored.integer("batch_size", -1); samples >= 0)
    stored.check(in.x.samples() == samples, scn::message("batch_size: expected ", samples, ", got ", in.x.samples()));
  if (!stored.has("grad_out")) return;
  const std::vector<double> dy = match.from_file(stored.reals("grad_out"), in.x.channels());
  tape.backward(in.x.features,
                scn::Matrix<Dev>::from_host(device, in.x.rows().bound, in.x.channels(), std::span<const double>(dy)));
  stored.compare("grad_in", gradient_of(in.source), Kind::gradient);
}

/// Sites to the points that `points` gave to the input layer; in_features are rows of in_coords.
template <int D, class Dev>
void run_output_layer(Case& stored, Dev& device) {
  scn::Tape tape;
  const std::vector<Coordinates> points = stored.coordinates("points", D);
  const auto sites = sites_of<D>(points);
  const auto extent = extent_for<D>(stored, "spatial_size", points);
  const auto start = scn::InputLayer<D, Dev>(device, extent, duplicates_of(stored.integer("mode", 3)))(
      std::span<const scn::Site<D>>(sites), std::vector<float>(sites.size()),
      {.samples = stored.integer("batch_size_argument", 0), .channels = 1});
  const RowMatch match = match_rows(stored, "in_coords", stored.coordinates("in_coords", D),
                                    coordinates_of(*start.sites, device), nullptr);
  const std::int64_t channels = stored.shape("in_features").at(1);
  const auto x =
      variable_of(device, match.from_file(stored.reals("in_features"), channels), start.rows().bound, channels);
  const auto y = scn::OutputLayer<D, Dev>(device)(start.with(x), &tape);
  stored.compare("out_features", widened(y.value()), Kind::output);
  if (!stored.has("grad_out")) return;
  const std::vector<double> dy = stored.reals("grad_out");
  tape.backward(y, scn::Matrix<Dev>::from_host(device, y.rows().bound, channels, std::span<const double>(dy)));
  stored.compare("grad_in", match.to_file(gradient_of(x), channels), Kind::gradient);
}

/// The sites of each scale of a pyramid of 2/2 steps; only the notes say, in words, how the scales were made.
template <int D, class Dev>
void run_scales(Case& stored, Dev& device) {
  const Feed<D, Dev> in = feed<D>(stored, device, scn::Window<D>{}, scn::Duplicates::reject, nullptr);
  const scn::Window<D> window = scn::strided_window(scn::Point<D>(2), scn::Point<D>(2));
  if (stored.text("notes", "").find("2/2") == std::string::npos)
    throw Skipped("scales made by other steps than 2/2 are described in words alone");
  auto sites = in.x.sites;
  for (int scale = 1; stored.has(scn::message("scale", scale, "_coords")); ++scale) {
    const std::string name = scn::message("scale", scale, "_");
    sites = in.x.rulebook->strided(sites, window).sites;
    stored.compare_integers(name + "spatial_size", numbers_of(*sites->extent()));
    match_rows(stored, name + "coords", stored.coordinates(name + "coords", D), coordinates_of(*sites, device),
               nullptr);
    if (const auto samples = stored.integer(scn::message("batch_size_scale", scale), -1); samples >= 0)
      stored.check(sites->samples() == samples,
                   scn::message(name, "samples: expected ", samples, ", got ", sites->samples()));
  }
}

/// Steps of SGD on the mean squared error, then one evaluation.
template <int D, class T>
void run_training(Case& stored) {
  using Dev = scn::CpuDevice<T>;
  Dev device{.threads = 1, .seed = 1};
  Body<D, Dev> network(stored, device);
  network.parameters().load(stored, "state0_");
  scn::SGD<Dev> optimizer(scn::Parameters<Dev>(network.parameters().all()),
                          {.rate = stored.real("lr", 0.1),
                           .momentum = stored.real("momentum", 0),
                           .weight_decay = stored.real("weight_decay", 0),
                           .nesterov = stored.integer("nesterov", 0) != 0});
  const std::vector<Coordinates> out = stored.coordinates("out_coords", D);
  const std::vector<double> target = stored.reals("target");
  const std::int64_t channels = stored.shape("target").at(1), steps = stored.integer("steps", 20);
  std::vector<double> losses;
  for (std::int64_t step = 0; step <= steps; ++step) {
    const bool last = step == steps;
    scn::Tape tape;
    Feed<D, Dev> in = feed<D>(stored, device, scn::Window<D>{}, scn::Duplicates::reject, last ? nullptr : &tape);
    const auto y = network(in.x, last ? nullptr : &tape);
    const RowMatch match = match_rows(stored, "out_coords", out, coordinates_of(*y.sites, device), nullptr);
    if (last) {
      stored.compare("eval_out_features", match.to_file(widened(y.features.value()), y.channels()), Kind::state);
      break;
    }
    const auto loss = scn::mean_squared_error(y.features, match.from_file(target, channels), &tape);
    losses.push_back(widened(loss.value()).front());
    tape.backward(loss);
    optimizer.step();
  }
  stored.compare("losses", losses, Kind::loss);
  for (const auto& parameter : network.parameters().all())
    stored.compare(scn::message("state", steps, "_", parameter.name), network.parameters().value(parameter),
                   Kind::state);
}

/// Operations that LayerCase can run, alone or as the outermost of a network.
inline const std::set<std::string> layer_operations{"SubmanifoldConvolution",
                                                    "ValidConvolution",
                                                    "Convolution",
                                                    "Deconvolution",
                                                    "NetworkInNetwork",
                                                    "BatchNormalization",
                                                    "BatchNormReLU",
                                                    "ReLU",
                                                    "LeakyReLU",
                                                    "BatchNormLeakyReLU",
                                                    "Tanh",
                                                    "Sigmoid",
                                                    "Dropout",
                                                    "MaxPooling",
                                                    "AveragePooling",
                                                    "UnPooling",
                                                    "SparseToDense",
                                                    "Identity",
                                                    "JoinTable",
                                                    "AddTable",
                                                    "ConcatTable",
                                                    "SparseVggNet",
                                                    "SparseResNet",
                                                    "UNet",
                                                    "FullyConvolutionalNet",
                                                    "Sequential",
                                                    "pipeline",
                                                    "network",
                                                    "add_feature_planes",
                                                    "concatenate_feature_planes"};

template <int D, class T>
void run_case(Case& stored) {
  const std::string op = stored.op();
  scn::CpuDevice<T> device{.threads = 1};
  if (op == "InputLayer") return run_input_layer<D>(stored, device);
  if (op == "OutputLayer") return run_output_layer<D>(stored, device);
  if (op == "Metadata") return run_scales<D>(stored, device);
  if (op == "input_spatial_size") return run_input_sizes<D>(stored, device);
  if (!layer_operations.contains(op)) throw Skipped(op + " is not in the library yet");
  if (stored.has("losses")) return run_training<D, T>(stored);
  LayerCase<D, T>(stored).run();
}

}  // namespace golden

// Training as the examples do it: what their user may choose, what a Trainer wants to know, and the run itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "draw.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "scn/io/io.hpp"
#include "scn/scn.hpp"

namespace support {

/// Numbers of a run that its user may choose.
struct RunSettings {
  int epochs, batch = 50, items = 0, threads = 0, workers = 0;
  std::uint64_t seed = 1;
  double rate = 3e-3;
  std::string data, output, log = {};

  /// The options that read them; their present values are the defaults. An example may add its own.
  Arguments options(const std::string& summary) {
    Arguments arguments(summary);
    arguments.add("--epochs", epochs, "passes over the training set");
    arguments.add("--batch", batch, "items of a step");
    arguments.add("--items", items, "of the training and of the test set at most; 0: all");
    arguments.add("--rate", rate, "highest learning rate");
    arguments.add("--seed", seed, "of weights and of everything random in training");
    arguments.add("--threads", threads, "0: all processors");
    arguments.add("--workers", workers, "threads that load batches");
    arguments.add("--data", data,
                  data.empty() ? "folder of the data; a small set is made up without it" : "folder of the data");
    arguments.add("--output", output, "folder of checkpoints, from which a run goes on, and of pictures");
    arguments.add("--log", log, "file to which each epoch adds a line of CSV");
    return arguments;
  }
  void parse_or_exit(const std::string& summary, int count, const char* const* words) {
    options(summary).parse_or_exit(count, words);
  }

  template <class Item>
  void shorten(std::vector<Item>& list) const {
    if (items > 0 && std::size_t(items) < list.size()) list.resize(std::size_t(items));
  }
};

/// Most of the task of a Trainer: all but its score. Data has a list `train`, and a Batch with `labels`, to which
/// append(batch, item, draw) adds an item. network(input(batch), tape) gives scores, a row for each label.
template <class Data, class Network, class Input>
class Training {
 public:
  using Batch = typename Data::Batch;

  /// Keeps references to data and network.
  Training(const Data& data, const Network& network, Input input, const RunSettings& settings)
      : data_(data), network_(network), input_(std::move(input)), settings_(settings) {
    scn::require(settings.batch >= 1, "Training: expected at least one item in a step, got ", settings.batch);
  }

  std::int64_t batches() const { return std::max<std::int64_t>(1, std::ssize(data_.train) / settings_.batch); }

  Batch load(std::int64_t epoch, std::int64_t index) const {
    const auto order = scn::shuffled(std::ssize(data_.train), settings_.seed, std::uint64_t(epoch));
    Batch batch;
    for (std::int64_t i = index * settings_.batch; i < std::min((index + 1) * settings_.batch, std::ssize(order));
         ++i) {
      Draw draw{settings_.seed, (std::uint64_t(epoch) + 1) << 32 | std::uint64_t(i)};
      data_.append(batch, data_.train[std::size_t(order[std::size_t(i)])], draw);
    }
    return batch;
  }

  auto loss(const Batch& batch, scn::Tape* tape) {
    auto loss = scn::cross_entropy(call(batch, tape), batch.labels, tape);
    losses_.push_back(double(loss.value().to_host()[0]));
    return loss;
  }

  /// The layer from which a loss comes that is not a number.
  std::string fault(const Batch& batch) const { return scn::first_not_finite(network_, input_(batch)); }

  const std::vector<double>& losses() const { return losses_; }  ///< of each step of this run

 protected:
  auto call(const Batch& batch, scn::Tape* tape = nullptr) const { return network_(input_(batch), tape); }
  const Data& data() const { return data_; }
  const RunSettings& settings() const { return settings_; }

 private:
  const Data& data_;
  const Network& network_;
  Input input_;
  RunSettings settings_;
  std::vector<double> losses_;
};

/// Trains by `optimizer` under a schedule; goes on from a checkpoint in the output folder. Returns false if Ctrl-C
/// stopped the run. Then, or at the end, the task has scored the network once more.
template <class Task, class Optimizer>
bool run(Task& task, const scn::Parameters<scn::Cpu>& parameters, scn::Cpu& device, const RunSettings& settings,
         Optimizer& optimizer, std::function<double(std::int64_t)> schedule) {
  const Interrupt interrupt;
  std::printf("%lld parameters, %d epochs of %lld steps\n", static_cast<long long>(parameters.elements()),
              settings.epochs, static_cast<long long>(task.batches()));
  scn::CheckpointFolder folder(settings.output);
  std::ofstream log;
  if (!settings.log.empty()) log.open(settings.log, folder.notes("last") ? std::ios::app : std::ios::trunc);
  scn::require<scn::IoError>(log.good(), settings.log, ": cannot open the log");
  scn::TrainerSettings trainer_settings{.epochs = settings.epochs,
                                        .loader = {.workers = settings.workers},
                                        .schedule = std::move(schedule),
                                        .log = log.is_open() ? &log : nullptr,
                                        .progress = is_terminal(stderr) ? &std::cerr : nullptr};
  scn::Trainer trainer(task, parameters, optimizer, device, std::move(trainer_settings));
  const bool finished = trainer.run(folder, interrupt.token()) == scn::Outcome::finished;
  scn::require<scn::IoError>(log.good(), settings.log, ": cannot write the log");
  if (!finished) std::printf("stopped; the same command goes on from %s\n", settings.output.c_str());
  if (finished && task.losses().empty()) task.score(settings.epochs - 1);  // all was done by an earlier run
  return finished;
}

/// The same by Adam under a rate that warms up and then falls along a cosine.
template <class Task>
bool run(Task& task, const scn::Parameters<scn::Cpu>& parameters, scn::Cpu& device, const RunSettings& settings) {
  scn::Adam optimizer{parameters, {.rate = settings.rate, .weight_decay = 1e-4}};
  const std::int64_t steps = settings.epochs * task.batches();
  return run(
      task, parameters, device, settings, optimizer,
      scn::WarmUp<scn::CosineSchedule>{.steps = std::max<std::int64_t>(1, steps / 20), .then = {.steps = steps}});
}

/// The same as the reference's examples do it: SGD with Nesterov's step, and a rate that falls by exp(-decay) an epoch.
template <class Task>
bool run_like_reference(Task& task, const scn::Parameters<scn::Cpu>& parameters, scn::Cpu& device,
                        const RunSettings& settings, double decay) {
  scn::SGD optimizer{parameters, {.rate = settings.rate, .momentum = 0.9, .weight_decay = 1e-4, .nesterov = true}};
  return run(task, parameters, device, settings, optimizer,
             [steps = task.batches(), epochs = scn::ExponentialSchedule{decay}](std::int64_t step) {
               return epochs(step / steps);
             });
}

}  // namespace support

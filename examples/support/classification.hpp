// Training of a classifier, as four examples do it: what a Trainer wants to know, and the run itself.
#pragma once

#include <cstdint>
#include <cstdio>
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
  std::string data, output;

  /// Reads them from the command line; their present values are the defaults.
  void parse_or_exit(const std::string& summary, int count, const char* const* words) {
    Arguments arguments(summary);
    arguments.add("--epochs", epochs, "passes over the training set");
    arguments.add("--batch", batch, "items of a step");
    arguments.add("--items", items, "of the training and of the test set at most; 0: all");
    arguments.add("--rate", rate, "highest learning rate");
    arguments.add("--seed", seed, "of weights and of everything random in training");
    arguments.add("--threads", threads, "0: all processors");
    arguments.add("--workers", workers, "threads that load batches");
    arguments.add("--data", data, "folder of the data");
    arguments.add("--output", output, "folder of checkpoints, from which a run goes on, and of pictures");
    arguments.parse_or_exit(count, words);
  }

  template <class Item>
  void shorten(std::vector<Item>& list) const {
    if (items > 0 && std::size_t(items) < list.size()) list.resize(std::size_t(items));
  }
};

/// The task of a Trainer. Data has `train` and `test`, two lists, and a Batch with `labels`, to which
/// append(batch, item, draw) adds a training item and append(batch, item) one of the test. forward(batch, tape) gives
/// scores, a row for each label.
template <class Data, class Forward>
class Classification {
 public:
  using Batch = typename Data::Batch;

  Classification(const Data& data, Forward forward, std::int64_t classes, const RunSettings& settings)
      : data_(data), forward_(std::move(forward)), settings_(settings), confusion_(classes) {}

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
    auto loss = scn::cross_entropy(forward_(batch, tape), batch.labels, tape);
    losses_.push_back(double(loss.value().to_host()[0]));
    return loss;
  }

  /// Share of the test items that get their label, by the running statistics.
  double score(std::int64_t epoch) {
    confusion_ = scn::Confusion(confusion_.classes());
    for (std::size_t i = 0; i < data_.test.size();) {
      Batch batch;
      for (int k = 0; k < 100 && i < data_.test.size(); ++k) data_.append(batch, data_.test[i++]);
      confusion_.add(scn::predictions(forward_(batch, nullptr)), batch.labels);
    }
    std::fprintf(stderr, "epoch %lld: test accuracy %.2f %%\n", static_cast<long long>(epoch + 1),
                 100 * confusion_.accuracy());
    return confusion_.accuracy();
  }

  const std::vector<double>& losses() const { return losses_; }   ///< of each step of this run
  const scn::Confusion& confusion() const { return confusion_; }  ///< true class, predicted class of the last score()

 private:
  const Data& data_;
  Forward forward_;
  RunSettings settings_;
  scn::Confusion confusion_;
  std::vector<double> losses_;
};

/// Trains with Adam under a rate that warms up and then falls along a cosine; goes on from a checkpoint in the output
/// folder. Returns false if Ctrl-C stopped the run. Then, or at the end, the task has scored the network once more.
template <class Task>
bool run(Task& task, const scn::Parameters<scn::Cpu>& parameters, scn::Cpu& device, const RunSettings& settings) {
  const Interrupt interrupt;
  std::printf("%lld parameters, %d epochs of %lld steps\n", static_cast<long long>(parameters.elements()),
              settings.epochs, static_cast<long long>(task.batches()));
  scn::Adam optimizer{parameters, {.rate = settings.rate, .weight_decay = 1e-4}};
  const std::int64_t steps = settings.epochs * task.batches();
  scn::TrainerSettings trainer_settings{
      .epochs = settings.epochs,
      .loader = {.workers = settings.workers},
      .schedule =
          scn::WarmUp<scn::CosineSchedule>{.steps = std::max<std::int64_t>(1, steps / 20), .then = {.steps = steps}},
      .progress = is_terminal(stderr) ? &std::cerr : nullptr};
  scn::CheckpointFolder folder(settings.output);
  scn::Trainer trainer(task, parameters, optimizer, device, std::move(trainer_settings));
  const bool finished = trainer.run(folder, interrupt.token()) == scn::Outcome::finished;
  if (!finished) std::printf("stopped; the same command goes on from %s\n", settings.output.c_str());
  if (finished && task.losses().empty()) task.score(settings.epochs - 1);  // all was done by an earlier run
  return finished;
}

}  // namespace support

// Trainer: epochs over batches, with checkpoints from which a run goes on bit for bit.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <sstream>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "scn/autograd/tape.hpp"
#include "scn/train/clip_gradients.hpp"
#include "scn/train/data_loader.hpp"
#include "scn/train/moving_average.hpp"
#include "scn/train/progress_bar.hpp"
#include "scn/train/run_notes.hpp"
#include "scn/train/schedule.hpp"

namespace scn {

/// A loss or a weight is no longer finite; the last checkpoint is from before that.
class NotFinite : public Error {
 public:
  using Error::Error;
};

struct TrainerSettings {
  std::int64_t epochs = 1;
  std::int64_t accumulate = 1;        ///< batches whose gradients one step uses, their mean
  double longest_gradient = 0;        ///< clip_gradients(); 0: as they are
  double average = 0;                 ///< decay of a MovingAverage that is scored and kept as the best; 0: none
  std::int64_t patience = 0;          ///< epochs without a better score after which the run ends; 0: goes on
  std::int64_t checkpoint_steps = 0;  ///< steps between checkpoints within an epoch; 0: at its end alone
  LoaderSettings loader = {};
  std::function<double(std::int64_t)> schedule = ConstantSchedule{};  ///< of the step, counted from 0 over all epochs
  std::ostream* log = nullptr;                                        ///< a line of CSV for each epoch
  std::ostream* progress = nullptr;  ///< a line that is drawn again and again: for a terminal
};

enum class Outcome { finished, stopped, no_better };

/// Trains what a Task describes:
///
///     std::int64_t batches() const                         of an epoch, at least 1
///     Batch load(std::int64_t epoch, std::int64_t i) const batch i; as the Load of a DataLoader
///     Variable loss(const Batch&, Tape*) const             1 x 1
///     double score(std::int64_t epoch)                     if there is one, after each epoch; the larger the better
///     std::string fault(const Batch&)                      if there is one, after a loss that is not finite: where it
///                                                          comes from, as first_not_finite() says it
///
/// A Store keeps files by name, as CheckpointFolder does: save(name, parameters, notes), notes(name), load(name,
/// parameters). "last" is all that a run needs to go on: parameters, statistics, moments, averages, place, and the
/// device's count of draws. "best" are the parameters of the best score, or of the last epoch where there is none.
template <class Task, class Rule>
class Trainer {
 public:
  using Dev = typename Rule::DeviceType;

  /// Keeps references to task, optimizer and device.
  Trainer(Task& task, const Parameters<Dev>& parameters, Rule& optimizer, Dev& device, TrainerSettings settings = {})
      : task_(task), parameters_(parameters), optimizer_(optimizer), device_(device), settings_(std::move(settings)) {
    require(settings_.epochs >= 0 && settings_.accumulate >= 1 && task.batches() >= 1,
            "Trainer: epochs must not be negative, accumulated batches and batches be at least 1, got ",
            settings_.epochs, ", ", settings_.accumulate, " and ", task.batches());
    steps_ = (task.batches() + settings_.accumulate - 1) / settings_.accumulate;
    if (settings_.average > 0) average_.emplace(parameters, settings_.average);
  }

  /// Goes on from the store's "last" if there is one, else begins. A requested stop ends the run after the step that is
  /// under way, with a checkpoint. Throws NotFinite, and what task and store throw.
  template <class Store>
  Outcome run(Store& store, const std::stop_token& stop = {}) {
    if (const auto notes = store.notes("last")) resume(store, *notes);
    if (settings_.log != nullptr && done_ == 0) *settings_.log << "epoch,steps,rate_factor,loss,score,seconds\n";
    while (done_ < settings_.epochs * steps_) {
      if (is_tired()) return Outcome::no_better;
      if (!run_epoch(store, stop)) return Outcome::stopped;
    }
    return is_tired() ? Outcome::no_better : Outcome::finished;
  }

  /// Steps of the optimizer so far, those before a resumed run included.
  std::int64_t steps() const { return done_; }
  std::optional<double> best_score() const { return best_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// While it lives, the network has its averages for values.
  struct Averaged {
    MovingAverage<Dev>* average;
    explicit Averaged(MovingAverage<Dev>* of) : average(of) {
      if (average != nullptr) average->exchange();
    }
    Averaged(const Averaged&) = delete;
    ~Averaged() {
      if (average != nullptr) average->exchange();
    }
  };

  bool is_tired() const { return settings_.patience > 0 && without_better_ >= settings_.patience; }

  /// The rest of the epoch; false if it was stopped.
  template <class Store>
  bool run_epoch(Store& store, const std::stop_token& stop) {
    const std::int64_t epoch = done_ / steps_;
    const auto start = Clock::now();
    DataLoader loader(
        done_ % steps_ * settings_.accumulate, task_.batches(),
        [this, epoch](std::int64_t index) { return std::as_const(task_).load(epoch, index); }, settings_.loader);
    for (const std::int64_t end = (epoch + 1) * steps_, first = done_; done_ < end;) {
      if (stop.stop_requested()) {
        save_last(store);
        return false;
      }
      loss_ += step(loader);
      draw(epoch, first, std::chrono::duration<double>(Clock::now() - start).count());
      if (settings_.checkpoint_steps > 0 && done_ < end && done_ % settings_.checkpoint_steps == 0) save_last(store);
    }
    end_epoch(store, epoch, std::chrono::duration<double>(Clock::now() - start).count());
    return true;
  }

  template <class Loader>
  double step(Loader& loader) {
    const std::int64_t first = done_ % steps_ * settings_.accumulate;
    const std::int64_t count = std::min(settings_.accumulate, task_.batches() - first);
    double mean = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto batch = loader.next();
      Tape tape(device_);
      const auto loss = task_.loss(*batch, &tape);
      const auto value = static_cast<double>(loss.value().to_host().at(0));
      if (!std::isfinite(value)) refuse(*batch, value);
      tape.backward(loss, 1 / static_cast<double>(count));
      mean += value / static_cast<double>(count);
    }
    if (settings_.longest_gradient > 0) clip_gradients(parameters_, settings_.longest_gradient);
    optimizer_.set_rate_factor(settings_.schedule(done_));
    optimizer_.step();
    if (average_) average_->update();
    ++done_;
    return mean;
  }

  template <class Batch>
  void refuse(const Batch& batch, double value) {
    for (const auto& variable : parameters_.variables()) variable.clear_gradient();
    std::string where;
    if constexpr (requires { std::string(task_.fault(batch)); }) where = task_.fault(batch);
    throw NotFinite(message("Trainer: the loss of step ", done_ + 1, " is ", value,
                            where.empty() ? "" : ", where the first number that is not finite is that of ", where));
  }

  template <class Store>
  void end_epoch(Store& store, std::int64_t epoch, double seconds) {
    const double loss = loss_ / static_cast<double>(steps_);
    loss_ = 0;
    require_finite();
    const std::optional<double> score = keep_best(store, epoch);
    save_last(store);
    if (settings_.log == nullptr) return;
    *settings_.log << epoch + 1 << ',' << done_ << ',' << optimizer_.rate_factor() << ',' << loss << ',';
    if (score) *settings_.log << *score;
    *settings_.log << ',' << seconds << std::endl;
  }

  /// The score of the epoch, if there is one; with averages they are scored and kept.
  template <class Store>
  std::optional<double> keep_best(Store& store, std::int64_t epoch) {
    const Averaged averaged(average_ ? &*average_ : nullptr);
    std::optional<double> score;
    if constexpr (requires { double(task_.score(epoch)); }) score = task_.score(epoch);
    const bool better = !score || !best_ || *score > *best_;
    if (better) store.save("best", parameters_, {{"epoch", std::to_string(epoch + 1)}});
    if (better) best_ = score;
    without_better_ = better ? 0 : without_better_ + 1;
    return score;
  }

  /// At most ten times a second, and at the end of an epoch.
  void draw(std::int64_t epoch, std::int64_t first, double seconds) {
    if (settings_.progress == nullptr) return;
    const std::int64_t in_epoch = done_ - epoch * steps_;
    if (drawn_ && in_epoch < steps_ && seconds >= *drawn_ && seconds - *drawn_ < 0.1) return;
    drawn_ = seconds;
    const auto running = static_cast<double>(in_epoch);
    // A resumed epoch counts from where it goes on: the rate is of this run.
    *settings_.progress << "\repoch " << epoch + 1 << '/' << settings_.epochs << "  "
                        << progress_bar(done_ - first, (epoch + 1) * steps_ - first, seconds) << "  loss "
                        << loss_ / running << "\x1b[K" << (in_epoch == steps_ ? "\n" : "") << std::flush;
  }

  /// No checkpoint may hold what cannot be trained further.
  void require_finite() const {
    for (const auto& parameter : parameters_)
      for (const auto number : parameter.variable.value().to_host())
        if (!std::isfinite(static_cast<double>(number)))
          throw NotFinite(message("Trainer: after step ", done_, " ", parameter.name, " holds a number that is ",
                                  static_cast<double>(number)));
  }

  /// Everything that changes in training, under names apart.
  Parameters<Dev> state() const {
    std::vector<Parameter<Dev>> all;
    const auto append = [&all](const std::string& prefix, const Parameters<Dev>& part) {
      for (const Parameter<Dev>& one : part) all.push_back({prefix + one.name, one.variable, one.shape, one.trained});
    };
    append("network.", parameters_);
    append("optimizer.", optimizer_.moments());
    if (average_) append("average.", average_->averages());
    return Parameters<Dev>(std::move(all));
  }

  template <class Store>
  void save_last(Store& store) const {
    require_finite();
    std::string counts;
    for (const std::int64_t count : optimizer_.steps()) counts += std::to_string(count) + " ";
    RunNotes notes{{"steps", std::to_string(done_)}, {"steps of an epoch", std::to_string(steps_)},
                   {"steps of variables", counts},   {"draws", std::to_string(device_.draws)},
                   {"loss", exact_text(loss_)},      {"epochs without better", std::to_string(without_better_)}};
    if (best_) notes["best score"] = exact_text(*best_);
    if (average_) notes["updates of averages"] = std::to_string(average_->updates());
    store.save("last", state(), notes);
  }

  template <class Store>
  void resume(Store& store, const RunNotes& notes) {
    const std::int64_t steps = integer_of(notes, "steps of an epoch");
    require(steps == steps_, "Trainer: the checkpoint is of a run with ", steps, " steps an epoch, this one has ",
            steps_);
    const std::int64_t done = integer_of(notes, "steps"), without = integer_of(notes, "epochs without better");
    const double loss = number_of(notes, "loss");
    const auto draws = static_cast<decltype(device_.draws)>(integer_of(notes, "draws"));
    std::optional<double> best;
    if (notes.contains("best score")) best = number_of(notes, "best score");
    const std::int64_t updates = average_ ? integer_of(notes, "updates of averages") : 0;
    std::vector<std::int64_t> counts;
    std::istringstream text(note_of(notes, "steps of variables"));
    for (std::int64_t count = 0; text >> count;) counts.push_back(count);
    store.load("last", state());
    optimizer_.set_steps(counts);
    if (average_) average_->set_updates(updates);
    device_.draws = draws;
    done_ = done;
    without_better_ = without;
    loss_ = loss;
    best_ = best;
  }

  Task& task_;
  Parameters<Dev> parameters_;
  Rule& optimizer_;
  Dev& device_;
  TrainerSettings settings_;
  std::optional<MovingAverage<Dev>> average_;
  std::int64_t steps_ = 0, done_ = 0, without_better_ = 0;  // steps of an epoch; steps so far
  double loss_ = 0;                                         // sum over the steps of the epoch
  std::optional<double> best_, drawn_;
};

}  // namespace scn

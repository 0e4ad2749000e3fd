// Tests of Trainer on a small network with dropout and running statistics, and a store in memory.
#include "scn/train/trainer.hpp"

#include <limits>
#include <map>
#include <sstream>

#include "catch.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"
#include "trainer_task.hpp"

namespace {

using trainer_task::Double;
using trainer_task::Task;

/// Keeps what it is given, as files would.
struct Memory {
  struct File {
    std::map<std::string, std::vector<double>> numbers;
    scn::RunNotes notes;
  };
  std::map<std::string, File> files;
  int saved = 0;

  void save(const std::string& name, const scn::Parameters<Double>& parameters, const scn::RunNotes& notes) {
    File file{{}, notes};
    for (const auto& one : parameters) file.numbers[one.name] = numbers_of(one.variable.value());
    files[name] = std::move(file);
    ++saved;
  }
  std::optional<scn::RunNotes> notes(const std::string& name) const {
    if (!files.contains(name)) return {};
    return files.at(name).notes;
  }
  void load(const std::string& name, const scn::Parameters<Double>& parameters) const {
    for (const auto& one : parameters)
      one.variable.value() =
          scn::Matrix<Double>::from_host(one.variable.device(), one.variable.rows().bound, one.variable.channels(),
                                         std::span<const double>(files.at(name).numbers.at(one.name)));
  }
};

/// One run: a device, a network and an optimizer of its own.
struct Run {
  Double device{.threads = 1, .seed = 5};
  Task task{device};
  scn::Adam<Double> optimizer{task.net.parameters(), {.rate = 0.01}};
  scn::TrainerSettings settings;

  explicit Run(scn::TrainerSettings settings_ = {.epochs = 3}) : settings(std::move(settings_)) {}
  auto trainer() { return scn::Trainer(task, task.net.parameters(), optimizer, device, settings); }
};

TEST_CASE("A trainer takes the steps of a loop written by hand", "[train]") {
  Run run({.epochs = 2, .accumulate = 2, .longest_gradient = 0.5, .schedule = scn::ExponentialSchedule{0.1}});
  Memory store;
  auto trainer = run.trainer();
  CHECK(trainer.run(store) == scn::Outcome::finished);
  CHECK(trainer.steps() == 2 * 3);  // of 5 batches: 2, 2 and 1

  Run hand;
  const auto parameters = hand.task.net.parameters();
  int step = 0;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (int first = 0; first < 5; first += 2, ++step) {
      const int count = std::min(2, 5 - first);
      for (int i = first; i < first + count; ++i) {
        scn::Tape tape;
        tape.backward(hand.task.loss(hand.task.load(epoch, i), &tape), 1.0 / count);
      }
      scn::clip_gradients(parameters, 0.5);
      hand.optimizer.set_rate_factor(std::exp(-0.1 * step));
      hand.optimizer.step();
    }
  CHECK(trainer_task::numbers(run.task) == trainer_task::numbers(hand.task));
  CHECK(run.device.draws == hand.device.draws);
}

TEST_CASE("A run that is stopped after any step goes on with the same bits, draws, log and best score", "[train]") {
  const scn::TrainerSettings settings{.epochs = 3, .accumulate = 2, .average = 0.9};
  Run whole(settings);
  Memory expected;
  whole.trainer().run(expected);
  for (int stop_at = 1; stop_at < 15; ++stop_at) {  // of 15 batches, in nine steps
    CAPTURE(stop_at);
    Memory store;
    {
      Run first(settings);
      std::stop_source source;
      first.task.before_loss = [&, calls = 0]() mutable {
        if (++calls == stop_at) source.request_stop();
      };
      REQUIRE(first.trainer().run(store, source.get_token()) == scn::Outcome::stopped);
    }
    Run second(settings);
    auto trainer = second.trainer();
    REQUIRE(trainer.run(store) == scn::Outcome::finished);
    CHECK(trainer.steps() == 9);
    CHECK(store.files.at("last").numbers == expected.files.at("last").numbers);
    CHECK(store.files.at("last").notes == expected.files.at("last").notes);
    CHECK(store.files.at("best").numbers == expected.files.at("best").numbers);
  }
}

TEST_CASE("The same training comes of 0, 1 and 4 workers", "[train]") {
  std::vector<std::vector<double>> results;
  for (const int workers : {0, 1, 4}) {
    Run run({.epochs = 2, .loader = {.workers = workers}});
    Memory store;
    run.trainer().run(store);
    results.push_back(trainer_task::numbers(run.task));
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("A trainer keeps the best epoch and the last, and ends after so many epochs without a better score",
          "[train]") {
  Run run({.epochs = 100, .patience = 3});
  run.task.scores = {1, 3, 2, 5, 4, 4, 5, 9};  // the fourth is the best before three that are not better
  Memory store;
  auto trainer = run.trainer();
  CHECK(trainer.run(store) == scn::Outcome::no_better);
  CHECK(trainer.best_score() == 5);
  CHECK(trainer.steps() == 7 * 5);
  CHECK(store.files.at("best").notes.at("epoch") == "4");
  CHECK(store.files.at("last").notes.at("steps") == "35");
  CHECK(run.trainer().run(store) == scn::Outcome::no_better);
}

TEST_CASE("A trainer with averages scores and keeps them, and trains on with the weights", "[train]") {
  Run plain({.epochs = 2}), averaged({.epochs = 2, .average = 0.5});
  Memory store, other;
  plain.trainer().run(store);
  averaged.trainer().run(other);
  CHECK(trainer_task::numbers(plain.task) == trainer_task::numbers(averaged.task));
  CHECK(other.files.at("best").numbers.at("0.weight") == other.files.at("last").numbers.at("average.0.weight"));
  CHECK(other.files.at("best").numbers.at("0.weight") != store.files.at("best").numbers.at("0.weight"));
}

TEST_CASE("A loss that is not finite ends the training with step and place, and leaves the last checkpoint",
          "[train]") {
  Run run({.epochs = 3});
  Memory store;
  run.task.before_loss = [&, calls = 0]() mutable {
    if (++calls == 8) run.task.poison = std::numeric_limits<double>::quiet_NaN();
  };
  CHECK(thrown_message<scn::NotFinite>([&] { run.trainer().run(store); }) ==
        "Trainer: the loss of step 8 is nan, where the first number that is not finite is that of the input");
  CHECK(store.files.at("last").notes.at("steps") == "5");
  for (const auto& [name, numbers] : store.files.at("last").numbers)
    for (const double number : numbers) REQUIRE(std::isfinite(number));
}

TEST_CASE("Weights that are no longer finite reach no checkpoint", "[train]") {
  Run run({.epochs = 3, .schedule = [](std::int64_t step) { return step == 9 ? 1e308 : 1.0; }});
  run.optimizer.set_rate(1e3);
  Memory store;
  CHECK(thrown_message<scn::NotFinite>([&] { run.trainer().run(store); }).starts_with("Trainer: after step 10 "));
  CHECK(store.files.at("last").notes.at("steps") == "5");
}

TEST_CASE("A trainer writes a line for each epoch, and a line on a terminal if it is given one", "[train]") {
  std::ostringstream log, progress;
  Run run({.epochs = 2, .checkpoint_steps = 2, .log = &log, .progress = &progress});
  run.task.scores = {0.25, 0.5};
  Memory store;
  run.trainer().run(store);
  CHECK(log.str().starts_with("epoch,steps,rate_factor,loss,score,seconds\n1,5,1,"));
  CHECK(log.str().find("\n2,10,1,") != std::string::npos);
  CHECK(log.str().find(",0.5,") != std::string::npos);
  CHECK(progress.str().find("epoch 2/2  [==============================]  5/5  ") != std::string::npos);
  CHECK(store.saved == 2 * 2 + 4);  // best and last of two epochs; steps 2 and 4, 6 and 8
}

TEST_CASE("A trainer refuses another run's checkpoint and settings that are none", "[train]") {
  Memory store;
  Run({.epochs = 1}).trainer().run(store);
  Run other({.epochs = 1, .accumulate = 5});
  CHECK(thrown_message<scn::InvalidArgument>([&] { other.trainer().run(store); }) ==
        "Trainer: the checkpoint is of a run with 5 steps an epoch, this one has 1");
  store.files.at("last").notes.erase("draws");
  CHECK(thrown_message<scn::FormatError>([&] { Run({.epochs = 1}).trainer().run(store); }) ==
        "the checkpoint does not say \"draws\"");
  CHECK(thrown_message<scn::InvalidArgument>([] { Run({.accumulate = 0}).trainer(); }) ==
        "Trainer: epochs must not be negative, accumulated batches and batches be at least 1, got 1, 0 and 5");
}

}  // namespace

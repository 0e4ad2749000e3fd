// A run whose checkpoint finds the disk full: it ends, and goes on later as if nothing had been.
#include "catch.hpp"
#include "scn/io/checkpoint_folder.hpp"
#include "scn/train/trainer.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"
#include "trainer_task.hpp"

namespace {

using trainer_task::Double;

/// What three epochs give; the disk is full from the given loss on, if that is not 0, and the message is that of the
/// run's end.
struct Result {
  std::string message;
  std::vector<double> numbers;
};

Result run(const std::string& folder, int full_from) {
  Double device{.threads = 1, .seed = 5};
  trainer_task::Task task(device);
  scn::Adam<Double> optimizer{task.net.parameters(), {.rate = 0.01}};
  scn::CheckpointFolder store(folder);
  std::optional<FileSizeLimit> limit;
  task.before_loss = [&, calls = 0]() mutable {
    if (++calls == full_from) limit.emplace(1000);
  };
  scn::Trainer trainer(task, task.net.parameters(), optimizer, device, {.epochs = 3, .checkpoint_steps = 2});
  const std::string message = thrown_message<scn::IoError>([&] { trainer.run(store); });
  return {message, trainer_task::numbers(task)};
}

}  // namespace

TEST_CASE("A run that finds the disk full keeps its last checkpoint and goes on from it with the same bits",
          "[train]") {
  const TemporaryFolder whole, full;
  const auto expected = run(whole.path(), 0);
  CHECK(expected.message == "no exception");
  CHECK(run(full.path(), 8).message == full / "last.safetensors: cannot write: File too large");
  const scn::CheckpointFolder store(full.path());
  CHECK(store.notes("last")->at("steps") == "6");
  CHECK(full.names() == std::set<std::string>{"best.safetensors", "last.safetensors"});
  const auto resumed = run(full.path(), 0);
  CHECK(resumed.message == "no exception");
  CHECK(resumed.numbers == expected.numbers);
}

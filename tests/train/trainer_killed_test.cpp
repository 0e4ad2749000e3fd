// A training run that is killed again and again, in processes of their own, ends with the bits of one that was not.
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <chrono>
#include <string>

#include "catch.hpp"
#include "scn/io/checkpoint_folder.hpp"
#include "scn/train/trainer.hpp"
#include "support/temporary_folder.hpp"
#include "trainer_task.hpp"

extern char** environ;

namespace {

using trainer_task::Double;

/// Six epochs with checkpoints every two steps; kills the process before the loss number `kill_at` unless that is 0.
void train(const std::string& folder, int kill_at) {
  Double device{.threads = 1, .seed = 5};
  trainer_task::Task task{device};
  scn::Adam<Double> optimizer{task.net.parameters(), {.rate = 0.01}};
  if (kill_at > 0)
    task.before_loss = [kill_at, calls = 0]() mutable {
      if (++calls == kill_at) ::raise(SIGKILL);
    };
  const scn::CheckpointFolder files(folder);
  scn::Trainer(task, task.net.parameters(), optimizer, device,
               {.epochs = 6, .average = 0.9, .checkpoint_steps = 2, .loader = {.workers = 1}})
      .run(files);
}

const char* setting(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? "" : value;
}

TEST_CASE("A part of a training run, for the test that kills it", "[.][killed]") {
  train(setting("SCN_KILLED_FOLDER"), std::stoi(setting("SCN_KILLED_STEP")));
}

/// The status with which this program, running the case above, ended.
int train_elsewhere(const std::string& folder, int kill_at) {
  ::setenv("SCN_KILLED_FOLDER", folder.c_str(), 1);
  ::setenv("SCN_KILLED_STEP", std::to_string(kill_at).c_str(), 1);
  std::string program = "/proc/self/exe", tag = "[killed]";
  char* arguments[] = {program.data(), tag.data(), nullptr};
  ::pid_t process = 0;
  REQUIRE(::posix_spawn(&process, program.c_str(), nullptr, nullptr, arguments, environ) == 0);
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  return status;
}

TEST_CASE("A training run killed at 20 random steps and resumed each time ends with the same bits", "[train]") {
  const TemporaryFolder folder;
  train(folder / "whole", 0);
  const auto seed = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  INFO("seed " << seed);
  for (std::uint64_t kill = 0; kill < 20; ++kill) {
    const int at = 1 + static_cast<int>(4 * scn::uniform(seed, 0, kill));  // 30 steps in all, at most 2 of them kept
    const int status = train_elsewhere(folder / "killed", at);
    REQUIRE((WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0));
    if (!WIFSIGNALED(status)) break;
  }
  REQUIRE(train_elsewhere(folder / "killed", 0) == 0);
  for (const std::string name : {"last", "best"}) {
    const auto expected = scn::read_file(folder / "whole/" + name + ".safetensors");
    CHECK(scn::read_file(folder / "killed/" + name + ".safetensors") == expected);
  }
}

}  // namespace

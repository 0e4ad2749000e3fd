// Tests of the folder of checkpoints of a training run.
#include "scn/io/checkpoint_folder.hpp"

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using scn::Cpu;

scn::Parameters<Cpu> parameters(Cpu& device, std::vector<double> numbers) {
  return scn::Parameters<Cpu>({{"w", variable_of(device, 1, 2, numbers), {2}}});
}

TEST_CASE("A folder of checkpoints is made, and gives back parameters and notes by name", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  const scn::CheckpointFolder files(folder / "a/b");
  CHECK_FALSE(files.notes("last"));
  files.save("last", parameters(device, {1, 2}), {{"step", "3"}});
  CHECK(files.notes("last") == scn::CheckpointFolder::Notes{{"step", "3"}});
  CHECK(files.path("last") == folder / "a/b/last.safetensors");
  const auto loaded = parameters(device, {0, 0});
  files.load("last", loaded);
  CHECK(numbers_of(loaded.find("w")->variable.value()) == std::vector<double>{1, 2});
}

TEST_CASE("A folder of checkpoints refuses a place where no folder can be", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  scn::CheckpointFolder(folder.path()).save("file", parameters(device, {1, 2}), {});
  const std::string path = folder / "file.safetensors";
  CHECK(thrown_message<scn::IoError>([&] { scn::CheckpointFolder{path}; }) ==
        path + ": cannot make the folder: Not a directory");
}

TEST_CASE("A disk that is full while a checkpoint is saved leaves the one before, whole and alone", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  const scn::CheckpointFolder files(folder.path());
  files.save("last", parameters(device, {1, 2}), {{"step", "3"}});
  const auto before = scn::read_file(files.path("last"));
  std::string failure;
  {
    const FileSizeLimit limit(before.size() / 2);
    failure = thrown_message<scn::IoError>([&] { files.save("last", parameters(device, {3, 4}), {{"step", "4"}}); });
  }
  CHECK(failure == files.path("last") + ": cannot write: File too large");
  CHECK(scn::read_file(files.path("last")) == before);
  CHECK(folder.names() == std::set<std::string>{"last.safetensors"});
  files.save("last", parameters(device, {3, 4}), {{"step", "4"}});
  CHECK(files.notes("last")->at("step") == "4");
}

}  // namespace

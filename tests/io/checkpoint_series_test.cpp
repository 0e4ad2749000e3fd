// Tests of the files of epochs: their names, which of them stay, and from which one training goes on.
#include "scn/io/checkpoint_series.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/io/file.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::Cpu;
using Names = std::set<std::string>;

/// One parameter of one number.
scn::Parameters<Cpu> parameters(Cpu& device, float number) {
  const std::vector<float> values{number};
  return scn::Parameters<Cpu>(
      {{"weight",
        scn::Variable<Cpu>(scn::Matrix<Cpu>::from_host(device, 1, 1, std::span<const float>(values)), true),
        {1}}});
}

float number(const scn::Parameters<Cpu>& parameters) { return parameters.begin()->variable.value().to_host()[0]; }

void save_epochs(Cpu& device, const std::string& experiment, std::int64_t last) {
  for (std::int64_t epoch = 1; epoch <= last; ++epoch)
    scn::checkpoint_save(parameters(device, static_cast<float>(epoch)), experiment, "net", epoch);
}

TEST_CASE("Defect 38, kept: a series keeps the files of powers of two and of the last epoch, named by nine digits",
          "[io][quirk 38]") {
  const TemporaryFolder folder;
  Cpu device;
  save_epochs(device, folder / "run", 11);
  CHECK(folder.names() == Names{"run-000000001-net.safetensors", "run-000000002-net.safetensors",
                                "run-000000004-net.safetensors", "run-000000008-net.safetensors",
                                "run-000000011-net.safetensors"});
}

TEST_CASE("Defect 38, kept: restoring goes on after the last epoch that has a file", "[io][quirk 38]") {
  const TemporaryFolder folder;
  Cpu device;
  save_epochs(device, folder / "run", 11);
  const auto restored = parameters(device, 0);
  CHECK(scn::checkpoint_restore(restored, folder / "run", "net") == 12);
  CHECK(number(restored) == 11);
}

TEST_CASE("Restoring a given epoch reads its file", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  save_epochs(device, folder / "run", 11);
  const auto restored = parameters(device, 0);
  CHECK(scn::checkpoint_restore(restored, folder / "run", "net", 4) == 5);
  CHECK(number(restored) == 4);
}

TEST_CASE("Training begins with epoch 1 where no file is, or no folder", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  const auto untouched = parameters(device, 7);
  CHECK(scn::checkpoint_restore(untouched, folder / "run", "net") == 1);
  CHECK(scn::checkpoint_restore(untouched, folder / "none/run", "net") == 1);
  CHECK(number(untouched) == 7);
}

TEST_CASE("Files of other series, and other files, are no epochs of a series", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  save_epochs(device, folder / "run", 3);
  for (const char* name :
       {"run-000000009-other.safetensors", "run-2-000000009-net.safetensors", "run-9-net.safetensors",
        "run-00000009x-net.safetensors", "run-000000009-net.pth", "run-9999999999999999999-net.safetensors"})
    scn::write_file_atomically(folder / name, std::span<const std::byte>());
  CHECK(scn::checkpoint_restore(parameters(device, 0), folder / "run", "net") == 4);
}

TEST_CASE("An epoch of ten digits comes after those of nine", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  scn::checkpoint_save(parameters(device, 1), folder / "run", "net", 999999999);
  scn::checkpoint_save(parameters(device, 2), folder / "run", "net", 10000000000);
  const auto restored = parameters(device, 0);
  CHECK(scn::checkpoint_restore(restored, folder / "run", "net") == 10000000001);
  CHECK(number(restored) == 2);
}

TEST_CASE("An experiment without a folder is in the working directory", "[io]") {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  Cpu device;
  save_epochs(device, "run", 2);
  CHECK(scn::checkpoint_restore(parameters(device, 0), "run", "net") == 3);
  std::filesystem::current_path(before);
  CHECK(folder.names() == Names{"run-000000001-net.safetensors", "run-000000002-net.safetensors"});
}

TEST_CASE("An epoch that has no file, or a file that is none, is an error and changes nothing", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  save_epochs(device, folder / "run", 4);
  const auto untouched = parameters(device, 7);
  CHECK_THROWS_AS(scn::checkpoint_restore(untouched, folder / "run", "net", 3), scn::IoError);
  scn::write_file_atomically(folder / "run-000000009-net.safetensors", std::span<const std::byte>());
  CHECK_THROWS_AS(scn::checkpoint_restore(untouched, folder / "run", "net"), scn::FormatError);
  CHECK(number(untouched) == 7);
}

TEST_CASE("A file that cannot be written leaves the file of the epoch before", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  save_epochs(device, folder / "run", 3);
  std::filesystem::create_directory(folder / "run-000000004-net.safetensors");
  CHECK_THROWS_AS(scn::checkpoint_save(parameters(device, 4), folder / "run", "net", 4), scn::IoError);
  CHECK(folder.names().count("run-000000003-net.safetensors") == 1);
}

TEST_CASE("What stands in the place of the file before and cannot be removed is named", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  const std::string before = folder / "run-000000003-net.safetensors";
  std::filesystem::create_directories(before + "/full");
  const std::string text =
      thrown_message<scn::IoError>([&] { scn::checkpoint_save(parameters(device, 4), folder / "run", "net", 4); });
  CHECK(text == before + ": cannot remove: " + std::generic_category().message(ENOTEMPTY));
}

TEST_CASE("A folder that is a file has no list of checkpoints", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  scn::write_file_atomically(folder / "file", std::span<const std::byte>());
  const std::string text =
      thrown_message<scn::IoError>([&] { scn::checkpoint_restore(parameters(device, 0), folder / "file/run", "net"); });
  CHECK(text == folder / "file" + ": cannot list the checkpoints: " + std::generic_category().message(ENOTDIR));
}

TEST_CASE("Epochs are counted from 1, and a name has no slash", "[io]") {
  const TemporaryFolder folder;
  Cpu device;
  const auto all = parameters(device, 7);
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::checkpoint_save(all, folder / "run", "net", 0); }) ==
        "epochs are counted from 1, got 0");
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::checkpoint_restore(all, folder / "run", "net", -1); }) ==
        "epochs are counted from 1, got -1");
  CHECK(thrown_message<scn::InvalidArgument>([&] { scn::checkpoint_save(all, folder / "run", "a/b", 1); }) ==
        "the name of a checkpoint holds a slash: a/b");
  CHECK(folder.names().empty());
}

}  // namespace

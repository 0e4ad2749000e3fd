// The checkpoints of a training run: one folder, a file for each name.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "scn/io/checkpoint.hpp"

namespace scn {

/// "<folder>/<name>.safetensors", with notes about the run in the file's metadata; what a Trainer saves to.
class CheckpointFolder {
 public:
  using Notes = std::map<std::string, std::string>;

  /// The folder is made if it is not there. Throws IoError where that fails.
  explicit CheckpointFolder(std::string folder) : folder_(std::move(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    require<IoError>(!error, folder_, ": cannot make the folder: ", error.message());
  }

  std::string path(const std::string& name) const { return folder_ + "/" + name + ".safetensors"; }

  /// Replaces the file at once or, with IoError, not at all.
  template <Device Dev>
  void save(const std::string& name, const Parameters<Dev>& parameters, const Notes& notes) const {
    scn::save(parameters, path(name), notes);
  }

  /// The notes of a file, without its parameters; nothing if there is no such file.
  std::optional<Notes> notes(const std::string& name) const {
    if (!std::filesystem::exists(path(name))) return {};
    return SafetensorsFile(path(name)).metadata();
  }
  /// Throws IoError or FormatError, and then no parameter has changed.
  template <Device Dev>
  void load(const std::string& name, const Parameters<Dev>& parameters) const {
    scn::load(parameters, path(name));
  }

 private:
  std::string folder_;
};

}  // namespace scn

// One file an epoch, of which the last and those of powers of two are kept.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "scn/io/checkpoint.hpp"

namespace scn {

namespace detail {

/// What stands before and after the nine digits of the epoch in the file names of a series.
struct CheckpointNames {
  std::string before, after;

  CheckpointNames(const std::string& experiment, const std::string& name)
      : before(experiment + "-"), after("-" + name + ".safetensors") {
    require(name.find('/') == std::string::npos, "the name of a checkpoint holds a slash: ", name);
  }

  std::string path(std::int64_t epoch) const {
    const std::string digits = std::to_string(epoch);
    return before + std::string(9 - std::min<std::size_t>(9, digits.size()), '0') + digits + after;
  }

  /// The last epoch that has a file, 0 if there is none.
  std::int64_t last() const {
    std::filesystem::path folder = std::filesystem::path(before).parent_path();
    if (folder.empty()) folder = ".";
    std::error_code error;
    std::int64_t epoch = 0;
    for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end; file.increment(error))
      epoch = std::max(epoch, epoch_of(file->path().filename().string()));
    require<IoError>(!error || error == std::errc::no_such_file_or_directory, folder.string(),
                     ": cannot list the checkpoints: ", error.message());
    return epoch;
  }

 private:
  /// 0 for the name of any other file.
  std::int64_t epoch_of(const std::string& file) const {
    const std::string start = std::filesystem::path(before).filename().string();
    if (file.size() < start.size() + 9 + after.size() || !file.starts_with(start) || !file.ends_with(after)) return 0;
    const std::string digits = file.substr(start.size(), file.size() - start.size() - after.size());
    const bool number = digits.size() <= 18 && digits.find_first_not_of("0123456789") == std::string::npos;
    return number ? std::stoll(digits) : 0;
  }
};

}  // namespace detail

/// Writes the parameters of an epoch, counted from 1, to "<experiment>-<epoch in nine digits>-<name>.safetensors", then
/// removes the file of the epoch before, unless that is a power of two: the last file stays, and of all before them
/// log2 of their number. `experiment` may begin with a folder, which has to exist. SparseConvNet's checkpoint_save,
/// whose files end in .pth. Throws IoError where a file cannot be written or removed.
template <Device Dev>
void checkpoint_save(const Parameters<Dev>& parameters, const std::string& experiment, const std::string& name,
                     std::int64_t epoch) {
  require(epoch >= 1, "epochs are counted from 1, got ", epoch);
  const detail::CheckpointNames names(experiment, name);
  save(parameters, names.path(epoch));
  const std::int64_t before = epoch - 1;
  if (std::has_single_bit(static_cast<std::uint64_t>(before))) return;
  std::error_code error;
  std::filesystem::remove(names.path(before), error);
  require<IoError>(!error, names.path(before), ": cannot remove: ", error.message());
}

/// Reads what checkpoint_save() wrote of this epoch, or of the last epoch that has a file if it is 0. Returns the epoch
/// that comes next: 1, the parameters being as they were, if there is no file yet. Throws IoError if the file of a
/// given epoch is not there, FormatError if it does not fit the parameters; then none has changed.
template <Device Dev>
std::int64_t checkpoint_restore(const Parameters<Dev>& parameters, const std::string& experiment,
                                const std::string& name, std::int64_t epoch = 0) {
  require(epoch >= 0, "epochs are counted from 1, got ", epoch);
  const detail::CheckpointNames names(experiment, name);
  if (epoch == 0) epoch = names.last();
  if (epoch > 0) load(parameters, names.path(epoch));
  return epoch + 1;
}

}  // namespace scn

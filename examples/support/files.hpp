// The files of a folder.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "scn/core/error.hpp"

namespace support {

/// Paths of the files in the folder whose names end in `ending`, sorted. Throws IoError where there is no such folder
/// or no such file.
inline std::vector<std::string> files_ending(const std::string& folder, const std::string& ending) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (std::string path = entry->path().string(); path.ends_with(ending)) paths.push_back(std::move(path));
  scn::require<scn::IoError>(!error, folder, ": cannot list the folder: ", error.message());
  scn::require<scn::IoError>(!paths.empty(), folder, ": expected files that end in ", ending, ", got none");
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace support

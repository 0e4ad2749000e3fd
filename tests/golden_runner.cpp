// golden_runner DIR: runs every stored case in DIR in double and in float, and says what differs.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "golden_runner/failures.hpp"

namespace {

std::vector<std::filesystem::path> cases_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

struct Counts {
  int passed = 0, failed = 0, skipped = 0;
};

void run(const std::filesystem::path& path, Counts& counts) {
  const std::string name = path.filename().string();
  std::vector<std::string> failures;
  try {
    failures = golden::failures_of<scn::CpuDevice<double>, scn::CpuDevice<float>>(scn::SafetensorsFile(path.string()));
  } catch (const golden::Skipped& reason) {
    ++counts.skipped;
    std::printf("skipped %s: %s\n", name.c_str(), reason.what());
    return;
  } catch (const std::exception& error) {
    failures = {error.what()};
  }
  if (failures.empty()) {
    ++counts.passed;
    return;
  }
  ++counts.failed;
  constexpr std::size_t shown = 3;
  std::string line;
  for (std::size_t i = 0; i < std::min(shown, failures.size()); ++i) line += (i > 0 ? "; " : "") + failures[i];
  if (failures.size() > shown) line += "; and " + std::to_string(failures.size() - shown) + " more";
  std::printf("failed %s: %s\n", name.c_str(), line.c_str());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: golden_runner DIR\n");
    return 2;
  }
  Counts counts;
  try {
    for (const auto& path : cases_in(arguments[1])) run(path, counts);
  } catch (const std::exception& error) {
    ++counts.failed;
    std::printf("failed %s: %s\n", arguments[1], error.what());
  }
  std::printf("%d passed, %d failed, %d skipped\n", counts.passed, counts.failed, counts.skipped);
  return counts.failed > 0 ? 1 : 0;
}

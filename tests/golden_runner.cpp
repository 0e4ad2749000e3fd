// golden_runner DIR: runs every stored case in DIR in double and in float, and says what differs.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "golden_runner/case.hpp"
#include "golden_runner/dimension.hpp"

namespace {

using golden::Case;

constexpr std::array double_runs{golden::run_case<1, double>, golden::run_case<2, double>, golden::run_case<3, double>,
                                 golden::run_case<4, double>, golden::run_case<5, double>, golden::run_case<6, double>};
constexpr std::array float_runs{golden::run_case<1, float>, golden::run_case<2, float>, golden::run_case<3, float>,
                                golden::run_case<4, float>, golden::run_case<5, float>, golden::run_case<6, float>};

/// What did not fit in either precision, each with the precision; throws golden::Skipped.
std::vector<std::string> failures_of(const scn::SafetensorsFile& file) {
  const std::int64_t dimension = golden::dimension_of(Case(file, true));
  if (dimension < 1 || dimension > std::ssize(double_runs))
    throw scn::FormatError(scn::message("dimension: expected 1 to 6, got ", dimension));
  std::vector<std::string> failures;
  for (const bool is_double : {true, false}) {
    Case stored(file, is_double);
    std::vector<std::string> found;
    try {
      (is_double ? double_runs : float_runs)[static_cast<std::size_t>(dimension - 1)](stored);
      found = stored.verdict();
    } catch (const golden::Skipped&) {
      throw;
    } catch (const std::exception& error) {
      found = {error.what()};
    }
    for (const std::string& failure : found) failures.push_back((is_double ? "double: " : "float: ") + failure);
  }
  return failures;
}

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
    failures = failures_of(scn::SafetensorsFile(path.string()));
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

// The stored results hold on the GPU, in double and in float without rounding to the tensor cores' numbers.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "golden_runner/failures.hpp"

namespace {

TEST_CASE("Every stored result holds on the GPU", "[cuda]") {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SCN_SOURCE_DIR "/tests/golden"))
    if (entry.path().extension() == ".safetensors") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() > 200);
  std::size_t run = 0;
  for (const auto& path : paths) {
    INFO(path.filename().string());
    std::string text;
    try {
      const scn::SafetensorsFile file(path.string());
      for (const std::string& failure : golden::failures_of<scn::CudaDevice<double>, scn::CudaDevice<float>>(file))
        text += failure + "; ";
      ++run;
    } catch (const golden::Skipped&) {
      continue;
    } catch (const std::exception& error) {
      text = error.what();
    }
    CHECK(text == "");
  }
  CHECK(run > 200);
}

}  // namespace

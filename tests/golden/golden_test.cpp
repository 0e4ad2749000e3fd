// The stored results hold, and the runner notices whatever does not.
#include <stdio.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/io/safetensors.hpp"
#include "support/temporary_folder.hpp"

namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

const std::string cases = SCN_SOURCE_DIR "/tests/golden";

struct Outcome {
  int exit_code = 0;
  std::string text;

  std::string last_line() const {
    const std::size_t end = text.find_last_not_of('\n');
    return end == std::string::npos ? "" : text.substr(text.rfind('\n', end) + 1, end - text.rfind('\n', end));
  }
};

Outcome run(const std::string& folder) {
  FILE* pipe = ::popen(("'" SCN_GOLDEN_RUNNER "' '" + folder + "' 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " SCN_GOLDEN_RUNNER);
  Outcome outcome;
  std::array<char, 4096> part{};
  while (const std::size_t size = ::fread(part.data(), 1, part.size(), pipe)) outcome.text.append(part.data(), size);
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

/// A copy of a stored case in `folder`, with other metadata or with other bytes of its arrays.
class Copy {
 public:
  explicit Copy(const std::string& name) : name_(name + ".safetensors"), file_(cases + "/" + name_) {
    metadata_ = file_.metadata();
    for (const scn::TensorEntry& entry : file_.tensors())
      arrays_.push_back({entry, {entry.bytes.begin(), entry.bytes.end()}});
  }

  /// Adds `difference` to the first element.
  template <class T>
  Copy& change(const std::string& array, T difference) {
    std::vector<std::byte>& bytes = find(array).bytes;
    T value{};
    std::memcpy(&value, bytes.data(), sizeof(T));
    value = static_cast<T>(value + difference);
    std::memcpy(bytes.data(), &value, sizeof(T));
    return *this;
  }
  Copy& rename(const std::string& array, const std::string& name) {
    find(array).entry.name = name;
    return *this;
  }
  Copy& say(const std::string& key, const std::string& value) {
    metadata_[key] = value;
    return *this;
  }
  Copy& leave_out(const std::string& key) {
    metadata_.erase(key);
    return *this;
  }

  Outcome run_alone() {
    const TemporaryFolder folder;
    std::vector<scn::TensorEntry> entries;
    for (Array& array : arrays_) {
      array.entry.bytes = array.bytes;
      entries.push_back(array.entry);
    }
    scn::write_safetensors(folder / name_, entries, metadata_);
    return run(folder.path());
  }

 private:
  struct Array {
    scn::TensorEntry entry;
    std::vector<std::byte> bytes;
  };

  Array& find(const std::string& name) {
    for (Array& array : arrays_)
      if (array.entry.name == name) return array;
    throw std::runtime_error("no array " + name);
  }

  std::string name_;
  scn::SafetensorsFile file_;
  std::vector<Array> arrays_;
  std::map<std::string, std::string> metadata_;
};

void require_failure(const Outcome& outcome, const std::string& what) {
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.last_line() == "0 passed, 1 failed, 0 skipped");
  CHECK_THAT(outcome.text, StartsWith("failed "));
  CHECK_THAT(outcome.text, ContainsSubstring(what));
}

const std::string convolution = "conv_2d_2x2_2x2_b2";

}  // namespace

TEST_CASE("every stored result of SparseConvNet holds in both precisions") {
  const Outcome outcome = run(cases);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.text == "279 passed, 0 failed, 0 skipped\n");
}

TEST_CASE("an unchanged copy of a case passes") {
  const Outcome outcome = Copy(convolution).run_alone();
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.last_line() == "1 passed, 0 failed, 0 skipped");
}

TEST_CASE("a changed output fails, whichever of its two arrays it is in") {
  require_failure(Copy(convolution).change<float>("out_features", 1e-3f).run_alone(), "out_features[0, 0]: expected");
  require_failure(Copy(convolution).change<double>("f64/out_features", 1e-7).run_alone(), "f64/out_features[0, 0]");
}

TEST_CASE("a changed gradient fails, of the input as of a parameter") {
  require_failure(Copy(convolution).change<double>("f64/grad_in", 1e-7).run_alone(), "f64/grad_in[0, 0]");
  require_failure(Copy(convolution).change<double>("f64/grad_weight", 1e-7).run_alone(), "f64/grad_weight");
}

TEST_CASE("a changed rule fails") {
  require_failure(Copy(convolution).change<std::int32_t>("rules", 1).run_alone(), "rules: ");
}

TEST_CASE("a changed statistic fails") {
  require_failure(Copy("bn_train_c5").change<double>("f64/after_running_var", 1e-7).run_alone(), "after_running_var");
}

TEST_CASE("a changed site fails") {
  require_failure(Copy(convolution).change<std::int64_t>("out_coords", 1).run_alone(), "out_coords: site (");
}

TEST_CASE("a changed extent fails") {
  require_failure(Copy(convolution).change<std::int64_t>("out_spatial_size", 1).run_alone(), "out_spatial_size");
}

TEST_CASE("a changed loss or trained parameter fails") {
  require_failure(Copy("train_resnet_2d").change<double>("f64/losses", 1e-5).run_alone(), "f64/losses");
  require_failure(Copy("train_resnet_2d").change<double>("f64/state20_0.weight", 1e-5).run_alone(), "state20_0.weight");
}

TEST_CASE("a changed counter fails, of one pass as of a training") {
  require_failure(Copy(convolution).say("multiply_adds", "841").run_alone(), "multiply_adds: expected 841, got 840");
  require_failure(Copy("train_resnet_2d").say("hidden_states", "1").run_alone(),
                  "hidden_states: expected 1, got 102060");
}

TEST_CASE("a result that records a defect fails if it is not that defect's") {
  require_failure(Copy("permuto_2d_b").change<double>("f64/out_features", 1e-6).run_alone(), "f64/out_features[0, 0]");
  require_failure(Copy("permuto_2d_b").change<double>("f64/grad_weight", 1e-5).run_alone(), "f64/grad_weight");
  require_failure(Copy("maxpool_2d_2x2_2x2_drop2").change<double>("f64/grad_in", 1e-6).run_alone(),
                  "f64/grad_in[0, 0]");
  require_failure(Copy("checkpointed_sequential_2d").change<double>("f64/after_1.running_mean", 1e-6).run_alone(),
                  "f64/after_1.running_mean");
}

TEST_CASE("a changed mask fails, of Sparsify as of dropout") {
  require_failure(Copy("sparsify_2d_sigmoid").change<double>("f64/mask", 1e-6).run_alone(), "f64/mask[0, 0]");
  require_failure(Copy("batchwise_dropout_train").change<float>("mask", 1.0f).run_alone(), "out_features[0, 0]");
}

TEST_CASE("windows that no draw has, or no rule reveals, fail") {
  const std::string random = "rsconv_2d_3x3_2x2_train";
  require_failure(Copy(random).change<std::int64_t>("window_starts_axis1", 1).run_alone(), "window_starts_axis1: ");
  require_failure(Copy(random).rename("window_starts_axis1", "window_starts").run_alone(),
                  "expected one array for each");
}

TEST_CASE("the arrays tell the dimension where the case does not") {
  for (const std::string name : {"densetosparse_4d", "blinputlayer_3d_mode3_b3", "inputbatch_2d_from_tensor",
                                 "prepare_blinput", "voxelize_pointcloud", "compare_sparse_3d"}) {
    INFO(name);
    CHECK(Copy(name).leave_out("dimension").run_alone().exit_code == 0);
  }
}

TEST_CASE("what a case does not say is as in the reference") {
  CHECK(Copy("bnelu_train_c5").leave_out("momentum").leave_out("eps").run_alone().exit_code == 0);
  CHECK(Copy("outputlayer_3d_mode3_b3").leave_out("mode").run_alone().exit_code == 0);
  CHECK(Copy("sparsify_3d_none").leave_out("activation").run_alone().exit_code == 0);
  CHECK(Copy(convolution).leave_out("groups").leave_out("training").leave_out("batch_size").run_alone().exit_code == 0);
}

TEST_CASE("an array that nothing is compared with fails") {
  require_failure(Copy(convolution).rename("f64/grad_bias", "grad_of_something").run_alone(),
                  "grad_of_something: nothing was compared");
}

TEST_CASE("a parameter that the file does not have fails") {
  require_failure(Copy(convolution).rename("weight", "another_weight").run_alone(), "no array weight");
}

TEST_CASE("an unknown operation is skipped, with the reason") {
  const Outcome outcome = Copy(convolution).say("op", "ConvolutionOfTomorrow").run_alone();
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.text == "skipped " + convolution +
                            ".safetensors: ConvolutionOfTomorrow is not in the library yet\n"
                            "0 passed, 0 failed, 1 skipped\n");
}

TEST_CASE("a file that is no case fails") {
  const TemporaryFolder folder;
  std::ofstream(folder / "broken.safetensors") << "not a case";
  require_failure(run(folder.path()), "broken.safetensors");
}

TEST_CASE("a folder that is not there fails") {
  const TemporaryFolder folder;
  require_failure(run(folder / "nowhere"), "nowhere");
}

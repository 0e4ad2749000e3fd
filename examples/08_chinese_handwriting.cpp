// Reads Chinese characters in two dimensions: the reference's network VGG-C on the strokes of CASIA-OLHWDB1.1.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "support/classification.hpp"
#include "support/files.hpp"
#include "support/pot.hpp"
#include "support/sample_data.hpp"

namespace {

/// The 3,755 characters of level 1 of GB 2312, of "1001-c.pot" to "1240-c.pot" in training and of higher numbers in the
/// test, without augmentation.
struct ChineseCharacters {
  using Batch = support::Characters;
  static constexpr std::int64_t classes = 3755;
  std::vector<support::Character> train, test;

  explicit ChineseCharacters(const std::string& folder) {
    for (const std::string& path : support::files_ending(folder, ".pot")) {
      const bool trains = std::filesystem::path(path).filename().string() < "1241";
      for (support::Character& character : support::read_pot(path))
        if (const auto label = support::gb2312_level_1(character.label))
          (trains ? train : test).push_back({*label, stretched(character.strokes)});
    }
    scn::require<scn::IoError>(!train.empty() && !test.empty(), folder,
                               ": expected characters in files up to 1240-c.pot and in later ones, got ", train.size(),
                               " and ", test.size());
  }

  void append(Batch& batch, const support::Character& character, support::Draw = {}) const {
    batch.append(character, 63 - 1e-3, 31.5);
  }

 private:
  /// Both sides of the character's box become 1 long.
  static std::vector<support::Stroke> stretched(std::vector<support::Stroke> strokes) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      double low = 1e300, high = -1e300;
      for (const auto& stroke : strokes)
        for (const auto& point : stroke) low = std::min(low, point[axis]), high = std::max(high, point[axis]);
      for (auto& stroke : strokes)
        for (auto& point : stroke) point[axis] = (point[axis] - low) / std::max(high - low, 1.0);
    }
    return strokes;
  }
};

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  support::RunSettings settings{.epochs = 100, .batch = 100, .rate = 0.1, .data = "", .output = "chinese_handwriting"};
  settings.parse_or_exit("Trains VGG-C on the POT files of CASIA-OLHWDB1.1.", argc, argv);
  if (settings.data.empty()) support::write_sample_characters(settings.data = settings.output + "/sample");
  ChineseCharacters data(settings.data);
  settings.shorten(data.train);
  settings.shorten(data.test);
  std::printf("%zu characters for training, %zu for the test\n", data.train.size(), data.test.size());

  Cpu device{.threads = settings.threads, .seed = settings.seed};
  const auto network = chinese_vgg_c(device, data.classes);
  const InputLayer<2> input{device, network.input_size(Point<2>(1)), Duplicates::last};
  const auto sparse = [&](const support::Characters& batch) {
    return input(batch.sites, batch.features, {.samples = std::ssize(batch.labels)});
  };
  support::Classification task{data, network, sparse, data.classes, settings};
  if (!support::run_like_reference(task, network.parameters(), device, settings, 0.05)) return 1;
  std::printf("test accuracy: %.2f %%\n", 100 * task.confusion().accuracy());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

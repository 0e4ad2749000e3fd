// Tests of training as the examples do it: on tiny files of Chinese characters, with a log, and with numbers that
// break.
#include "support/training.hpp"

#include <filesystem>
#include <fstream>
#include <limits>
#include <span>

#include "catch.hpp"
#include "support/classification.hpp"
#include "support/files.hpp"
#include "support/pot.hpp"
#include "support/sample_data.hpp"
#include "support/segmentation.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using support::Characters;

/// Two writers, of whom the second is the test: 36 characters each.
struct Writers {
  using Batch = Characters;
  TemporaryFolder folder;
  std::vector<support::Character> train, test;

  Writers() {
    support::write_sample_characters(folder.path());
    train = read("/1001-c.pot"), test = read("/1241-c.pot");
  }
  void append(Batch& batch, const support::Character& character, support::Draw = {}) const {
    batch.append(character, 62, 31.5);
  }

 private:
  std::vector<support::Character> read(const std::string& name) const {
    auto characters = support::read_pot(folder.path() + name);
    for (auto& character : characters) character.label = support::gb2312_level_1(character.label).value();
    return characters;
  }
};

/// What a program does with them.
struct Run {
  Writers data;
  scn::Cpu device{.threads = 1, .seed = 1};
  scn::SampleClassifier<2> network = scn::chinese_vgg_c(device, 12);
  scn::InputLayer<2> input{device, network.input_size(scn::Point<2>(1)), scn::Duplicates::last};
  std::string message;
  double accuracy = 0;
  std::vector<double> losses;

  void train(const support::RunSettings& settings) {
    const auto sparse = [&](const Characters& batch) {
      return input(batch.sites, batch.features, {.samples = std::ssize(batch.labels)});
    };
    support::Classification task{data, network, sparse, 12, settings};
    message = thrown_message<scn::Error>(
        [&] { support::run_like_reference(task, network.parameters(), device, settings, 0.05); });
    accuracy = task.confusion().accuracy();
    losses = task.losses();
  }
};

support::RunSettings settings_in(const TemporaryFolder& folder, int epochs) {
  return {.epochs = epochs, .batch = 18, .rate = 0.1, .data = "", .output = folder / "run", .log = folder / "log.csv"};
}

std::vector<std::string> lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("a network learns the characters of a POT file, writes a log, and goes on with both") {
  const TemporaryFolder folder;
  Run first;
  first.train(settings_in(folder, 6));
  CHECK(first.message == "no exception");
  REQUIRE(first.losses.size() == 12);
  CHECK(first.losses.back() < first.losses.front() / 3);
  REQUIRE(lines(folder / "log.csv").size() == 7);
  CHECK(lines(folder / "log.csv")[0] == "epoch,steps,rate_factor,loss,score,seconds");

  Run second;
  second.train(settings_in(folder, 6));  // all is done
  CHECK(second.accuracy == first.accuracy);
  Run third;
  third.train(settings_in(folder, 7));
  const auto all = lines(folder / "log.csv");
  REQUIRE(all.size() == 8);
  CHECK(all[7].starts_with("7,14,"));

  Run fresh;
  auto settings = settings_in(folder, 1);
  settings.output = folder / "other";
  fresh.train(settings);
  CHECK(lines(folder / "log.csv").size() == 2);  // a new run begins its log anew
}

TEST_CASE("a loss that is not a number ends a run with step and layer") {
  const TemporaryFolder folder;
  Run run;
  const auto bias = run.network.parameters().find("linear.bias")->variable;
  const std::vector<float> numbers(12, std::numeric_limits<float>::quiet_NaN());
  bias.value() = scn::Matrix<scn::Cpu>::from_host(run.device, 1, 12, std::span<const float>(numbers));
  run.train(settings_in(folder, 1));
  CHECK(run.message ==
        "Trainer: the loss of step 1 is nan, where the first number that is not finite is that of linear "
        "(NetworkInNetwork)");
  CHECK_FALSE(std::filesystem::exists(folder / "run/last.safetensors"));
}

TEST_CASE("a log that cannot be opened is an IoError that names it") {
  const TemporaryFolder folder;
  Run run;
  auto settings = settings_in(folder, 1);
  settings.log = folder / "none/log.csv";
  run.train(settings);
  CHECK(run.message == folder / "none/log.csv: cannot open the log");
}

/// One item of three points, whose views show points 2 and 0, and then all.
struct Views {
  struct Batch {
    std::vector<float> rows;
    std::vector<std::int64_t> points;
  };
  struct Item {
    std::vector<std::int32_t> labels;
  };
  struct Scores {
    std::vector<std::int32_t> found;
    void add(const Item&, const std::vector<std::int32_t>& predicted) { found = predicted; }
    double mean_iou() const { return 0.5; }
  };
  std::vector<Item> train, test{{{1, 1, 1}}};

  static void view(Batch& batch, const Item&, support::Draw draw) {
    const bool is_first = (draw.number >> 32) % 2 == 0;
    batch.points = is_first ? std::vector<std::int64_t>{2, 0} : std::vector<std::int64_t>{0, 1, 2};
    batch.rows =
        is_first ? std::vector<float>{9, 1, 4, 0, 9, 2, 0, 0} : std::vector<float>{9, 0, 1, 9, 9, 1, 2, 9, 9, 2, 0, 9};
  }
  static std::pair<std::int32_t, std::int32_t> classes(const Item&) { return {1, 2}; }
};

TEST_CASE("points get the class with the largest sum over the views, among those that their item may have") {
  scn::Cpu device;
  const Views data;
  const auto rows = [&](const Views::Batch& batch) {
    return scn::Variable<scn::Cpu>(
        scn::Matrix<scn::Cpu>::from_host(device, std::ssize(batch.points), 4, std::span<const float>(batch.rows)));
  };
  const auto network = [](const scn::Variable<scn::Cpu>& x, scn::Tape*) { return x; };
  support::Segmentation task{data, network, rows, 2, settings_in(TemporaryFolder(), 1)};
  CHECK(task.score(0) == 0.5);
  CHECK(task.scores().found == std::vector<std::int32_t>{1, 2, 2});  // (2, 1), (1, 2), (3, 4)
  CHECK(task.predictions() == task.scores().found);
}

}  // namespace

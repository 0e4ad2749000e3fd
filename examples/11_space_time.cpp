// Segments a LiDAR scan together with the one before it: a U-Net in space and time beside one in space alone.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "scn/io/io.hpp"
#include "scn/scn.hpp"
#include "support/arguments.hpp"
#include "support/lidar_training.hpp"
#include "support/progress.hpp"
#include "support/space_time.hpp"

namespace {

struct Settings {
  std::uint64_t seed = 1;
  int threads = 0;
  bool apart = false;
  double work = 600, rate = 4e-3, radius = 25;
  std::string data = support::data_folder();
};

struct Scores {
  double as_it_is, turned;
};

/// Trains on the first two scans until the forward passes have cost settings.work multiply-adds, which takes about as
/// long in three dimensions as in four, on any machine in the same steps; then scores the last scan.
template <int D, class Make>
Scores train(const Make& make_network, std::span<const support::LidarScan> scans, const Settings& settings) {
  using namespace scn;
  Cpu device{.threads = settings.threads, .seed = settings.seed};
  const auto network = make_network(device);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<support::LidarScan> known(scans.begin(), scans.begin() + 2);
  const CrossEntropySettings loss_settings{.weights = support::class_weights(known), .ignore = support::ignored_label};
  const InputLayer<D> input{device, {}, Duplicates::mean};
  const auto parameters = network.parameters();
  Adam optimizer{parameters, {.rate = settings.rate, .weight_decay = 1e-5}};
  const WarmUp<CosineSchedule> schedule{.steps = 50, .then = {.steps = 1000}};
  const std::string name = std::to_string(D) + "-D";
  std::uint64_t steps = 0;
  {
    support::Progress progress(name, 100);
    double percent = 0, drawn = 0;
    for (; percent < 100; ++steps) {
      support::Draw draw{settings.seed, (std::uint64_t{1} << 32) + steps};
      support::LidarInput<D> batch;
      if (D == 4 || !settings.apart)  // one place at both moments: one sample, or in three dimensions two
        support::append_crop<D>(batch, known, settings.radius, 0, draw);
      else  // two places, each at one moment, which are as many points
        for (int sample = 0; sample < 2; ++sample)
          support::append_crop<D>(batch, {&known[std::size_t(draw(0, 2))], 1}, settings.radius, sample, draw);
      LayerLog log;
      Tape tape({}, &log);
      const auto loss =
          cross_entropy(network(input(batch.sites, batch.features), &tape), batch.labels, &tape, loss_settings);
      tape.backward(loss);
      optimizer.set_rate_factor(schedule(std::int64_t(10 * percent)));
      optimizer.step();
      percent += 1e-7 * double(log.total().counts.multiply_adds) / settings.work;
      for (; drawn < std::min(percent, 100.0); ++drawn)
        progress.advance("loss " + std::to_string(loss.value().to_host()[0]));
    }
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const auto score = [&](double angle) {
    const auto cloud = support::last_scan<D>(scans.last(2), angle);
    Confusion confusion{std::ssize(support::lidar_classes), support::ignored_label};
    confusion.add(predictions(network(input(cloud.sites, cloud.features))), cloud.labels);
    return confusion.mean_iou();
  };
  const Scores scores{score(0), score(37 * std::numbers::pi / 180)};
  std::printf("%s: %lld parameters, %llu steps, %.0f s, mean IoU %.3f, turned %.3f\n", name.c_str(),
              static_cast<long long>(parameters.elements()), static_cast<unsigned long long>(steps), seconds.count(),
              scores.as_it_is, scores.turned);
  return scores;
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  Settings settings;
  support::Arguments arguments("Trains two U-Nets on PandaSet scans 00 and 01, in space and in space and time.");
  arguments.add("--seed", settings.seed, "of the weights and of everything random in training");
  arguments.add("--work", settings.work, "of each network's forward passes in training, in 10^9 multiply-adds");
  arguments.add("--rate", settings.rate, "highest learning rate");
  arguments.add("--radius", settings.radius, "of a crop, in metres");
  arguments.add("--apart", settings.apart, "3-D learns from two places a step, not from one at both moments as 4-D");
  arguments.add("--threads", settings.threads, "0: all processors");
  arguments.add("--data", settings.data, "folder of the data");
  arguments.parse_or_exit(argc, argv);
  std::vector<support::LidarScan> scans;
  for (int number = 0; number < 3; ++number) scans.push_back(support::read_lidar_scan(settings.data, number));
  const Scores space = train<3>([](Cpu& device) { return support::lidar_network(device); }, scans, settings);
  const Scores space_time = train<4>([](Cpu& device) { return support::space_time_network(device); }, scans, settings);
  std::printf("mean IoU of scan 02 in 4-D: %.3f in 3-D: %.3f turned: %.3f %.3f\n", space_time.as_it_is, space.as_it_is,
              space_time.turned, space.turned);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

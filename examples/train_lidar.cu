// 03_train_lidar on a GPU: trains the U-Net of segment_lidar on two LiDAR scans that are turned, mirrored, scaled and
// cropped at random.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

#include "scn/cuda/cuda.cuh"
#include "scn/io/io.hpp"
#include "support/arguments.hpp"
#include "support/lidar_training.hpp"
#include "support/progress.hpp"

int main(int argc, char** argv) try {
  using namespace scn;
  std::uint64_t seed = 1;
  int epochs = 25, steps = 60, samples = 2, ordinal = 0;
  double rate = 4e-3, radius = 25;
  std::string data = support::data_folder(), output = "lidar_unet.safetensors";
  support::Arguments arguments("Trains a sparse U-Net on PandaSet scans 00 and 01.");
  arguments.add("--seed", seed, "of the weights and of everything random in training");
  arguments.add("--epochs", epochs, "number of epochs");
  arguments.add("--steps", steps, "steps of an epoch");
  arguments.add("--samples", samples, "crops of a step");
  arguments.add("--radius", radius, "of a crop, in metres");
  arguments.add("--rate", rate, "highest learning rate");
  arguments.add("--gpu", ordinal, "which GPU");
  arguments.add("--data", data, "folder of the data");
  arguments.add("--output", output, "file to write");
  arguments.parse_or_exit(argc, argv);

  const std::vector<support::LidarScan> scans{support::read_lidar_scan(data, 0), support::read_lidar_scan(data, 1)};
  Cuda device{.ordinal = ordinal, .seed = seed};
  InputLayer<3, Cuda> input{device, {}, Duplicates::mean};
  const auto network = support::lidar_network(device);
  const auto parameters = network.parameters();
  Adam optimizer{parameters, {.weight_decay = 1e-5}};
  const CrossEntropySettings loss_settings{.weights = support::class_weights(scans), .ignore = support::ignored_label};
  std::printf("%lld parameters, %d epochs of %d steps\n", static_cast<long long>(parameters.elements()), epochs, steps);

  for (int epoch = 0; epoch < epochs; ++epoch) {
    support::Progress progress("epoch " + std::to_string(epoch + 1) + "/" + std::to_string(epochs), steps);
    Confusion confusion{std::ssize(support::lidar_classes), support::ignored_label};
    double sum = 0;
    for (int step = 0; step < steps; ++step) {
      const int done = epoch * steps + step, total = epochs * steps;
      const double warm_up = std::min(1.0, (done + 1) / (0.05 * total));
      optimizer.set_rate(rate * warm_up * 0.5 * (1 + std::cos(std::numbers::pi * done / total)));
      support::Draw draw{seed, (std::uint64_t{1} << 32) + std::uint64_t(done)};
      support::LidarInput batch;
      for (int sample = 0; sample < samples; ++sample)
        support::append_crop(batch, scans[std::size_t(draw(0, double(scans.size())))], radius, sample, draw);
      Tape tape;
      const auto scores = network(input(batch.sites, batch.features), &tape);
      const auto loss = cross_entropy(scores, batch.labels, &tape, loss_settings);
      tape.backward(loss);
      optimizer.step();
      confusion.add(predictions(scores), batch.labels);
      sum += double(loss.value().to_host()[0]);
      progress.advance("loss " + std::to_string(sum / (step + 1)));
    }
    char text[64];
    std::snprintf(text, sizeof text, "loss %.3f  mean IoU %.3f", sum / steps, confusion.mean_iou());
    progress.note(text);
  }
  save(parameters, output);
  std::printf("wrote %s\n", output.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

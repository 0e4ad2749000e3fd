// Reads handwritten digits in two dimensions: trains on the strokes of 30 writers, is tested on those of 14 others.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "support/charts.hpp"
#include "support/classification.hpp"
#include "support/strokes.hpp"

namespace {

/// UCI pen digits. Digits of the training set are sheared or turned, scaled and moved, differently in every epoch.
struct PenDigits {
  using Batch = support::Characters;
  static constexpr double scale = 36, strength = 0.2, shift = 5;  // 63 sites are enough for what becomes of a digit
  double centre;
  std::vector<support::Character> train, test;

  void append(Batch& batch, const support::Character& digit, support::Draw draw) const {
    batch.append(digit, scale, centre, support::random_placement(draw.seed, draw.number, strength, shift));
  }
  void append(Batch& batch, const support::Character& digit) const { batch.append(digit, scale, centre); }
};

/// In the manner of the reference's networks for handwriting: pairs of submanifold convolutions, each halved by a pool,
/// until one site is left.
scn::SampleClassifier<2> digit_network(scn::Cpu& device) {
  using namespace scn;
  AnySequential<2> net;
  net.add(SparseVggNet<2>{device,
                          3,
                          {{"C", 16},
                           {"C", 16},
                           {"MP", 3, 2},
                           {"C", 32},
                           {"C", 32},
                           {"MP", 3, 2},
                           {"C", 48},
                           {"C", 48},
                           {"MP", 3, 2},
                           {"C", 64},
                           {"C", 64},
                           {"MP", 3, 2}}})
      .add(Convolution<2>{device, 64, 96, 3, 1, {.bias = false}})
      .add(BatchNormReLU{device, 96});
  return {std::move(net), SampleRows<2>{}, NetworkInNetwork{device, 96, 10}};
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  support::RunSettings settings{.epochs = 16, .data = SCN_SOURCE_DIR "/data/pendigits", .output = "handwriting"};
  settings.parse_or_exit("Trains a sparse network on the UCI pen digits.", argc, argv);
  Cpu device{.threads = settings.threads, .seed = settings.seed};
  const auto network = digit_network(device);
  const Point<2> extent = network.input_size(Point<2>(1));
  const InputLayer<2> input{device, extent, Duplicates::mean};

  PenDigits data{extent[0] / 2.0, support::read_unipen(settings.data + "/pendigits-train"),
                 support::read_unipen(settings.data + "/pendigits-test")};
  settings.shorten(data.train);
  settings.shorten(data.test);
  const auto sparse = [&](const support::Characters& batch) {
    return input(batch.sites, batch.features, {.samples = std::ssize(batch.labels)});
  };
  support::Classification task{data, network, sparse, 10, settings};
  const bool finished = support::run(task, network.parameters(), device, settings);
  if (!task.losses().empty()) support::loss_curve(task.losses()).write_png(settings.output + "/loss.png");
  if (!finished) return 1;
  support::confusion_matrix(task.confusion(), {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})
      .write_png(settings.output + "/confusion.png");
  std::printf("wrote loss.png and confusion.png in %s\n", settings.output.c_str());
  std::printf("test accuracy: %.2f %%\n", 100 * task.confusion().accuracy());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

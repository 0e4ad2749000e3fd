// Reads digits in pictures: a dense grid becomes sites, and fractional max pooling shrinks it at random steps.
#include <cstdio>
#include <exception>
#include <numeric>
#include <string>
#include <vector>

#include "support/classification.hpp"
#include "support/idx.hpp"

namespace {

constexpr int side = 28, grid = 31;  // of a picture, and of what the network takes

struct Pictures {
  std::vector<float> pixels;  // sample, row, column
  std::vector<std::int32_t> labels;
};

/// MNIST's test images: trained on the first 9,000, tested on the last 1,000. Training moves them by up to 3 pixels.
struct Mnist {
  using Batch = Pictures;
  support::IdxArray pictures, labels;
  std::vector<std::int64_t> train, test;  // numbers of pictures

  void append(Batch& batch, std::int64_t number, support::Draw draw) const {
    const int down = int(draw(0, 4)), right = int(draw(0, 4));
    append_at(batch, number, down, right);
  }
  void append(Batch& batch, std::int64_t number) const { append_at(batch, number, 1, 1); }

 private:
  void append_at(Batch& batch, std::int64_t number, int down, int right) const {
    const std::size_t begin = batch.pixels.size();
    batch.pixels.resize(begin + grid * grid);
    for (int row = 0; row < side; ++row)
      for (int column = 0; column < side; ++column)
        batch.pixels[begin + std::size_t((row + down) * grid + column + right)] =
            float(pictures.values[std::size_t((number * side + row) * side + column)]) / 255;
    batch.labels.push_back(labels.values[std::size_t(number)]);
  }
};

scn::SampleClassifier<2> picture_network(scn::Cpu& device) {
  using namespace scn;
  AnySequential<2> net;
  int in = 1;
  for (const int channels : {16, 32, 48}) {
    for (int i = 0; i < 2; ++i, in = channels)
      net.add(SubmanifoldConvolution<2>{device, in, channels, 3, {.bias = false}}).add(BatchNormReLU{device, channels});
    net.add(RandomizedStrideMaxPooling<2>{device, 3, 2});
  }
  net.add(Dropout{0.3}).add(Convolution<2>{device, in, 128, 3, 1, {.bias = false}}).add(BatchNormReLU{device, 128});
  return {std::move(net), SampleRows<2>{}, NetworkInNetwork{device, 128, 10}};
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace scn;
  support::RunSettings settings{.epochs = 10, .data = SCN_SOURCE_DIR "/data/mnist", .output = "images"};
  settings.parse_or_exit("Trains a network with fractional max pooling on 9,000 pictures of MNIST.", argc, argv);
  Cpu device{.threads = settings.threads, .seed = settings.seed};
  const auto network = picture_network(device);
  const DenseToSparse<2> to_sparse{device};

  Mnist data{support::read_idx(settings.data + "/t10k-images-idx3-ubyte.gz", 3),
             support::read_idx(settings.data + "/t10k-labels-idx1-ubyte.gz", 1), std::vector<std::int64_t>(9000),
             std::vector<std::int64_t>(1000)};
  require<FormatError>(data.pictures.shape == std::vector<std::int64_t>{10000, side, side} &&
                           data.labels.shape == std::vector<std::int64_t>{10000},
                       settings.data, ": expected 10,000 pictures of 28 x 28 and their labels");
  std::iota(data.train.begin(), data.train.end(), 0);
  std::iota(data.test.begin(), data.test.end(), 9000);
  settings.shorten(data.train);
  settings.shorten(data.test);
  const auto sparse = [&](const Pictures& batch) {
    const DenseShape<2> shape{std::ssize(batch.labels), 1, Point<2>(grid)};
    return to_sparse(DenseTensor<2, Cpu>::from_host(device, shape, batch.pixels));
  };
  support::Classification task{data, network, sparse, 10, settings};
  if (!support::run(task, network.parameters(), device, settings)) return 1;
  std::printf("test accuracy: %.2f %%\n", 100 * task.confusion().accuracy());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

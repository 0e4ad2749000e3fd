// Tests of a whole network with features of bfloat16 on the CPU, against the same network in float.
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/core/bfloat16.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/unpooling.hpp"
#include "support/instruction_sets.hpp"
#include "support/random_cases.hpp"
#include "support/traced_training.hpp"

namespace {

using namespace scn;

constexpr std::int64_t channels = 3, classes = 4;

using traced_training::relative_error;
using traced_training::Training;

/// Sites with features and a label each.
struct Cloud {
  std::vector<Site<2>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
};

/// A crumpled sheet in two samples; what a site is called follows from where it is and from its features.
Cloud cloud(std::size_t count) {
  oracle::Random random(6);
  Cloud result;
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<std::int32_t>(random.integer(0, 63)),
               y = static_cast<std::int32_t>(random.integer(0, 63));
    result.sites.push_back({static_cast<std::int32_t>(i % 2), {x, y}});
    for (int c = 0; c < channels; ++c) result.features.push_back(static_cast<float>(random.real()));
    result.labels.push_back((x / 16 + y / 16) % static_cast<std::int32_t>(classes));
  }
  return result;
}

/// Of every kind of layer that a device has primitives of its own for.
template <class Dev>
auto segmenter(Dev& device) {
  return Sequential{SubmanifoldConvolution<2, Dev>{device, channels, 16, 3},
                    BatchNormReLU{device, 16},
                    Convolution<2, Dev>{device, 16, 24, 2, 2},
                    ReLU{},
                    SubmanifoldConvolution<2, Dev>{device, 24, 24, 3, {.groups = 24}},
                    MaxPooling<2, Dev>{device, 2, 2},
                    UnPooling<2, Dev>{device, 2, 2},
                    BatchNormLeakyReLU{device, 24},
                    Deconvolution<2, Dev>{device, 24, 16, 2, 2},
                    NetworkInNetwork{device, 16, classes},
                    OutputLayer<2, Dev>{device}};
}

template <class T>
Training train(CpuDevice<T> device, const Cloud& data, int steps) {
  return traced_training::train(segmenter(device), InputLayer<2, CpuDevice<T>>{device}, data, steps);
}

TEST_CASE("A network with features of bfloat16 gives the outputs and gradients of floats, as well as 8 bits can",
          "[cpu]") {
  const Cloud data = cloud(2000);
  const auto expected = train<float>({.seed = 1}, data, 1).numbers;
  for (const auto& [name, set] : instruction_sets()) {
    INFO(name);
    const double error = relative_error(train<bfloat16>({.seed = 1, .instructions = set}, data, 1).numbers, expected);
    CHECK(error > 1e-4);
    CHECK(error < 3e-2);
  }
}

TEST_CASE("Twenty steps of training with features of bfloat16 have the losses of floats", "[cpu]") {
  const Cloud data = cloud(2000);
  const auto expected = train<float>({.seed = 2}, data, 20).losses;
  CHECK(expected.back() < 0.8 * expected.front());
  CHECK(relative_error(train<bfloat16>({.seed = 2}, data, 20).losses, expected) < 3e-2);
}

TEST_CASE("Training with features of bfloat16 has the same bits with any number of threads", "[cpu][DET]") {
  const Cloud data = cloud(5000);
  const Training one = train<bfloat16>({.threads = 1, .seed = 3}, data, 2);
  for (const int threads : {1, 2, 5}) {
    const Training again = train<bfloat16>({.threads = threads, .seed = 3}, data, 2);
    CHECK(again.losses == one.losses);
    CHECK(again.numbers == one.numbers);
  }
}

}  // namespace

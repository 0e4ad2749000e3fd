// Tests of a whole network on the GPU in every type, against the same network in double.
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/cuda.cuh"
#include "support/random_cases.hpp"
#include "support/traced_training.hpp"

namespace network_test {

using traced_training::relative_error;
using traced_training::Training;

/// Sites with features and a label each.
struct Cloud {
  std::vector<scn::Site<3>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
};

constexpr std::int64_t channels = 4, classes = 5;

/// A crumpled sheet in two samples, so that most neighbourhoods are partly filled.
Cloud cloud(std::size_t count) {
  oracle::Random random(6);
  Cloud result;
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<std::int32_t>(random.integer(0, 63)),
               y = static_cast<std::int32_t>(random.integer(0, 63));
    const auto sample = static_cast<std::int32_t>(i % 2);
    result.sites.push_back({sample, {x, y, (x * x / 50 + y) % 9 + static_cast<std::int32_t>(random.integer(0, 1))}});
    for (int c = 0; c < channels; ++c) result.features.push_back(static_cast<float>(random.real()));
    result.labels.push_back(static_cast<std::int32_t>((x / 16 + y / 16) % classes));
  }
  return result;
}

template <class Dev>
auto segmenter(Dev& device) {
  using namespace scn;
  return Sequential{SubmanifoldConvolution<3, Dev>{device, channels, 16, 3},
                    UNet<3, Dev>{device, {.channels = {16, 32, 48}, .repetitions = 1}}, BatchNormReLU{device, 16},
                    NetworkInNetwork{device, 16, classes}, OutputLayer<3, Dev>{device}};
}

template <class T>
Training train(scn::CudaDevice<T> device, const Cloud& data, int steps) {
  return traced_training::train(segmenter(device), scn::InputLayer<3, scn::CudaDevice<T>>{device}, data, steps);
}

TEST_CASE("A network on the GPU gives the outputs and gradients of doubles, as well as each type can", "[cuda]") {
  const Cloud data = cloud(6000);
  const auto expected = train<double>({.seed = 1}, data, 1).numbers;
  CHECK(relative_error(train<float>({.seed = 1, .precision = scn::Precision::exact}, data, 1).numbers, expected) <
        1e-5);
  CHECK(relative_error(train<float>({.seed = 1}, data, 1).numbers, expected) < 5e-3);
  CHECK(relative_error(train<__half>({.seed = 1}, data, 1).numbers, expected) < 1e-2);
  CHECK(relative_error(train<__nv_bfloat16>({.seed = 1}, data, 1).numbers, expected) < 8e-2);
}

TEST_CASE("Twenty steps of training on the GPU have the losses of doubles", "[cuda]") {
  const Cloud data = cloud(6000);
  const auto expected = train<double>({.seed = 2}, data, 20).losses;
  CHECK(expected.back() < 0.7 * expected.front());
  CHECK(relative_error(train<float>({.seed = 2, .precision = scn::Precision::exact}, data, 20).losses, expected) <
        1e-4);
  CHECK(relative_error(train<__half>({.seed = 2}, data, 20).losses, expected) < 3e-2);
}

template <class T>
void check_bits(const Cloud& data) {
  const Training first = train<T>({.seed = 3}, data, 3);
  for (int run = 0; run < 5; ++run) {
    const Training again = train<T>({.seed = 3}, data, 3);
    CHECK(again.losses == first.losses);
    CHECK(again.numbers == first.numbers);
  }
}

TEST_CASE("Training on the GPU has the same bits from run to run", "[cuda]") {
  const Cloud data = cloud(60'000);
  check_bits<float>(data);
  check_bits<__half>(data);
}

TEST_CASE("The second GPU of a machine trains as the first does, alone and beside it", "[cuda]") {
  int count = 0;
  REQUIRE(cudaGetDeviceCount(&count) == cudaSuccess);
  if (count < 2) return;
  const Cloud data = cloud(6000);
  const auto train_on = [&](int ordinal) { return train<__half>({.ordinal = ordinal, .seed = 3}, data, 5); };
  const Training expected = train_on(0);
  Training beside;
  std::thread other([&] { beside = train_on(1); });
  const Training again = train_on(0);
  other.join();
  const Training alone = train_on(1);
  const auto check = [&](const Training& each) {
    CHECK(each.losses == expected.losses);
    CHECK(each.numbers == expected.numbers);
  };
  check(beside);
  check(again);
  check(alone);
}

/// One step in every type on a few sites: what compute-sanitizer can watch.
TEST_CASE("A small network is trained on the GPU in every type", "[cuda][small]") {
  const Cloud data = cloud(300);
  CHECK(std::isfinite(train<double>({}, data, 1).losses[0]));
  CHECK(std::isfinite(train<float>({.precision = scn::Precision::exact}, data, 1).losses[0]));
  CHECK(std::isfinite(train<float>({}, data, 1).losses[0]));
  CHECK(std::isfinite(train<__half>({}, data, 1).losses[0]));
  CHECK(std::isfinite(train<__nv_bfloat16>({}, data, 1).losses[0]));
}

TEST_CASE("A network on the GPU takes an input without sites", "[cuda]") {
  scn::Cuda device;
  const auto net = segmenter(device);
  const scn::InputLayer<3, scn::Cuda> input{device};
  scn::Tape tape;
  const auto x = input(std::vector<scn::Site<3>>{}, std::vector<float>{}, {.samples = 2, .channels = channels});
  const auto y = net(x, &tape);
  CHECK(y.rows().bound == 0);
  tape.backward(scn::cross_entropy(y, std::vector<std::int32_t>{}, &tape));
}

}  // namespace network_test

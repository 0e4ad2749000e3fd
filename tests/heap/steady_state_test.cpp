// A frame like those before it takes no memory from the system: every call of the heap is counted.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/unpooling.hpp"
#include "scn/networks/center_point_encoder.hpp"
#include "scn/networks/optimise_for_inference.hpp"
#include "scn/networks/unet.hpp"
#include "scn/train/cross_entropy.hpp"
#include "scn/train/sgd.hpp"
#include "support/random_cases.hpp"

namespace {

std::atomic<std::int64_t> heap_calls{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++heap_calls;
  void* const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes) { return counted(bytes, 16); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {

using namespace scn;

/// Points of one sample and what is given for them.
struct Frame {
  std::vector<Site<3>> sites;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
};

/// Five frames whose numbers of points differ by a few in a hundred.
std::vector<Frame> frames(int channels) {
  std::vector<Frame> all;
  for (const std::size_t count : {5000u, 5100u, 4950u, 5050u, 5000u}) {
    oracle::Random random(all.size() + 1);
    Frame& frame = all.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      const auto coordinate = [&] { return static_cast<std::int32_t>(random.integer(0, 40)); };
      frame.sites.push_back({0, {coordinate(), coordinate(), coordinate()}});
      for (int c = 0; c < channels; ++c) frame.features.push_back(static_cast<float>(random.integer(-9, 9)));
      frame.labels.push_back(static_cast<std::int32_t>(random.integer(0, 3)));
    }
  }
  return all;
}

/// Calls of the heap in each frame after the second.
template <class Pass>
std::vector<std::int64_t> calls_after_two(int channels, const Pass& pass) {
  std::vector<std::int64_t> calls;
  for (const Frame& frame : frames(channels)) {
    const std::int64_t before = heap_calls;
    pass(frame);
    calls.push_back(heap_calls - before);
  }
  CHECK(heap_calls > 0);
  return {calls.begin() + 2, calls.end()};
}

const std::vector<std::int64_t> none{0, 0, 0};

/// Points, a network, and, where it ends on the sites of the input, points again.
template <class Net>
struct FromPoints {
  Cpu& device;
  const Net& net;
  InputLayer<3> input{device};
  OutputLayer<3> output{device};

  Variable<Cpu> operator()(const Frame& frame, Tape* tape = nullptr) const {
    const auto x = input(frame.sites, frame.features);
    const auto y = net(x, tape);
    return y.sites == x.sites ? output(y, tape) : y.features;
  }
};

/// Two convolutions on each of four levels, with max pools between them.
AnySequential<3> convolutions_and_pools(Cpu& device) {
  AnySequential<3> net;
  int in = 3;
  for (const int channels : {16, 24, 32, 40}) {
    if (in > 3) net.add(MaxPooling<3>(device, 2, 2));
    net.add(SubmanifoldConvolution<3>(device, in, channels, 3, {.bias = false}))
        .add(SubmanifoldConvolution<3>(device, channels, channels, 3, {.bias = false}));
    in = channels;
  }
  return net;
}

AnySequential<3> residual_unet(Cpu& device) {
  AnySequential<3> net;
  return net.add(SubmanifoldConvolution<3>(device, 4, 16, 3, {.bias = false}))
      .add(UNet<3>(device, {.channels = {16, 24, 32}, .residual = true}))
      .add(BatchNormReLU<Cpu>(device, 16));
}

/// Down and up again by pools.
auto pools(Cpu& device) {
  return Sequential{SubmanifoldConvolution<3>(device, 8, 16, 3),
                    BatchNormReLU<Cpu>(device, 16),
                    LeakyReLU(),
                    MaxPooling<3>(device, 2, 2),
                    AveragePooling<3>(device, 3, 2),
                    UnPooling<3>(device, 3, 2),
                    UnPooling<3>(device, 2, 2)};
}

template <class Net>
void check_inference(Cpu& device, int channels, const Net& net) {
  const FromPoints<Net> through{device, net};
  CHECK(calls_after_two(channels, [&](const Frame& frame) { through(frame); }) == none);
}

template <class Net>
void check_training(Cpu& device, int channels, const Net& net) {
  const FromPoints<Net> through{device, net};
  SGD optimizer{net.parameters(), {.rate = 1e-3, .momentum = 0.9}};
  const auto step = [&](const Frame& frame) {
    Tape tape(device);
    const auto y = through(frame, &tape);
    const std::span labels(frame.labels.data(), static_cast<std::size_t>(y.rows().bound));
    tape.backward(cross_entropy(y, labels, &tape));
    optimizer.step();
  };
  CHECK(calls_after_two(channels, step) == none);
}

TEST_CASE("After two frames a whole frame takes nothing from the heap") {
  Cpu device{.threads = 1};
  SECTION("convolutions and max pools") { check_inference(device, 3, convolutions_and_pools(device)); }
  SECTION("pools down and up") { check_inference(device, 8, pools(device)); }
  SECTION("a U-Net") { check_inference(device, 4, residual_unet(device)); }
  SECTION("a U-Net, norms folded") { check_inference(device, 4, optimise_for_inference(residual_unet(device))); }
  SECTION("CenterPoint's encoder") { check_inference(device, 5, CenterPointEncoder<>(device)); }
  SECTION("CenterPoint's encoder, norms folded") {
    check_inference(device, 5, optimise_for_inference(CenterPointEncoder<>(device)));
  }
}

TEST_CASE("After two frames a whole step of training takes nothing from the heap") {
  Cpu device{.threads = 1};
  SECTION("convolutions and max pools") { check_training(device, 3, convolutions_and_pools(device)); }
  SECTION("pools down and up") { check_training(device, 8, pools(device)); }
  SECTION("a U-Net") { check_training(device, 4, residual_unet(device)); }
  SECTION("CenterPoint's encoder") { check_training(device, 5, CenterPointEncoder<>(device)); }
}

}  // namespace

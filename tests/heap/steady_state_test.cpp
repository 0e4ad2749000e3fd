// A frame like those before it takes no memory from the system: every call of the heap is counted, stage by stage.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/unpooling.hpp"
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

struct Frame {
  std::vector<Site<3>> sites;
  std::vector<float> features;
};

Frame frame(std::uint64_t seed, std::size_t count) {
  oracle::Random random(seed);
  Frame result;
  for (std::size_t i = 0; i < count; ++i) {
    const auto coordinate = [&] { return static_cast<std::int32_t>(random.integer(0, 40)); };
    result.sites.push_back({0, {coordinate(), coordinate(), coordinate() / 8}});
    for (int c = 0; c < 8; ++c) result.features.push_back(static_cast<float>(random.integer(-9, 9)));
  }
  return result;
}

/// Calls of the heap in each stage of a pass.
using Stages = std::map<std::string, std::int64_t>;

template <class Step>
auto stage(Stages& stages, const char* name, const Step& step) {
  const std::int64_t before = heap_calls;
  auto result = step();
  const std::int64_t calls = heap_calls - before;
  if (stages.contains(name)) stages[name] += calls;
  return result;
}

struct Network {
  Cpu device{.threads = 1};
  InputLayer<3> input{device};
  SubmanifoldConvolution<3> convolution{device, 8, 16, 3};
  BatchNormReLU<Cpu> norm{device, 16};
  MaxPooling<3> down{device, 2, 2};
  AveragePooling<3> mean{device, 2, 2};
  UnPooling<3> up{device, 2, 2};
  OutputLayer<3> output{device};

  void run(const Frame& frame, Stages& stages) const {
    const auto x = stage(stages, "input", [&] { return input(frame.sites, frame.features); });
    const auto y = stage(stages, "convolution", [&] { return convolution(x); });
    const auto z = stage(stages, "norm", [&] { return norm(y); });
    const auto r = stage(stages, "activation", [&] { return LeakyReLU()(z); });
    const auto first = stage(stages, "first pooling", [&] { return down(r); });
    const auto coarse = stage(stages, "max pooling", [&] { return down(r); });
    const auto mean_coarse = stage(stages, "average pooling", [&] { return mean(r); });
    const auto fine_first = stage(stages, "first un-pooling", [&] { return up(mean_coarse); });
    const auto fine = stage(stages, "un-pooling", [&] { return up(coarse); });
    stage(stages, "output", [&] { return output(fine); });
  }
};

TEST_CASE("After two frames, the stages on rows of a third take nothing from the heap") {
  const Network network;
  const Frame frames[] = {frame(1, 5000), frame(2, 5050), frame(3, 4980)};
  Stages none, counts;
  network.run(frames[0], none);
  network.run(frames[1], none);
  for (const char* name : {"input", "convolution", "norm", "activation", "first pooling", "max pooling",
                           "average pooling", "first un-pooling", "un-pooling", "output"})
    counts[name] = 0;
  network.run(frames[2], counts);
  for (const auto& [name, calls] : counts) UNSCOPED_INFO(name << ": " << calls);
  for (const char* name : {"norm", "activation", "max pooling", "average pooling", "un-pooling", "output"}) {
    INFO(name);
    CHECK(counts.at(name) == 0);
  }
  CHECK(heap_calls > 0);
}

}  // namespace

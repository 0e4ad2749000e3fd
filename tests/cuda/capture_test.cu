// Tests of passes that are recorded once as a CUDA graph and replayed on other inputs.
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "scn/cuda/capture.cuh"
#include "scn/cuda/cuda.cuh"
#include "scn/tensor/point_buffer.hpp"
#include "support/random_cases.hpp"
#include "support/thrown_message.hpp"

namespace capture_test {

using namespace scn;

constexpr std::int64_t channels = 4, classes = 5, most = 30'000;

struct Cloud {
  std::vector<Site<3>> sites;
  std::vector<float> features;
};

/// A crumpled sheet in two samples; some points are at one site.
Cloud cloud(std::size_t count, std::uint64_t seed) {
  oracle::Random random(seed);
  Cloud result;
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<std::int32_t>(random.integer(0, 127)),
               y = static_cast<std::int32_t>(random.integer(0, 127));
    result.sites.push_back({static_cast<std::int32_t>(i % 2), {x, y, (x * x / 50 + y) % 9}});
    for (int c = 0; c < channels; ++c) result.features.push_back(static_cast<float>(random.real()));
  }
  return result;
}

/// Steps down by convolution and back, by pools of all kinds and back, wide taps, taps of a list, joins and sums.
template <class Dev>
auto network(Dev& device) {
  AnySequential<3, Dev> pools;
  pools.add(MaxPooling<3, Dev>(device, 3, 2))
      .add(AveragePooling<3, Dev>(device, 2, 2))
      .add(SubmanifoldConvolution<3, Dev>(device, 16, 16, Cross<3>(3)))
      .add(BatchNormReLU<Dev>(device, 16))
      .add(UnPooling<3, Dev>(device, 2, 2))
      .add(UnPooling<3, Dev>(device, 3, 2));
  ConcatTable<3, Dev> table;
  table.add(Identity{}).add(std::move(pools));
  AnySequential<3, Dev> net;
  net.add(SubmanifoldConvolution<3, Dev>(device, channels, 16, 3))
      .add(std::move(table))
      .add(AddTable<3, Dev>{})
      .add(UNet<3, Dev>(device, {.channels = {16, 32, 48}, .repetitions = 1, .downsample_size = 3}))
      .add(BatchNormReLU<Dev>(device, 16))
      .add(NetworkInNetwork<Dev>(device, 16, classes));
  return net;
}

/// The results of a network that waits, and of one whose passes are recorded, for inputs of many sizes.
template <class T>
void check_replays(Precision precision = Precision::tf32) {
  using Dev = CudaDevice<T>;
  Dev device{.seed = 4, .precision = precision};
  Dev limited{.seed = 4, .precision = precision, .limits = Limits{{most, 50'000, 40'000}}};
  const InputLayer<3, Dev> input{device}, limited_input{limited};
  const OutputLayer<3, Dev> output{device}, limited_output{limited};
  const auto trained = network(device), same = network(limited);
  const auto net = optimise_for_inference(trained), limited_net = optimise_for_inference(same);
  PointBuffer<3, Dev> points(limited, most, channels);
  auto pass = capture(limited, [&] { return limited_output(limited_net(limited_input(points, {.samples = 2}))); });
  const std::uint64_t used = limited.queue->used();
  const std::int64_t waits = limited.queue->waits();
  std::vector<std::vector<T>> seen;
  for (const std::size_t count : {1000, 0, 1, 20'000, 30'000, 77}) {
    INFO(count << " points");
    const Cloud data = cloud(count, count);
    points.set(data.sites, data.features);
    pass.replay();
    CHECK(limited.queue->waits() == waits + std::ssize(seen));
    auto got = pass.result().value().to_host();
    CHECK(got.size() == most * classes);
    got.resize(count * classes);
    const auto expected =
        output(net(input(data.sites, data.features, {.samples = 2, .channels = channels}))).value().to_host();
    bool same_bits = got.size() == expected.size();
    for (std::size_t i = 0; same_bits && i < got.size(); ++i)
      same_bits = static_cast<double>(got[i]) == static_cast<double>(expected[i]);
    CHECK(same_bits);
    seen.push_back(std::move(got));
  }
  CHECK(limited.queue->used() == used);
}

TEST_CASE("A recorded pass, its maps included, has the bits of a direct one on inputs of every size", "[cuda]") {
  check_replays<float>(Precision::exact);
  check_replays<float>();
  check_replays<__half>();
}

TEST_CASE("A replay on an input beyond the limits is told, and the next one is right again", "[cuda]") {
  Cuda limited{.limits = Limits{{most, 200}}};
  const InputLayer<3, Cuda> input{limited};
  const Convolution<3, Cuda> layer{limited, 4, 8, 2, 2};
  PointBuffer<3, Cuda> points(limited, most, channels);
  auto pass = capture(limited, [&] { return layer(input(points, {.samples = 2})); });
  const Cloud small = cloud(150, 1), large = cloud(9000, 2);
  points.set(small.sites, small.features);
  pass.replay();
  const auto sites = pass.result().sites->to_host(limited);
  const auto before = pass.result().features.value().to_host();
  CHECK(sites.size() > 50);
  points.set(large.sites, large.features);
  pass.replay();
  const std::string said = thrown_message<LimitExceeded>([&] { synchronize(limited); });
  CHECK(said.find("level 1 has ") == 0);
  CHECK(said.find(" sites, and its limit is 200: whatever followed from them is cut off there") != std::string::npos);
  points.set(small.sites, small.features);
  pass.replay();
  CHECK(pass.result().sites->to_host(limited) == sites);
  const auto after = pass.result().features.value().to_host();
  CHECK(std::equal(after.begin(), after.begin() + std::ssize(sites) * 8, before.begin()));
}

TEST_CASE("A pass that waits is not recorded, and the device goes on", "[cuda]") {
  Cuda device;
  const InputLayer<3, Cuda> input{device};
  PointBuffer<3, Cuda> points(device, 100, channels);
  const Cloud data = cloud(50, 1);
  points.set(data.sites, data.features);
  const auto pass = [&] { return input(points); };
  CHECK(thrown_message<InvalidArgument>([&] { capture(device, pass); }) ==
        "InputLayer<3>: what waits for the GPU cannot be recorded: give the device Limits");
  CHECK(input(points).sites->to_host(device) == input(data.sites, data.features).sites->to_host(device));
  Cuda synchronous{.synchronous = true, .limits = Limits{}};
  CHECK(thrown_message<InvalidArgument>([&] { capture(synchronous, [] { return 0; }); }) ==
        "capture: a synchronous device waits after every kernel, which cannot be recorded");
}

TEST_CASE("What has to know on the host how many rows there are refuses a device with limits", "[cuda]") {
  Cuda device{.limits = Limits{}};
  const InputLayer<3, Cuda> input{device};
  const SubmanifoldConvolution<3, Cuda> layer{device, channels, 8, 3};
  const Cloud data = cloud(50, 1);
  Tape tape;
  const auto y = layer(input(data.sites, data.features, {.samples = 2}), &tape);
  CHECK(thrown_message<InvalidArgument>([&] { tape.backward(y.features, y.features.value().copy()); }) ==
        "a device with Limits makes no gradients: only it knows how many rows there are");
  CHECK(thrown_message<InvalidArgument>([&] {
          append_tensors(Tensors<3, Cuda>{y, y});
        }) == "append_tensors: only the device knows how many rows tensor 0 has, because it has Limits");
}

TEST_CASE("Memory of a recorded pass serves several times, and outlives it in a block", "[cuda]") {
  Cuda device;
  constexpr std::int64_t bytes = 4 << 20;
  auto pass = std::make_unique<CapturedPass<std::shared_ptr<Buffer<char, Cuda>>>>(capture(device, [&] {
    for (int round = 0; round < 5; ++round) {
      Buffer<char, Cuda> passing(device, bytes - round);
      fill_zero(device, passing.data(), passing.size());
    }
    auto kept = std::make_shared<Buffer<char, Cuda>>(device, bytes);
    fill_zero(device, kept->data(), bytes);
    return kept;
  }));
  CHECK(pass->bytes() == bytes);
  const auto kept = pass->result();
  pass->replay();
  pass.reset();
  CHECK(kept->to_host(device) == std::vector<char>(bytes, 0));
}

TEST_CASE("What a recorded pass uploads is what was there when it was recorded", "[cuda]") {
  Cuda device;
  std::vector<std::int32_t> values{1, 2, 3};
  Buffer<std::int32_t, Cuda> to(device, 3);
  auto pass = capture(device, [&] {
    const Buffer<std::int32_t, Cuda> from(device, std::span<const std::int32_t>(values));
    copy_memory(device, to.data(), from.data(), 12);
    return 0;
  });
  values = {7, 8, 9};
  fill_zero(device, to.data(), 12);
  pass.replay();
  CHECK(to.to_host(device) == std::vector<std::int32_t>{1, 2, 3});
  CHECK(pass.bytes() >= 12);
}

}  // namespace capture_test

#include <thread>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/networks/unet.hpp"

TEST_CASE("One network serves several threads, each with a device of its own, with the same bits", "[networks]") {
  using namespace scn;
  Cpu maker{.threads = 1, .seed = 1};
  const UNet<2> network(maker, {.channels = {4, 6}});
  std::vector<Site<2>> sites;
  std::vector<float> features;
  for (std::int32_t i = 0; i < 300; ++i) {
    sites.push_back({0, {i * 7 % 23, i * 5 % 19}});
    for (int c = 0; c < 4; ++c) features.push_back(static_cast<float>((i * 3 + c) % 11) - 5.0f);
  }
  const auto infer = [&](Cpu& device) {
    const auto y = network(InputLayer<2>{device}(sites, features));
    REQUIRE(&y.features.device() == &device);
    return y.features.value().to_host();
  };
  const std::vector<float> expected = infer(maker);
  REQUIRE(expected.size() > 100);

  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results)
    threads.emplace_back([&] {
      Cpu device{.threads = 1};
      for (int pass = 0; pass < 5; ++pass)
        result = network(InputLayer<2>{device}(sites, features)).features.value().to_host();
    });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) CHECK(result == expected);
}

// Times frames of an inferring network, points on the GPU to features: with a host that waits, with limits, and
// recorded.
#include <algorithm>
#include <string>

#include "networks.hpp"
#include "relations.hpp"
#include "scn/cuda/capture.cuh"
#include "scn/networks/optimise_for_inference.hpp"
#include "suite.hpp"

namespace {

using namespace scn;
using benchmark::State;
using Dev = suite::Device;
using Make = AnySequential<3, Dev> (*)(Dev&);

enum class Host { waits, has_limits, replays };

/// Room for 1.25 times the sites of each level of a pyramid.
Limits limits_of(Dev& device, const SparseTensor<3, Dev>& x) {
  Limits limits;
  Rulebook<3, Dev> rulebook(device, {x.sites, nullptr});
  auto sites = x.sites;
  for (int level = 0; level < 7; ++level) {
    limits.sites.push_back(sites->count() + sites->count() / 4 + 1);
    sites = rulebook.strided(sites, strided_window<3>(2, 2)).sites;
  }
  return limits;
}

auto frames(Make make, std::int64_t channels, Host host) {
  return [=](State& state, Dev& given, const suite::AnyCloud& cloud, std::int64_t) {
    const auto* const scan = std::get_if<suite::Cloud<3>>(&cloud);
    if (scan == nullptr) return state.SkipWithError("networks are measured in three dimensions");
    const auto sites = suite::input_sites(given, *scan).sites->to_host(given);
    const auto features = suite::numbers<Dev, float>(given, std::ssize(sites), channels).to_host();
    Dev device = given;
    const InputLayer<3, Dev> input{device};
    if (host != Host::waits) device.limits = limits_of(given, input(sites, features));
    const auto net = make(device);
    const auto folded = optimise_for_inference(net);
    PointBuffer<3, Dev> points(device, std::ssize(sites), channels);
    points.set(sites, features);
    std::int64_t waits = 0;
    const auto frame = [&] {
      const std::int64_t before = device.queue->waits();
      auto y = folded(input(points));
      waits = device.queue->waits() - before;
      return y;
    };
    const suite::Work work{.voxels = std::ssize(sites), .pairs = 0};
    if (host == Host::replays) {
      auto pass = capture(device, frame);
      suite::measure(state, device, work, [&] { pass.replay(); });
      state.counters["frame_MiB"] = static_cast<double>(pass.bytes()) / (1 << 20);
    } else {
      suite::measure(state, device, work, [&] { benchmark::DoNotOptimize(frame()); });
    }
    state.counters["waits"] = static_cast<double>(waits);
  };
}

}  // namespace

void add_benchmarks(const suite::Options& options) {
  struct Network {
    std::string name;
    Make make;
    std::int64_t channels;
  };
  for (const Network& network :
       {Network{"BenchNetwork", suite::bench_network<Dev>, 3}, Network{"UNet", suite::unet<Dev>, 4}})
    for (const auto& [name, host] :
         {std::pair{"Waits", Host::waits}, {"Limits", Host::has_limits}, {"Replay", Host::replays}})
      suite::add_benchmark<Dev>(std::string(name) + "." + network.name, options, {{"pandaset"}, {}, 30},
                                frames(network.make, network.channels, host));
}

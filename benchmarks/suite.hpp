// What all benchmarks share: how they are named and registered, what they run on, and the counters they report.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "measured_device.hpp"
#include "options.hpp"
#include "scn/core/matrix.hpp"
#include "workloads.hpp"

/// A program defines this function: it registers its benchmarks with add_benchmark(). main() is in suite.cpp.
void add_benchmarks(const suite::Options& options);

namespace suite {

/// A built-in workload or a file, made when it is first asked for and kept.
const AnyCloud& workload(const std::string& name);

/// What one run of the measured code does; zeros are not reported.
struct Work {
  std::int64_t voxels = 0;
  std::int64_t pairs = 0;
  double operations = 0;       ///< useful ones: two for each pair, input and output channel
  std::int64_t map_bytes = 0;  ///< that the map keeps
  double bytes = 0;            ///< of rows that are read or written
};

/// The time at share `share` of the sorted times.
inline double quantile(std::vector<double> times, double share) {
  std::sort(times.begin(), times.end());
  return times.empty() ? 0.0 : times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1) + 0.5)];
}

/// Times once(), which may leave work running on the device, after one run to warm up. Reports the median run, and for
/// it voxels/s, pairs/s, GFLOP/s, GB/s and the shares of what the device reaches at most; the map's bytes for each
/// voxel. Gives the seconds of all runs.
template <class Dev, class Once>
std::vector<double> measure(benchmark::State& state, Dev& device, const Work& work, const Once& once) {
  once();
  synchronize(device);
  Timer timer(device, state);
  std::vector<double> seconds;
  seconds.reserve(static_cast<std::size_t>(state.max_iterations));
  for (auto _ : state) seconds.push_back(timer(once));
  timer.report();
  const double median = quantile(seconds, 0.5);
  const auto report = [&](const char* name, double amount) {
    if (amount > 0) state.counters[name] = amount;
  };
  report("median_ms", 1e3 * median);
  report("voxels/s", static_cast<double>(work.voxels) / median);
  report("pairs/s", static_cast<double>(work.pairs) / median);
  report("GFLOP/s", 1e-9 * work.operations / median);
  report("GB/s", 1e-9 * work.bytes / median);
  const auto [operations, bytes] = ceilings(device);
  if (operations > 0) report("of_peak", work.operations / median / operations);
  if (bytes > 0) report("of_copy", work.bytes / median / bytes);
  if (work.voxels > 0)
    report("map_bytes/voxel", static_cast<double>(work.map_bytes) / static_cast<double>(work.voxels));
  return seconds;
}

/// rows x channels of numbers in [-1, 1): zeros would not tell the truth about a processor.
template <class Dev, class Number = typename Dev::Scalar>
scn::Matrix<Dev, Number> numbers(Dev& device, std::int64_t rows, std::int64_t channels) {
  std::vector<float> values(static_cast<std::size_t>(rows * channels));
  float number = 0;
  for (float& value : values) {
    value = number - 1;
    number += 0.7639320f;
    if (number >= 2) number -= 2;
  }
  return scn::Matrix<Dev, Number>::from_host(device, rows, channels, std::span<const float>(values));
}

/// What a thing is measured on where the command line does not say.
struct Defaults {
  std::vector<std::string> workloads;
  std::vector<std::int64_t> channels{};  ///< none: the thing has no number of channels to choose
  std::int64_t runs = 0;                 ///< 0: as many as Google Benchmark likes
};

/// Registers body(state, device, cloud, channels) as THING/DEVICE/WORKLOAD/C64/SETTING for every workload, number of
/// channels and setting of the device, such as threads:2. Google Benchmark appends /real_time or /manual_time to a
/// name.
template <class Dev, class Body>
void add_benchmark(const std::string& thing, const Options& options, const Defaults& defaults, const Body& body) {
  const auto& names = options.workloads.empty() ? defaults.workloads : options.workloads;
  auto channels = options.channels.empty() ? defaults.channels : options.channels;
  if (defaults.channels.empty()) channels = {0};
  for (const std::string& name : names)
    for (const std::int64_t count : channels)
      for (const MakeDevice<Dev>& make : devices(options)) {
        const std::string file = name.substr(name.rfind('/') + 1);
        std::string title = thing + "/" + make.name() + "/" + file.substr(0, file.find(".npy"));
        if (count > 0) title += "/C" + std::to_string(count);
        title += make.setting();
        auto* const added =
            benchmark::RegisterBenchmark(title.c_str(), [make, name, count, body](benchmark::State& state) {
              Dev device = make();
              body(state, device, workload(name), count);
            });
        added->Unit(benchmark::kMillisecond);
        make.set_timing(*added);
        if (defaults.runs > 0) added->Iterations(defaults.runs);
      }
}

}  // namespace suite

// The processor as benchmarks measure it: how it is made, named and timed, what bounds it, and what memory it takes.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fma_peak.hpp"
#include "heap.hpp"
#include "options.hpp"
#include "scn/cpu/cpu.hpp"

namespace suite {

/// What all programs of this folder measure; the type of features is chosen when they are built.
using Device = scn::CpuDevice<SCN_BENCHMARK_TYPE>;

template <>
struct MakeDevice<Device> {
  Options options;
  int threads;
  Device operator()() const { return {.threads = threads, .instructions = options.instructions}; }
  std::string name() const {
    std::string name = std::is_same_v<Device::Scalar, scn::bfloat16> ? "Cpu.bfloat16" : "Cpu";
    if (options.instructions != scn::Instructions::automatic)
      name.append(".").append(instruction_names[static_cast<std::size_t>(options.instructions)]);
    return name;
  }
  /// The end of a benchmark's name.
  std::string setting() const { return "/threads:" + std::to_string(threads); }
  void set_timing(benchmark::internal::Benchmark& one) const { one.UseRealTime(); }
};

/// One for each number of threads: those of the command line, else one and as many as there are.
inline std::vector<MakeDevice<Device>> devices(const Options& options) {
  std::vector<std::int64_t> threads = options.threads;
  const int all = scn::cpu::available_threads();
  if (threads.empty()) threads = all == 1 ? std::vector<std::int64_t>{1} : std::vector<std::int64_t>{1, all};
  std::vector<MakeDevice<Device>> made;
  for (const std::int64_t count : threads) made.push_back({options, static_cast<int>(count)});
  return made;
}

inline Ceilings ceilings(const Device& device) { return {.operations = fma_peak(device.threads, device.instructions)}; }

/// What the head of the output says.
inline std::vector<std::pair<std::string, std::string>> describe(const Options& options) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& make : devices(options)) {
    char peak[32];
    std::snprintf(peak, sizeof peak, "%.1f GFLOP/s", 1e-9 * fma_peak(make.threads, options.instructions));
    lines.emplace_back("peak of threads:" + std::to_string(make.threads), peak);
  }
  return lines;
}

/// Times runs by the clock of the caller.
class Timer {
 public:
  Timer(Device& device, benchmark::State&) : device_(&device) {}

  /// Seconds until the work of once() is done.
  template <class Once>
  double operator()(const Once& once) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    once();
    synchronize(*device_);
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  void report() const {}

 private:
  Device* device_;
};

/// Bytes that the program has in use: those that the pool keeps for later do not count.
inline std::int64_t bytes_in_use(const Device& device) {
  return heap().bytes - static_cast<std::int64_t>(device.pool->free_bytes());
}

/// Bytes that a run took beyond those before it, the pool's included.
class PeakMemory {
 public:
  explicit PeakMemory(const Device&) : before_(heap().bytes) { forget_peak(); }
  std::int64_t bytes() const { return heap().peak - before_; }

 private:
  std::int64_t before_;
};

}  // namespace suite

// A GPU as benchmarks measure it: how it is made, named and timed, what bounds it, and what memory it takes.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "heap.hpp"
#include "options.hpp"
#include "scn/cuda/cuda.cuh"

namespace suite {

/// What all programs of this folder measure; the type of features is chosen when they are built.
using Device = scn::CudaDevice<SCN_BENCHMARK_TYPE>;

template <>
struct MakeDevice<Device> {
  Options options;
  Device operator()() const { return {}; }
  std::string name() const {
    using T = Device::Scalar;
    return std::is_same_v<T, __half> ? "Cuda.half" : std::is_same_v<T, __nv_bfloat16> ? "Cuda.bfloat16" : "Cuda";
  }
  std::string setting() const { return {}; }
  /// The time is the GPU's. A name ends in cold:1 where each run finds nothing of its data in the L2 cache, in cold:0
  /// where it finds what the run before left.
  void set_timing(benchmark::internal::Benchmark& one) const { one.UseManualTime()->ArgName("cold")->Arg(0)->Arg(1); }
};

inline std::vector<MakeDevice<Device>> devices(const Options& options) { return {{options}}; }

class Event {
 public:
  Event() { scn::gpu::check(cudaEventCreate(&event_), "cudaEventCreate"); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { cudaEventDestroy(event_); }

  void record(const Device& device) { scn::gpu::check(cudaEventRecord(event_, device.stream()), "cudaEventRecord"); }
  /// Both have happened.
  double seconds_since(const Event& earlier) const {
    float milliseconds = 0;
    scn::gpu::check(cudaEventElapsedTime(&milliseconds, earlier.event_, event_), "cudaEventElapsedTime");
    return 1e-3 * double{milliseconds};
  }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Keeps the stream busy.
static __global__ void wait_nanoseconds(long long duration) {
  const auto now = [] {
    long long time;
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(time));
    return time;
  };
  for (const long long start = now(); now() - start < duration;) {
  }
}

/// Times runs on the GPU, between two events, and by the clock of the caller.
class Timer {
 public:
  Timer(Device& device, benchmark::State& state)
      : device_(&device), state_(&state), sweep_(device, state.range(0) != 0 ? 2 * cache_bytes(device) : 0) {}

  /// Seconds that the GPU is at work on once(), whose launches are ready when it begins, unless once() waits for it.
  template <class Once>
  double operator()(const Once& once) {
    using Clock = std::chrono::steady_clock;
    sweep();
    synchronize(*device_);
    const auto called = Clock::now();
    once();
    synchronize(*device_);
    calls_.push_back(std::chrono::duration<double>(Clock::now() - called).count());

    sweep();
    scn::gpu::launch(*device_, {.blocks = 1, .threads = 1}, wait_nanoseconds, 50'000LL);
    start_.record(*device_);
    once();
    stop_.record(*device_);
    synchronize(*device_);
    const double seconds = stop_.seconds_since(start_);
    state_->SetIterationTime(seconds);
    return seconds;
  }

  /// The median time from a call until its work is done, launches included.
  void report() {
    std::nth_element(calls_.begin(), calls_.begin() + std::ssize(calls_) / 2, calls_.end());
    if (!calls_.empty()) state_->counters["call_ms"] = 1e3 * calls_[calls_.size() / 2];
  }

 private:
  static std::int64_t cache_bytes(const Device& device) {
    int bytes = 0;
    scn::gpu::check(cudaDeviceGetAttribute(&bytes, cudaDevAttrL2CacheSize, device.ordinal), "the size of the cache");
    return bytes;
  }
  /// Writes so much that nothing else is left in the cache.
  void sweep() { fill_zero(*device_, sweep_.data(), sweep_.size()); }

  Device* device_;
  benchmark::State* state_;
  scn::Buffer<char, Device> sweep_;
  Event start_, stop_;
  std::vector<double> calls_;
};

/// Bytes a second, read and written, of copies of 1 GiB within the GPU: the best of several, measured once.
inline double copy_peak(const Device& device) {
  static const double best = [&] {
    Device copying = device;
    constexpr std::int64_t bytes = 1 << 30;
    scn::Buffer<char, Device> from(copying, bytes), to(copying, bytes);
    fill_zero(copying, from.data(), bytes);
    double most = 0;
    for (int run = 0; run < 10; ++run) {
      Event start, stop;
      start.record(copying);
      copy_memory(copying, to.data(), from.data(), bytes);
      stop.record(copying);
      synchronize(copying);
      most = std::max(most, 2.0 * bytes / stop.seconds_since(start));
    }
    return most;
  }();
  return best;
}

inline Ceilings ceilings(const Device& device) { return {.bytes = copy_peak(device)}; }

/// What the head of the output says.
inline std::vector<std::pair<std::string, std::string>> describe(const Options& options) {
  const Device device = devices(options).front()();
  cudaDeviceProp properties{};
  scn::gpu::check(cudaGetDeviceProperties(&properties, device.ordinal), "the properties of the GPU");
  return {{"gpu", properties.name},
          {"copy", std::to_string(static_cast<int>(1e-9 * copy_peak(device))) + " GB/s read and written"}};
}

/// Bytes of the pool's blocks.
inline std::int64_t bytes_in_use(const Device& device) { return static_cast<std::int64_t>(device.queue->used()); }

/// Bytes of the GPU that a run took beyond those before it.
class PeakMemory {
 public:
  explicit PeakMemory(const Device& device) : queue_(device.queue), before_(bytes_in_use(device)) {
    queue_->forget_most_used();
  }
  std::int64_t bytes() const { return static_cast<std::int64_t>(queue_->most_used()) - before_; }

 private:
  std::shared_ptr<scn::gpu::Stream> queue_;
  std::int64_t before_;
};

}  // namespace suite

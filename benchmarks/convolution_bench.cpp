// Times sites, maps and convolutions on a LiDAR scan at 0.1 m: PandaSet scene 001, scan 00, 115,067 voxels.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <vector>

#include "scn/io/file.hpp"
#include "scn/scn.hpp"

namespace {

using namespace scn;

const std::vector<Site<3>>& scan() {
  static const std::vector<Site<3>> sites = [] {
    const auto bytes = read_file(std::string(SCN_SOURCE_DIR) + "/data/pandaset/001/00.bin");
    std::vector<float> points(bytes.size() / sizeof(float));
    std::memcpy(points.data(), bytes.data(), points.size() * sizeof(float));
    return quantize<3>(PointView<float>{points.data(), std::ssize(points) / 4, 4}, {.edge = 0.1}).sites;
  }();
  return sites;
}

/// The scan with `channels` numbers a site, on as many threads as the benchmark says.
SparseTensor<3> input(Cpu& device, std::int64_t channels, Tape* tape = nullptr) {
  const auto points = std::ssize(scan());
  Variable<Cpu> features(Matrix<Cpu>::zeros(device, points, channels), tape != nullptr);
  return InputLayer<3>{device}(scan(), features, {}, tape);
}

void Sites(benchmark::State& state) {
  Cpu device{.threads = static_cast<int>(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(input(device, 1));
  state.SetItemsProcessed(state.iterations() * std::ssize(scan()));
}

void SubmanifoldMap(benchmark::State& state) {
  Cpu device{.threads = static_cast<int>(state.range(0))};
  const auto x = input(device, 1);
  const auto window = submanifold_window(Point<3>{3});
  for (auto _ : state) benchmark::DoNotOptimize(make_rules<3>(device, *x.sites, *x.sites, window));
  state.SetItemsProcessed(state.iterations() * x.sites->count());
}

void Convolution(benchmark::State& state, bool backward) {
  Cpu device{.threads = static_cast<int>(state.range(0))};
  const std::int64_t channels = state.range(1);
  Tape first;
  const auto x = input(device, channels, &first);
  const SubmanifoldConvolution<3> layer{device, channels, channels, 3, {.bias = false}};
  const auto map = x.rulebook->submanifold(x.sites, submanifold_window(Point<3>{3}));
  const double products = static_cast<double>(map.rules().size() * channels * channels);
  for (auto _ : state) {
    Tape tape;
    const auto y = layer(x, backward ? &tape : nullptr);
    if (backward) tape.backward(y.features, Matrix<Cpu>::zeros(device, y.rows().bound, channels));
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * products * (backward ? 3 : 1), benchmark::Counter::kIsIterationInvariantRate);
}

const std::vector<std::int64_t> threads{1, 2}, channels{16, 32, 64, 128};

BENCHMARK(Sites)->ArgName("threads")->ArgsProduct({threads})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(SubmanifoldMap)->ArgName("threads")->ArgsProduct({threads})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Convolution, forward, false)
    ->ArgNames({"threads", "C"})
    ->ArgsProduct({threads, channels})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Convolution, forward_and_backward, true)
    ->ArgNames({"threads", "C"})
    ->ArgsProduct({threads, channels})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

// Times the layers that should run at the speed of memory, and the 1 x 1 convolution: pools, norms, sums of rows.
#include "relations.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "suite.hpp"

namespace {

using namespace scn;
using benchmark::State;

template <class Dev>
double bytes_of(std::int64_t numbers) {
  return static_cast<double>(numbers) * sizeof(typename Dev::Scalar);
}

/// What the others are to be compared with: a copy of the rows.
template <class Dev>
void copy(State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t channels) {
  const std::int64_t numbers = suite::relation(device, cloud, 1, 1).outputs * channels;
  const Buffer<typename Dev::Scalar, Dev> from(device, numbers);
  Buffer<typename Dev::Scalar, Dev> to(device, numbers);
  suite::measure(state, device, {.bytes = bytes_of<Dev>(2 * numbers)}, [&] {
    copy_memory(device, to.data(), from.data(), static_cast<std::int64_t>(bytes_of<Dev>(numbers)));
    benchmark::ClobberMemory();
  });
}

/// layer(x) on the rows of a workload; with a tape, and its way back from a given gradient.
template <class Dev, class Make>
auto row_layer(const Make& make, bool training) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t channels) {
    const std::int64_t rows = suite::relation(device, cloud, 1, 1).outputs;
    const Variable<Dev> x(suite::numbers(device, rows, channels), training);
    const auto layer = make(device, channels);
    const Matrix<Dev> slopes = suite::numbers(device, rows, channels);
    suite::Work work{.voxels = rows, .bytes = bytes_of<Dev>(2 * rows * channels)};
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(layer)>, NetworkInNetwork<Dev>>)
      work.operations = 2.0 * static_cast<double>(rows * channels * channels);
    suite::measure(state, device, work, [&] {
      Tape tape;
      const auto y = layer(x, training ? &tape : nullptr);
      if (training) tape.backward(y, slopes.copy());
      x.clear_gradient();
      benchmark::DoNotOptimize(y);
    });
  };
}

template <class Dev>
void max_pooling(State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t channels) {
  const auto [map, inputs, outputs] = suite::relation(device, cloud, 2, 2);
  const Variable<Dev> x(suite::numbers(device, inputs, channels));
  suite::measure(state, device,
                 {.voxels = inputs, .pairs = map.rules().size(), .bytes = bytes_of<Dev>((inputs + outputs) * channels)},
                 [&] { benchmark::DoNotOptimize(pool_maximum(x, map, outputs, nullptr, PoolingSettings{})); });
}

template <class Dev>
void add_all(const suite::Options& options) {
  const suite::Defaults where{{"pandaset"}, {32, 64}};
  const auto norm = [](Dev& device, std::int64_t channels) { return BatchNormReLU<Dev>(device, channels); };
  const auto rectifier = [](Dev&, std::int64_t) { return ReLU{}; };
  const auto linear = [](Dev& device, std::int64_t channels) {
    return NetworkInNetwork<Dev>(device, channels, channels, false);
  };
  suite::add_benchmark<Dev>("Copy", options, where, copy<Dev>);
  suite::add_benchmark<Dev>("MaxPooling.k2s2", options, where, max_pooling<Dev>);
  suite::add_benchmark<Dev>("BatchNormReLU", options, where, row_layer<Dev>(norm, false));
  suite::add_benchmark<Dev>("BatchNormReLU.training", options, where, row_layer<Dev>(norm, true));
  suite::add_benchmark<Dev>("ReLU", options, where, row_layer<Dev>(rectifier, false));
  suite::add_benchmark<Dev>("NetworkInNetwork", options, where, row_layer<Dev>(linear, false));
}

}  // namespace

void add_benchmarks(const suite::Options& options) { add_all<Cpu>(options); }

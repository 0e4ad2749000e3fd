// Times whole networks from a scan's points on: inference, gradients, training steps, how even frames are, and memory.
#include "networks.hpp"
#include "relations.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/summary.hpp"
#include "scn/networks/optimise_for_inference.hpp"
#include "scn/train/sgd.hpp"
#include "suite.hpp"

namespace {

using namespace scn;
using benchmark::State;

/// Points with features that lie on the device. A frame is all that follows: sites, maps, layers.
template <class Dev>
struct Frame {
  PointBuffer<3, Dev> points;
  InputLayer<3, Dev> input;

  Frame(Dev& device, const suite::Cloud<3>& cloud, std::int64_t channels)
      : Frame(device, suite::input_sites(device, cloud).sites->to_host(device), channels) {}
  SparseTensor<3, Dev> operator()() const { return input(points); }

 private:
  Frame(Dev& device, const std::vector<Site<3>>& sites, std::int64_t channels)
      : points(device, std::ssize(sites), channels), input(device) {
    points.set(sites, suite::numbers<Dev, float>(device, std::ssize(sites), channels).to_host());
  }
};

/// body(frame) for a workload in three dimensions.
template <class Dev, class Body>
void with_frame(State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t channels, const Body& body) {
  if (const auto* const scan = std::get_if<suite::Cloud<3>>(&cloud))
    body(Frame<Dev>(device, *scan, channels));
  else
    state.SkipWithError("networks are measured in three dimensions");
}

/// Work of one inference, and of forward and backward: three times that, without the gradient to the input.
template <class Dev, class Net>
suite::Work work_of(const Net& net, const SparseTensor<3, Dev>& x, bool gradients) {
  const Summary all = summary(net, x);
  const auto forward = all.total.counts.multiply_adds, first = all.rows.front().counts.multiply_adds;
  return {x.rows().bound, gradients ? 3 * all.total.counts.pairs : all.total.counts.pairs,
          2.0 * static_cast<double>(gradients ? 3 * forward - first : forward)};
}

/// Measures after a second frame to warm up, and counts what a frame asks of the heap.
template <class Dev, class Once>
std::vector<double> measure_frames(State& state, Dev& device, const suite::Work& work, const Once& once) {
  once();
  std::int64_t before = 0, frames = -1;
  const auto seconds = suite::measure(state, device, work, [&] {
    if (frames == 0) before = suite::heap().calls;
    ++frames;
    once();
  });
  state.counters["heap_calls"] = static_cast<double>(suite::heap().calls - before) / static_cast<double>(frames);
  state.counters["GFLOP"] = 1e-9 * work.operations;
  return seconds;
}

template <class Dev>
using Make = AnySequential<3, Dev> (*)(Dev&);

/// As a program that infers runs a network: norms folded into the convolutions.
template <class Dev>
auto inference(Make<Dev> make, std::int64_t channels) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t) {
    with_frame(state, device, cloud, channels, [&](const Frame<Dev>& frame) {
      const auto net = make(device);
      const auto folded = optimise_for_inference(net);
      measure_frames(state, device, work_of(net, frame(), false), [&] { benchmark::DoNotOptimize(folded(frame())); });
    });
  };
}

/// Forward and backward, and with a rate a step of SGD.
template <class Dev>
auto training(Make<Dev> make, std::int64_t channels, double rate) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t) {
    with_frame(state, device, cloud, channels, [&](const Frame<Dev>& frame) {
      const auto net = make(device);
      SGD optimizer{net.parameters(), {.rate = rate > 0 ? rate : 1.0}};
      const auto variables = net.parameters().variables();
      const auto result = net(frame());
      const Matrix<Dev> slopes = suite::numbers(device, result.rows().bound, result.channels());
      measure_frames(state, device, work_of(net, frame(), true), [&] {
        Tape tape(device);
        const auto y = net(frame(), &tape);
        tape.backward(y.features, slopes.copy());
        if (rate > 0) optimizer.step();
        for (const auto& variable : variables) variable.clear_gradient();
      });
    });
  };
}

/// The times of frames one by one: their median, and the 99th percentile as a multiple of it.
template <class Dev>
auto frame_times(Make<Dev> make, std::int64_t channels) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t) {
    with_frame(state, device, cloud, channels, [&](const Frame<Dev>& frame) {
      const auto net = make(device);
      const auto folded = optimise_for_inference(net);
      const auto seconds = measure_frames(state, device, work_of(net, frame(), false),
                                          [&] { benchmark::DoNotOptimize(folded(frame())); });
      state.counters["p99/median"] = suite::quantile(seconds, 0.99) / suite::quantile(seconds, 0.5);
    });
  };
}

/// One strided convolution with its level and its map, on given sites; `in` channels, or as many as come out for 0.
template <class Dev>
auto strided_layer(int size, std::int64_t in) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t channels) {
    with_frame(state, device, cloud, in > 0 ? in : channels, [&](const Frame<Dev>& frame) {
      const SparseTensor<3, Dev> x = frame();
      AnySequential<3, Dev> layer;
      layer.add(Convolution<3, Dev>(device, x.channels(), channels, size, 2, {.bias = false}));
      const auto again = [&] {
        const InputSites<3, Dev> sites{x.sites, nullptr};
        return layer(SparseTensor<3, Dev>{x.features, x.sites, std::make_shared<Rulebook<3, Dev>>(device, sites)});
      };
      suite::measure(state, device, work_of(layer, x, false), [&] { benchmark::DoNotOptimize(again()); });
    });
  };
}

/// The most that weights and one inference of a new network take, beyond the input.
template <class Dev>
auto memory(Make<Dev> make, std::int64_t channels) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t) {
    with_frame(state, device, cloud, channels, [&](const Frame<Dev>& frame) {
      for (auto _ : state) {
        const suite::PeakMemory memory(device);
        const auto net = make(device);
        benchmark::DoNotOptimize(net(frame()));
        synchronize(device);
        state.counters["peak_MiB"] = static_cast<double>(memory.bytes()) / (1 << 20);
      }
    });
  };
}

template <class Dev>
void add_all(const suite::Options& options) {
  struct Network {
    std::string name;
    Make<Dev> make;
    std::int64_t channels;
    std::string workload;
  };
  const Network bench{"BenchNetwork", suite::bench_network<Dev>, 3, "pandaset"},
      unet{"UNet", suite::unet<Dev>, 4, "pandaset"}, mink{"MinkUNet42", suite::mink_unet42<Dev>, 4, "pandaset"},
      center{"CenterPoint", suite::center_point_encoder<Dev>, 5, "centerpoint"};
  const auto add = [&](const std::string& what, const Network& network, auto body, std::int64_t runs = 7) {
    suite::add_benchmark<Dev>(what + "." + network.name, options, {{network.workload}, {}, runs}, body);
  };
  for (const Network& network : {bench, unet, mink, center})
    add("Inference", network, inference<Dev>(network.make, network.channels));
  add("Gradients", bench, training<Dev>(bench.make, bench.channels, 0));
  add("TrainingStep", unet, training<Dev>(unet.make, unet.channels, 1e-6));
  suite::add_benchmark<Dev>("StridedLayer.k3s2", options, {{"random50k"}, {256}}, strided_layer<Dev>(3, 0));
  suite::add_benchmark<Dev>("StridedLayer.k2s2", options, {{"pandaset"}, {96}}, strided_layer<Dev>(2, 64));
  add("FrameTimes", center, frame_times<Dev>(center.make, center.channels), 200);
  add("Memory", bench, memory<Dev>(bench.make, bench.channels), 1);
}

}  // namespace

void add_benchmarks(const suite::Options& options) { add_all<suite::Device>(options); }

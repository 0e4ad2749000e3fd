// Times the layers that should run at the speed of memory, and the 1 x 1 convolution: pools, norms, activations, sums
// and joins of rows.
#include "relations.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/gelu.hpp"
#include "scn/layers/global_pooling.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/sigmoid.hpp"
#include "scn/layers/sparse_group_normalization.hpp"
#include "scn/layers/tables.hpp"
#include "scn/layers/tanh.hpp"
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

/// call(x, tape) without a tape; or in training, with its way back from a given gradient. Bytes are those of one pass.
template <class Dev, class Call>
void measure_passes(State& state, Dev& device, const suite::Work& work, const Variable<Dev>& x, const Call& call) {
  const bool training = x.needs_gradient();
  const Variable<Dev> known = call(x, nullptr);
  const Matrix<Dev> slopes = suite::numbers(device, known.rows().bound, known.channels());
  suite::measure(state, device, work, [&] {
    Tape tape(device);
    const Variable<Dev> y = call(x, training ? &tape : nullptr);
    if (training) tape.backward(y, slopes);
    x.clear_gradient();
    benchmark::DoNotOptimize(y);
  });
}

/// layer(x) on the rows of a workload.
template <class Dev, class Make>
auto row_layer(const Make& make, bool training) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t channels) {
    const std::int64_t rows = suite::relation(device, cloud, 1, 1).outputs;
    const Variable<Dev> x(suite::numbers(device, rows, channels), training);
    const auto layer = make(device, channels);
    suite::Work work{.voxels = rows, .bytes = bytes_of<Dev>(2 * rows * channels)};
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(layer)>, NetworkInNetwork<Dev>>)
      work.operations = 2.0 * static_cast<double>(rows * channels * channels);
    measure_passes(state, device, work, x, layer);
  };
}

/// layer(x) on the sites of a workload, which gives a variable.
template <class Dev, class Layer>
auto site_layer(const Layer& layer, bool training) {
  return [=](State& state, Dev& device, const suite::AnyCloud& any, std::int64_t channels) {
    std::visit(
        [&]<int D>(const suite::Cloud<D>& cloud) {
          const InputSites<D, Dev> input{suite::input_sites(device, cloud).sites, nullptr};
          const auto rulebook = std::make_shared<Rulebook<D, Dev>>(device, input);
          const std::int64_t rows = input.sites->count();
          const Variable<Dev> x(suite::numbers(device, rows, channels), training);
          measure_passes(state, device, {.voxels = rows, .bytes = bytes_of<Dev>(rows * channels)}, x,
                         [&](const Variable<Dev>& features, Tape* tape) {
                           return layer(SparseTensor<D, Dev>{features, input.sites, rulebook}, tape);
                         });
        },
        any);
  };
}

/// pool(x, map, outputs, tape) over windows of this size and stride 2; back: over the way back, from coarse to fine.
template <class Dev, class Pool>
auto pooling(const Pool& pool, int size, bool back, bool training) {
  return [=](State& state, Dev& device, const suite::AnyCloud& cloud, std::int64_t channels) {
    const auto [map, inputs, outputs] = suite::relation(device, cloud, size, 2, back);
    const Variable<Dev> x(suite::numbers(device, inputs, channels), training);
    const suite::Work work{
        .voxels = inputs, .pairs = map.rules().size(), .bytes = bytes_of<Dev>((inputs + outputs) * channels)};
    measure_passes(state, device, work, x, [&, &map = map, rows = outputs](const Variable<Dev>& from, Tape* tape) {
      return pool(from, map, rows, tape);
    });
  };
}

struct Maximum {
  auto operator()(const auto& x, const auto& map, std::int64_t rows, Tape* tape) const {
    return pool_maximum(x, map, rows, tape, PoolingSettings{});
  }
};
struct Average {
  auto operator()(const auto& x, const auto& map, std::int64_t rows, Tape* tape) const {
    return pool_sum(x, map, rows, tape, PoolSumSettings{.factor = 0.125});
  }
};
struct ActiveMean {
  auto operator()(const auto& x, const auto& map, std::int64_t rows, Tape* tape) const {
    return pool_sum(x, map, rows, tape, PoolSumSettings{.mean = true});
  }
};
struct Join {  // of x with itself
  template <int D, Device Dev>
  Variable<Dev> operator()(const SparseTensor<D, Dev>& x, Tape* tape) const {
    return JoinTable<D, Dev>()({x, x}, tape).features;
  }
};

template <class Dev>
void add_all(const suite::Options& options) {
  const suite::Defaults where{{"pandaset"}, {32, 64}};
  suite::add_benchmark<Dev>("Copy", options, where, copy<Dev>);
  for (const bool training : {false, true}) {
    const auto add = [&](const std::string& thing, const auto& body) {
      suite::add_benchmark<Dev>(training ? thing + ".training" : thing, options, where, body);
    };
    const auto add_rows = [&](const std::string& thing, const auto& make) {
      add(thing, row_layer<Dev>(make, training));
    };
    add("MaxPooling.k2s2", pooling<Dev>(Maximum{}, 2, false, training));
    add("MaxPooling.k3s2", pooling<Dev>(Maximum{}, 3, false, training));
    add("AveragePooling.k2s2", pooling<Dev>(Average{}, 2, false, training));
    add("AveragePooling.active.k2s2", pooling<Dev>(ActiveMean{}, 2, false, training));
    add("UnPooling.k2s2", pooling<Dev>(Average{}, 2, true, training));
    add("GlobalPooling.mean", site_layer<Dev>(GlobalPooling(Reduction::mean), training));
    add("GlobalPooling.max", site_layer<Dev>(GlobalPooling(Reduction::max), training));
    add("JoinTable", site_layer<Dev>(Join{}, training));
    add_rows("BatchNormReLU", [](Dev& device, std::int64_t channels) { return BatchNormReLU<Dev>(device, channels); });
    add_rows("SparseGroupNorm",
             [](Dev& device, std::int64_t channels) { return SparseGroupNorm<Dev>(device, 8, channels); });
    add_rows("ReLU", [](Dev&, std::int64_t) { return ReLU{}; });
    add_rows("Sigmoid", [](Dev&, std::int64_t) { return Sigmoid{}; });
    add_rows("Tanh", [](Dev&, std::int64_t) { return Tanh{}; });
    add_rows("GELU", [](Dev&, std::int64_t) { return GELU{}; });
    add_rows("NetworkInNetwork", [](Dev& device, std::int64_t channels) {
      return NetworkInNetwork<Dev>(device, channels, channels, false);
    });
  }
}

}  // namespace

void add_benchmarks(const suite::Options& options) { add_all<suite::Device>(options); }

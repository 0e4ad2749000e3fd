// Times the arithmetic of convolutions on given maps: forward, both gradients, strided, transposed, few channels, 1
// x 1.
#include "relations.hpp"
#include "suite.hpp"

namespace {

using namespace scn;
using suite::AnyCloud;

/// What a convolution works on: rows of x and y, and weights for each tap.
template <class Dev>
struct Layer {
  using T = typename Dev::Accumulator;
  suite::Relation<Dev> relation;
  std::int64_t in, out;
  Matrix<Dev> x, y;
  Matrix<Dev, T> weights;

  Layer(Dev& device, suite::Relation<Dev> of, std::int64_t taps, std::int64_t in_channels, std::int64_t out_channels)
      : relation(std::move(of)),
        in(in_channels),
        out(out_channels),
        x(suite::numbers<Dev, typename Dev::Scalar>(device, relation.inputs, in)),
        y(suite::numbers<Dev, typename Dev::Scalar>(device, relation.outputs, out)),
        weights(suite::numbers<Dev, T>(device, taps, in * out)) {}

  auto prepared(Dev& device) const { return prepare(device, weights, weights.rows().bound, 1, in, out); }
  suite::Work work() const {
    const auto pairs = relation.map.rules().size();
    const auto rows = relation.inputs * in + relation.outputs * out;
    return {.voxels = relation.outputs,
            .pairs = pairs,
            .operations = 2.0 * static_cast<double>(pairs * in * out),
            .bytes = static_cast<double>(rows) * sizeof(typename Dev::Scalar)};
  }
};

template <class Dev>
void forward(benchmark::State& state, Dev& device, Layer<Dev> layer) {
  suite::measure(state, device, layer.work(), [&] {
    convolve(device, layer.x, layer.prepared(device), layer.relation.map.rules(),
             Epilogue<typename Dev::Accumulator, typename Dev::Scalar>{}, layer.y);
  });
}

template <class Dev>
void backward_input(benchmark::State& state, Dev& device, Layer<Dev> layer) {
  layer.relation.map.transposed();  // is made once a map
  suite::measure(state, device, layer.work(), [&] {
    convolve_backward_input(device, layer.y, layer.prepared(device), layer.relation.map.transposed(), layer.x,
                            Write::assign);
  });
}

template <class Dev>
void backward_weight(benchmark::State& state, Dev& device, Layer<Dev> layer) {
  suite::measure(state, device, layer.work(), [&] {
    convolve_backward_weight(device, layer.x, layer.y, layer.relation.map.rules(), 1, layer.weights, Write::assign);
  });
}

template <class Dev>
void add_all(const suite::Options& options) {
  using State = benchmark::State;
  const std::vector<std::string> one{"pandaset"},
      all{"pandaset", "large", "centerpoint", "sphere512", "sphere16", "room", "random50k", "scans4d", "handwriting"};
  const auto taps = [](const AnyCloud& cloud, int size) {
    return std::visit(
        [&]<int D>(const suite::Cloud<D>&) { return strided_window(Point<D>(size), Point<D>(1)).volume(); }, cloud);
  };
  const auto add = [&](const std::string& thing, const suite::Defaults& defaults, int size, int stride, bool back,
                       std::int64_t in_channels, auto body) {
    suite::add_benchmark<Dev>(thing, options, defaults,
                              [=](State& state, Dev& device, const AnyCloud& cloud, std::int64_t channels) {
                                auto relation = suite::relation(device, cloud, size, stride, back);
                                body(state, device,
                                     Layer<Dev>(device, std::move(relation), taps(cloud, size),
                                                in_channels > 0 ? in_channels : channels, channels));
                              });
  };
  add("Forward", {all, {16, 32, 64, 128}}, 3, 1, false, 0, forward<Dev>);
  add("BackwardInput", {one, {32, 64, 128}}, 3, 1, false, 0, backward_input<Dev>);
  add("BackwardWeight", {one, {32, 64, 128}}, 3, 1, false, 0, backward_weight<Dev>);
  add("FirstLayer", {one, {32, 64}}, 3, 1, false, 4, forward<Dev>);
  add("StridedForward.k2s2", {one, {64}}, 2, 2, false, 0, forward<Dev>);
  add("StridedForward.k3s2", {one, {64}}, 3, 2, false, 0, forward<Dev>);
  add("TransposedForward.k2s2", {one, {64}}, 2, 2, true, 0, forward<Dev>);
}

}  // namespace

void add_benchmarks(const suite::Options& options) { add_all<suite::Device>(options); }

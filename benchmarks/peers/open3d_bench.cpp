// Times the CPU kernel of Open3D's sparse convolution beside the library's own, on the same maps in one process.
#include <cstring>
#include <vector>
// Open3D includes neither of them itself.
#include <open3d/ml/impl/sparse_conv/SparseConv.h>
#include <tbb/global_control.h>

#include <cmath>
#include <cstdint>

#include "../relations.hpp"
#include "../suite.hpp"

namespace {

using namespace scn;
using benchmark::State;

/// A map as Open3D wants it: the pairs of each output one after the other.
struct Neighbors {
  std::vector<std::int64_t> first;
  std::vector<std::int32_t> in;
  std::vector<std::uint8_t> tap;

  explicit Neighbors(const suite::Relation<Cpu>& relation) : first(static_cast<std::size_t>(relation.outputs) + 1) {
    const std::vector<Rule> pairs = relation.map.rules().pairs();
    for (const Rule& pair : pairs) ++first[static_cast<std::size_t>(pair.out) + 1];
    for (std::size_t row = 1; row < first.size(); ++row) first[row] += first[row - 1];
    in.resize(pairs.size());
    tap.resize(pairs.size());
    auto next = first;
    for (const Rule& pair : pairs) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(pair.out)]++);
      in[at] = pair.in;
      tap[at] = static_cast<std::uint8_t>(pair.tap);
    }
  }
};

/// The relative difference of two results, in the Euclidean norm.
double difference(const std::vector<float>& a, const std::vector<float>& b) {
  double off = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    off += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
    norm += double{b[i]} * b[i];
  }
  return std::sqrt(off / std::max(norm, 1e-30));
}

void forward(State& state, Cpu& device, const suite::AnyCloud& cloud, std::int64_t channels, bool peer) {
  const auto relation = suite::relation(device, cloud, 3, 1);
  if (relation.map.rules().taps > 256) return state.SkipWithError("a tap is a byte here");
  const std::int64_t rows = relation.outputs, pairs = relation.map.rules().size();
  const Matrix<Cpu> x = suite::numbers(device, rows, channels);
  const Matrix<Cpu> weights = suite::numbers(device, relation.map.rules().taps, channels * channels);
  Matrix<Cpu> y(device, rows, channels), theirs(device, rows, channels);
  const auto ours = [&] {
    const auto prepared = prepare(device, weights, weights.rows().bound, 1, channels, channels);
    convolve(device, x, prepared, relation.map.rules(), Epilogue<float>{}, y);
  };
  const Neighbors map(relation);
  const int width = static_cast<int>(channels);
  const auto open3d = [&] {
    open3d::ml::impl::SparseConvComputeFeaturesCPU<float, float, std::int32_t, std::uint8_t>(
        theirs.view().data, {static_cast<int>(weights.rows().bound), width, width}, weights.view().data, rows, rows,
        x.view().data, nullptr, map.in.size(), map.in.data(), map.tap.data(), nullptr, map.first.data(), false);
  };
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(device.threads));
  ours();
  open3d();
  if (difference(theirs.to_host(), y.to_host()) > 1e-5) return state.SkipWithError("the two results differ");
  const suite::Work work{rows, pairs, 2.0 * static_cast<double>(pairs * channels * channels)};
  if (peer)
    suite::measure(state, device, work, open3d);
  else
    suite::measure(state, device, work, ours);
}

}  // namespace

void add_benchmarks(const suite::Options& options) {
  const suite::Defaults where{{"pandaset"}, {32, 64, 128}};
  for (const bool peer : {false, true})
    suite::add_benchmark<Cpu>(peer ? "Open3D.Forward" : "Forward", options, where,
                              [peer](State& state, Cpu& device, const suite::AnyCloud& cloud, std::int64_t channels) {
                                forward(state, device, cloud, channels, peer);
                              });
}

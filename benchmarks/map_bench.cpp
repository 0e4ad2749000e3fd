// Times what depends on coordinates: points to sites, submanifold maps, and strided levels with their maps.
#include "relations.hpp"
#include "scn/layers/input_layer.hpp"
#include "suite.hpp"

namespace {

using namespace scn;
using benchmark::State;

/// From points in the caller's order to merged features on sites: quantize, order, merge.
template <class Dev>
void input(State& state, Dev& device, const suite::AnyCloud& any, std::int64_t channels) {
  std::visit(
      [&]<int D>(const suite::Cloud<D>& cloud) {
        const InputLayer<D, Dev> layer(device);
        const Variable<Dev> features(suite::numbers(device, std::ssize(cloud.points) / D, channels));
        const std::int64_t voxels = layer(sites_of(cloud), features).sites->count();
        suite::measure(state, device, {.voxels = voxels},
                       [&] { benchmark::DoNotOptimize(layer(sites_of(cloud), features)); });
      },
      any);
}

/// Calls find(rulebook, sites) on a new rulebook in every run.
template <class Dev, class Find>
void map(State& state, Dev& device, const suite::AnyCloud& any, const Find& find) {
  std::visit(
      [&]<int D>(const suite::Cloud<D>& cloud) {
        const InputSites<D, Dev> input{suite::input_sites(device, cloud).sites, nullptr};
        const auto run = [&](suite::Work* work) {
          Rulebook<D, Dev> rulebook(device, input);
          const std::int64_t before = suite::bytes_in_use(device);
          const MapView<Dev> made = find(rulebook, input.sites);
          benchmark::DoNotOptimize(made);
          if (work == nullptr) return;
          work->voxels = input.sites->count();  // nvcc 13.0 forgets the names of an initializer in a generic lambda
          work->pairs = made.rules().size();
          work->map_bytes = suite::bytes_in_use(device) - before;
        };
        suite::Work work;
        run(&work);
        suite::measure(state, device, work, [&] { run(nullptr); });
      },
      any);
}

template <class Dev>
void submanifold(State& state, Dev& device, const suite::AnyCloud& any, std::int64_t) {
  map(state, device, any, []<int D>(Rulebook<D, Dev>& rulebook, const auto& sites) {
    return rulebook.submanifold(sites, submanifold_window(Point<D>(3)));
  });
}

/// The coarse sites and the map to them.
template <class Dev>
auto strided(int size) {
  return [size](State& state, Dev& device, const suite::AnyCloud& any, std::int64_t) {
    map(state, device, any, [size]<int D>(Rulebook<D, Dev>& rulebook, const auto& sites) {
      return rulebook.strided(sites, strided_window(Point<D>(size), Point<D>(2))).map;
    });
  };
}

template <class Dev>
void add_all(const suite::Options& options) {
  const suite::Defaults everywhere{
      {"pandaset", "large", "centerpoint", "sphere512", "sphere16", "room", "random50k", "scans4d", "handwriting"}};
  const suite::Defaults scans{{"pandaset", "large"}};
  suite::add_benchmark<Dev>("Input", options, {everywhere.workloads, {4}}, input<Dev>);
  suite::add_benchmark<Dev>("SubmanifoldMap", options, everywhere, submanifold<Dev>);
  suite::add_benchmark<Dev>("StridedMap.k2s2", options, scans, strided<Dev>(2));
  suite::add_benchmark<Dev>("StridedMap.k3s2", options, scans, strided<Dev>(3));
}

}  // namespace

void add_benchmarks(const suite::Options& options) { add_all<suite::Device>(options); }

// Maps between the sites of a workload, without the dimension: what benchmarks of rows x channels work on.
#pragma once

#include <memory>

#include "measured_device.hpp"
#include "scn/geometry/rulebook.hpp"
#include "workloads.hpp"

namespace suite {

/// A map from `inputs` to `outputs` rows.
template <class Dev>
struct Relation {
  scn::MapView<Dev> map;
  std::int64_t inputs, outputs;
};

/// The sites of a cloud, each once, in the library's order.
template <int D, class Dev>
scn::InputSites<D, Dev> input_sites(Dev& device, const Cloud<D>& cloud) {
  const std::vector<scn::Site<D>> sites = sites_of(cloud);
  return make_sites<D>(device, scn::Buffer<scn::Site<D>, Dev>(device, std::span(sites)), std::nullopt, cloud.samples(),
                       scn::Duplicates::first);
}

/// The map of a submanifold convolution of this size on a workload, or, with a stride above 1, of a strided one; back:
/// its transposed.
template <class Dev>
Relation<Dev> relation(Dev& device, const AnyCloud& any, int size, int stride, bool back = false) {
  return std::visit(
      [&]<int D>(const Cloud<D>& cloud) -> Relation<Dev> {
        const scn::InputSites<D, Dev> input = input_sites(device, cloud);
        scn::Rulebook<D, Dev> rulebook(device, {input.sites, nullptr});
        const std::int64_t fine = input.sites->count();
        if (stride == 1)
          return {rulebook.submanifold(input.sites, scn::submanifold_window(scn::Point<D>(size))), fine, fine};
        const auto window = scn::strided_window(scn::Point<D>(size), scn::Point<D>(stride));
        const auto level = rulebook.strided(input.sites, window);
        const std::int64_t coarse = level.sites->count();
        if (!back) return {level.map, fine, coarse};
        return {rulebook.back(level.sites, window).map, coarse, fine};
      },
      any);
}

/// Compiled once, in relations.cpp.
extern template Relation<Device> relation(Device&, const AnyCloud&, int, int, bool);

}  // namespace suite

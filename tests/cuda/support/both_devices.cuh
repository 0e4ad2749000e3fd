// Sites and maps made twice, on the CPU and on the GPU, and whether they are the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/maps.hpp"
#include "scn/cpu/reach.hpp"
#include "scn/cpu/sites.hpp"
#include "scn/cuda/maps.cuh"
#include "scn/cuda/reach.cuh"
#include "scn/cuda/sites.cuh"
#include "scn/cuda/transpose.cuh"
#include "support/library.hpp"

namespace gpu {

using scn::Cpu;
using scn::Cuda;

/// Whether everything that two sets of sites tell is the same.
template <int D>
bool same_sites(Cuda& device, const scn::Sites<D, Cuda>& made, const scn::Sites<D, Cpu>& expected) {
  Cpu cpu;
  return made.extent() == expected.extent() && made.samples() == expected.samples() &&
         made.to_host(device) == expected.to_host(cpu);
}

/// Whether points went to the same rows.
inline bool same_points(Cuda& device, const scn::PointMap<Cuda>& made, const scn::PointMap<Cpu>& expected) {
  Cpu cpu;
  return made.duplicates == expected.duplicates &&
         made.row_of_point.to_host(device) == expected.row_of_point.to_host(cpu) &&
         made.points.to_host(device) == expected.points.to_host(cpu) &&
         made.first.to_host(device) == expected.first.to_host(cpu);
}

template <class Element>
std::vector<Element> on_host(const Element* data, std::int64_t count) {
  std::vector<Element> values(static_cast<std::size_t>(count));
  REQUIRE(cudaDeviceSynchronize() == cudaSuccess);
  if (count > 0)
    REQUIRE(cudaMemcpy(values.data(), data, values.size() * sizeof(Element), cudaMemcpyDeviceToHost) == cudaSuccess);
  return values;
}

/// Whether the lists of a map are as RulesView describes them: groups in order, none empty, places in order.
inline bool well_formed(const scn::cuda::Rules& rules) {
  if (rules.tiles == 0) return rules.length == 0 && rules.outputs == 0;
  const auto tiles = on_host(rules.tile_first, rules.tiles + 1);
  const auto taps = on_host(rules.group_tap, tiles.back());
  const auto first = on_host(rules.group_first, tiles.back() + 1);
  const auto in = on_host(rules.in, rules.length);
  const auto places = on_host(rules.place, rules.length);
  bool good = tiles.front() == 0 && tiles.back() <= rules.groups && first.front() == 0 &&
              first.back() == rules.length && std::is_sorted(tiles.begin(), tiles.end());
  for (std::size_t tile = 0; good && tile + 1 < tiles.size(); ++tile)
    for (std::int32_t group = tiles[tile]; good && group < tiles[tile + 1]; ++group) {
      const auto g = static_cast<std::size_t>(group);
      good = first[g] < first[g + 1] && taps[g] >= 0 && taps[g] < rules.taps &&
             (group == tiles[tile] || taps[g - 1] < taps[g]);
      for (std::int64_t pair = first[g]; good && pair < first[g + 1]; ++pair) {
        const auto p = static_cast<std::size_t>(pair);
        good = in[p] >= 0 && in[p] < rules.inputs && places[p] < scn::cuda::tile_rows;
        if (pair > first[g])
          good = good && (places[p - 1] < places[p] ||
                          (!rules.unique_inputs && places[p - 1] == places[p] && in[p - 1] < in[p]));
      }
    }
  return good;
}

/// Whether a map, the way back and the way back of that have the pairs of the CPU's, in lists as they should be.
inline bool same_rules(Cuda& device, const scn::cuda::Rules& made, const scn::cpu::Rules& expected) {
  Cpu cpu;
  const scn::cuda::Rules back = transpose(device, made), again = transpose(device, back);
  return made.inputs == expected.inputs && made.outputs == expected.outputs && made.taps == expected.taps &&
         made.size() == expected.size() && made.inputs_unique() == expected.inputs_unique() &&
         made.mirrored == expected.mirrored && well_formed(made) && well_formed(back) && well_formed(again) &&
         made.pairs() == expected.pairs() && back.pairs() == transpose(cpu, expected).pairs() &&
         again.pairs() == made.pairs() && back.inputs == made.outputs && back.outputs == made.inputs;
}

/// One set of sites on both devices.
template <int D>
struct Both {
  std::shared_ptr<const scn::Sites<D, Cuda>> gpu;
  std::shared_ptr<const scn::Sites<D, Cpu>> cpu;
};

/// Made from the same points; everything about them is compared.
template <int D>
Both<D> both(Cuda& device, const std::vector<scn::Site<D>>& points, std::optional<scn::Point<D>> extent = {},
             std::int64_t samples = 0, scn::Duplicates duplicates = scn::Duplicates::sum) {
  Cpu cpu;
  const auto expected = library::make_input<D>(cpu, points, extent, samples, duplicates);
  const auto made = library::make_input<D>(device, points, extent, samples, duplicates);
  CHECK(same_sites(device, *made.sites, *expected.sites));
  CHECK(same_points(device, *made.points, *expected.points));
  return {made.sites, expected.sites};
}

/// The level that a window leads to, and the map there, compared.
template <int D>
Both<D> check_strided(Cuda& device, const Both<D>& fine, const scn::Window<D>& window) {
  INFO(to_string(window));
  Cpu cpu;
  const auto extent = fine.cpu->extent() ? std::optional(output_extent(*fine.cpu->extent(), window)) : std::nullopt;
  auto made = std::make_shared<const scn::Sites<D, Cuda>>(scn::reach<D>(device, *fine.gpu, window, extent));
  auto expected = std::make_shared<const scn::Sites<D, Cpu>>(scn::reach<D>(cpu, *fine.cpu, window, extent));
  CHECK(same_sites(device, *made, *expected));
  CHECK(same_rules(device, scn::make_rules<D>(device, *fine.gpu, *made, window),
                   scn::make_rules<D>(cpu, *fine.cpu, *expected, window)));
  return {std::move(made), std::move(expected)};
}

/// The map of a window from sites to themselves, compared.
template <int D>
void check_submanifold(Cuda& device, const Both<D>& sites, const scn::Window<D>& window) {
  INFO(to_string(window));
  Cpu cpu;
  CHECK(same_rules(device, scn::make_rules<D>(device, *sites.gpu, *sites.gpu, window),
                   scn::make_rules<D>(cpu, *sites.cpu, *sites.cpu, window)));
}

}  // namespace gpu

// Sites and maps made twice, on the CPU and on the GPU, and whether they are the same.
#pragma once

#include <algorithm>
#include <bit>
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

namespace parity {

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

/// Whether the lists of a map are as RulesView describes them: segments in order, words that tell how many pairs there
/// are, every output at one place.
inline bool well_formed(const scn::gpu::Rules& rules) {
  if (rules.tiles == 0) return rules.size() == 0 && rules.outputs == 0;
  scn::gpu::RulesView host = rules;
  const auto tiles = on_host(rules.tile_segment, rules.tile_segment == nullptr ? 0 : rules.tiles + 1);
  if (!tiles.empty()) host.tile_segment = tiles.data();
  const std::int64_t segments = host.first_segment(rules.tiles);
  const auto taps = on_host(rules.segment_tap, rules.segment_tap == nullptr ? 0 : segments);
  if (!taps.empty()) host.segment_tap = taps.data();
  const auto present = on_host(rules.present, segments * scn::gpu::tile_rows);
  const auto first = on_host(rules.segment_pair, segments + 1);
  const auto in = on_host(rules.in, rules.size());
  const auto rows = on_host(rules.row, rules.row == nullptr ? 0 : rules.tiles * scn::gpu::tile_rows);
  bool good = host.first_segment(0) == 0 && segments <= rules.segments && first.front() == 0 &&
              first.back() == rules.size() && std::is_sorted(tiles.begin(), tiles.end()) &&
              std::all_of(in.begin(), in.end(), [&](std::int32_t row) { return row >= 0 && row < rules.inputs; });
  for (std::int64_t tile = 0; good && tile < rules.tiles; ++tile)
    for (std::int64_t segment = host.first_segment(tile); good && segment < host.first_segment(tile + 1); ++segment) {
      const std::int64_t tap = host.first_tap(segment), last = tap + scn::gpu::segment_taps - 1;
      std::int64_t pairs = 0;
      for (std::int64_t place = 0; place < scn::gpu::tile_rows; ++place) {
        const std::uint32_t word = present[static_cast<std::size_t>(segment * scn::gpu::tile_rows + place)];
        pairs += std::popcount(word);
        good = good && (last < rules.taps || word >> (rules.taps - tap) == 0);
        good = good &&
               (word == 0 || (rows.empty() ? tile * scn::gpu::tile_rows + place < rules.outputs
                                           : rows[static_cast<std::size_t>(tile * scn::gpu::tile_rows + place)] >= 0));
      }
      const auto s = static_cast<std::size_t>(segment);
      good = good && tap % scn::gpu::segment_taps == 0 && tap < rules.taps && first[s + 1] - first[s] == pairs &&
             (segment == host.first_segment(tile) || host.first_tap(segment - 1) < tap ||
              (!rules.unique_inputs && host.first_tap(segment - 1) == tap));
    }
  std::vector<std::int32_t> sorted(rows);
  std::sort(sorted.begin(), sorted.end());
  const auto spare = std::ssize(sorted) - rules.outputs;
  for (std::int64_t i = 0; good && i < std::ssize(sorted); ++i)
    good = sorted[static_cast<std::size_t>(i)] == (i < spare ? -1 : i - spare);
  return good;
}

/// Whether a map, the way back and the way back of that have the pairs of the CPU's, in lists as they should be.
inline bool same_rules(Cuda& device, const scn::gpu::Rules& made, const scn::cpu::Rules& expected) {
  Cpu cpu;
  const scn::gpu::Rules back = transpose(device, made), again = transpose(device, back);
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

}  // namespace parity

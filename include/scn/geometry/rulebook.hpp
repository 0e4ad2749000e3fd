// Every set of sites and every map of one input, each built once.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "scn/geometry/rules.hpp"
#include "scn/geometry/sites.hpp"
#include "scn/geometry/window.hpp"

namespace scn {

/// A level and the map that leads to it.
template <int D, Device Dev>
struct Level {
  std::shared_ptr<const Sites<D, Dev>> sites;
  MapView<Dev> map;
};

/// Remembers, for one input, the maps between its levels. A map is found by identity: by which sites object it starts
/// from and by its window, never by size. Shared by all tensors derived from one input; belongs to one thread.
template <int D, Device Dev>
class Rulebook {
 public:
  using SitesPointer = std::shared_ptr<const Sites<D, Dev>>;

  Rulebook(Dev& device, InputSites<D, Dev> input) : device_(&device), input_(std::move(input)) {}

  Dev& device() const { return *device_; }
  /// The sites the input layer made, and the rows its points went to.
  const InputSites<D, Dev>& input() const { return input_; }

  /// Outputs are the inputs. Cost of the first call: one look-up per site and tap.
  MapView<Dev> submanifold(const SitesPointer& sites, const Window<D>& window) {
    return {entry(sites, window, true).map, false};
  }

  /// The sites reached from `sites`, and the map there. Waits for the device at the first call.
  Level<D, Dev> strided(const SitesPointer& sites, const Window<D>& window) {
    const Entry& found = entry(sites, window, false);
    return {found.out, {found.map, false}};
  }

  /// The way back of strided(): the sites that led to `sites` by this window, and the map with the roles swapped.
  /// Throws InvalidArgument if no strided layer led here.
  Level<D, Dev> back(const SitesPointer& sites, const Window<D>& window) const {
    for (const Entry& candidate : entries_)
      if (candidate.out == sites && candidate.out != candidate.in && candidate.window == window)
        return {candidate.in, {candidate.map, true}};
    throw InvalidArgument(message("no strided layer with a window of ", to_string(window),
                                  " led to these sites, so there is no way back through it"));
  }

  /// Number of maps built so far.
  std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }

 private:
  struct Entry {
    SitesPointer in, out;  // held, so that an address names one object for as long as the rulebook lives
    Window<D> window;
    std::shared_ptr<Map<Dev>> map;
  };

  Entry& entry(const SitesPointer& in, const Window<D>& window, bool submanifold) {
    for (Entry& candidate : entries_)
      if (candidate.in == in && candidate.window == window && (candidate.out == in) == submanifold) return candidate;
    SitesPointer out = in;
    if (!submanifold) {
      std::optional<Point<D>> extent;
      if (in->extent()) extent = output_extent(*in->extent(), window);
      out = std::make_shared<const Sites<D, Dev>>(reach<D>(*device_, *in, window, extent));
    }
    auto map = std::make_shared<Map<Dev>>(*device_, make_rules<D>(*device_, *in, *out, window));
    return entries_.emplace_back(Entry{in, std::move(out), window, std::move(map)});
  }

  Dev* device_;
  InputSites<D, Dev> input_;
  std::vector<Entry> entries_;
};

}  // namespace scn

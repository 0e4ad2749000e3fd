// Every set of sites and every map of one input, each built once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "scn/core/host_pool.hpp"
#include "scn/geometry/randomized_stride.hpp"
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

namespace detail {

/// keep[row] = 1 for every output row of a map that meets an input.
struct MarkMet {
  std::uint8_t* keep;
  constexpr std::uint8_t start(std::int64_t, std::int64_t) const { return 0; }
  constexpr void step(std::uint8_t& met, std::int64_t, std::int64_t, std::int64_t) const { met = 1; }
  constexpr void finish(std::uint8_t met, std::int64_t row, std::int64_t) const { keep[row] = met; }
};

}  // namespace detail

/// Remembers, for one input, the maps between its levels. A map is found by identity: by which sites objects it joins
/// and by its window, never by size. Shared by all tensors derived from one input; belongs to one thread. Sites of
/// another input may take part (onto, unite, intersect); they are kept as long as the rulebook.
template <int D, Device Dev>
class Rulebook {
 public:
  using SitesPointer = std::shared_ptr<const Sites<D, Dev>>;

  Rulebook(Dev& device, InputSites<D, Dev> input)
      : device_(&device),
        input_(std::move(input)),
        entries_(host_allocator<Entry>(device)),
        combinations_(host_allocator<Combination>(device)),
        subsets_(host_allocator<Combination>(device)) {}

  Dev& device() const { return *device_; }
  /// The sites the input layer made, and the rows its points went to (null if it had no points).
  const InputSites<D, Dev>& input() const { return input_; }

  /// Outputs are the inputs. O(sites * taps) at the first call.
  MapView<Dev> submanifold(const SitesPointer& sites, const Window<D>& window) { return onto(sites, sites, window); }

  /// The outputs of a submanifold window: the sites themselves, or, with a stride, floor(in / stride).
  Level<D, Dev> centred(const SitesPointer& sites, const Window<D>& window) {
    if (window.stride == Point<D>(1)) return {sites, submanifold(sites, window)};
    return strided(sites, window);
  }

  /// The sites reached from `sites`, and the map there. A window of one tap that sees the site itself leads to the same
  /// sites. Waits for the device at the first call.
  Level<D, Dev> strided(const SitesPointer& sites, const Window<D>& window) {
    if (window.is_identity()) return {sites, submanifold(sites, window)};
    if (const Entry* known = find(Kind::strided, sites, nullptr, window)) return {known->out, {known->map, false}};
    std::optional<Point<D>> extent;
    if (sites->extent()) extent = output_extent(*sites->extent(), window);
    auto out = make_handle<const Sites<D, Dev>>(*device_, reach<D>(*device_, *sites, window, extent));
    const Entry& made = add(Kind::strided, sites, std::move(out), window);
    return {made.out, {made.map, false}};
  }

  /// strided() with the starts of its outputs drawn at random: floor(n / 3) of the n - 1 steps of each axis are stride
  /// - 1, as many are stride + 1, the others stride, in an order that follows from (seed, draw, axis) alone. Layers
  /// with this window on these sites share the first draw, so that their outputs are on the same sites. Throws
  /// InvalidArgument where the sites have no extent, since then n is unknown.
  Level<D, Dev> randomized(const SitesPointer& sites, const Window<D>& window, std::uint64_t seed, std::uint64_t draw) {
    for (const Entry& entry : entries_)
      if (entry.kind == Kind::strided && entry.in == sites && entry.window.randomised() &&
          without_starts(entry.window) == window)
        return {entry.out, {entry.map, false}};
    require(sites->extent().has_value(), "a randomised stride needs sites with an extent");
    return strided(sites, randomized_window(window, output_extent(*sites->extent(), window), seed, draw));
  }

  /// The way back of strided() and randomized(): the sites that led to `sites` by this window, and the map with the
  /// roles swapped. Throws InvalidArgument if no strided layer led here.
  Level<D, Dev> back(const SitesPointer& sites, const Window<D>& window) {
    for (const Entry& entry : entries_)
      if (entry.kind == Kind::strided && entry.out == sites && without_starts(entry.window) == window)
        return {entry.in, {entry.map, true}};
    if (window.is_identity()) return {sites, submanifold(sites, window)};
    throw InvalidArgument(message("no strided layer with a window of ", to_string(window),
                                  " led to these sites, so there is no way back through it"));
  }

  /// Every site that a window of `sites` sees, and the map there: the sites of a full convolution. A window of one tap
  /// that sees the site itself leads to the same sites. Waits for the device at the first call.
  Level<D, Dev> full(const SitesPointer& sites, const Window<D>& window) {
    require_no_starts(window);
    if (window.is_identity()) return {sites, submanifold(sites, window)};
    if (const Entry* known = find(Kind::full, nullptr, sites, window)) return {known->in, {known->map, true}};
    std::optional<Point<D>> extent;
    if (sites->extent()) extent = input_extent(*sites->extent(), window);
    for (int axis = 0; extent && axis < D; ++axis)
      if ((*extent)[axis] < 1)
        throw InvalidArgument(message("the padding of a window of ", to_string(window),
                                      " leaves nothing of the extent ", to_string(*sites->extent())));
    auto fine = make_handle<const Sites<D, Dev>>(*device_, expand<D>(*device_, *sites, window, extent));
    const Entry& made = add(Kind::full, std::move(fine), sites, window);
    return {made.in, {made.map, true}};
  }

  /// The map from `in` to sites that somebody else has made.
  MapView<Dev> onto(const SitesPointer& in, const SitesPointer& out, const Window<D>& window) {
    return {given(in, out, window).map, false};
  }

  /// The same relation with the roles swapped: `in` are its outputs, coarse where there is a stride.
  MapView<Dev> back_onto(const SitesPointer& in, const SitesPointer& out, const Window<D>& window) {
    return {given(out, in, window).map, true};
  }

  /// The sites whose byte in `keep` is not 0. The rulebook remembers where they come from: see derives(). Waits.
  SitesPointer subset(const SitesPointer& sites, const Buffer<std::uint8_t, Dev>& keep) {
    auto kept = make_handle<const Sites<D, Dev>>(*device_, select<D>(*device_, *sites, keep));
    subsets_.push_back({sites, nullptr, kept, false});
    return kept;
  }

  /// Whether `sites` are `of`, or come from them by subset().
  bool derives(SitesPointer sites, const SitesPointer& of) const {
    for (auto made = subsets_.rbegin(); made != subsets_.rend(); ++made)
      if (sites != of && made->out == sites) sites = made->a;
    return sites == of;
  }

  /// The sites that are in `a` or in `b`, the same object for every call. Waits at the first. Throws InvalidArgument
  /// where the extents differ, and where only the device knows how many sites there are.
  SitesPointer unite(const SitesPointer& a, const SitesPointer& b) {
    return combine(a, b, true, [&] {
      const Rows first = a->rows(), second = b->rows();
      require(first.exact == nullptr && second.exact == nullptr,
              "sites of a device with Limits cannot be united: only the device knows how many there are");
      Buffer<Site<D>, Dev> all(*device_, first.bound + second.bound);
      constexpr std::int64_t bytes = sizeof(Site<D>);
      if (first.bound > 0) copy_memory(*device_, all.data(), a->data(), first.bound * bytes);
      if (second.bound > 0) copy_memory(*device_, all.data() + first.bound, b->data(), second.bound * bytes);
      const std::int64_t samples = std::max(a->samples(), b->samples());
      return make_sites<D>(*device_, all, a->extent(), samples, Duplicates::first).sites;
    });
  }

  /// The sites that are in `a` and in `b`, with as many samples as the larger has; the same object for every call.
  /// Waits at the first.
  SitesPointer intersect(const SitesPointer& a, const SitesPointer& b) {
    if (a->samples() < b->samples()) return intersect(b, a);
    return combine(a, b, false, [&] {
      Buffer<std::uint8_t, Dev> keep(*device_, a->rows().bound);
      fold(*device_, onto(b, a, Window<D>{}).rules(), 1, detail::MarkMet{keep.data()});
      return make_handle<const Sites<D, Dev>>(*device_, select<D>(*device_, *a, keep));
    });
  }

  /// Forgets all sites and maps and goes on with another input. Sites and maps that nobody else holds give their memory
  /// back to the device; the lists they stood in stay for the next ones.
  void reset(InputSites<D, Dev> input = {}) {
    entries_.clear();
    combinations_.clear();
    subsets_.clear();
    input_ = std::move(input);
  }

  /// Number of maps built so far.
  std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }

 private:
  enum class Kind { given, strided, full };
  struct Entry {
    Kind kind;
    SitesPointer in, out;  // held, so that an address names one object for as long as the rulebook lives
    Window<D> window;
    std::shared_ptr<Map<Dev>> map;
  };
  struct Combination {  // of a and b; or a subset of a
    SitesPointer a, b, out;
    bool all;
  };

  /// Null stands for any sites.
  const Entry* find(Kind kind, const SitesPointer& in, const SitesPointer& out, const Window<D>& window) const {
    for (const Entry& entry : entries_)
      if (entry.kind == kind && (!in || entry.in == in) && (!out || entry.out == out) && entry.window == window)
        return &entry;
    return nullptr;
  }
  const Entry& add(Kind kind, SitesPointer in, SitesPointer out, const Window<D>& window) {
    auto map = make_handle<Map<Dev>>(*device_, *device_, make_rules<D>(*device_, *in, *out, window));
    return entries_.emplace_back(Entry{kind, std::move(in), std::move(out), window, std::move(map)});
  }
  const Entry& given(const SitesPointer& in, const SitesPointer& out, const Window<D>& window) {
    require_no_starts(window);
    const Entry* known = find(Kind::given, in, out, window);
    return known != nullptr ? *known : add(Kind::given, in, out, window);
  }
  template <class Make>
  SitesPointer combine(const SitesPointer& a, const SitesPointer& b, bool all, const Make& make) {
    if (a == b) return a;
    for (const Combination& known : combinations_)
      if (known.all == all && ((known.a == a && known.b == b) || (known.a == b && known.b == a))) return known.out;
    const auto extent_of = [](const Sites<D, Dev>& of) { return of.extent() ? to_string(*of.extent()) : "none"; };
    if (a->extent() != b->extent())
      throw InvalidArgument(
          message("sites within different extents cannot be put together: ", extent_of(*a), " and ", extent_of(*b)));
    return combinations_.emplace_back(Combination{a, b, make(), all}).out;
  }
  static void require_no_starts(const Window<D>& window) {
    if (window.randomised())  // no text is made for those that are right
      throw InvalidArgument(
          message("a window with a table of starts has the outputs of that table, and no others: ", to_string(window)));
  }
  static Window<D> without_starts(Window<D> window) {
    window.starts = {};
    return window;
  }

  Dev* device_;
  InputSites<D, Dev> input_;
  HostVector<Entry> entries_;
  HostVector<Combination> combinations_, subsets_;
};

}  // namespace scn

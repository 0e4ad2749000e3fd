// Oracle of the maps between sites: output sites, and the set of (tap, in, out) pairs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "oracle_sites.hpp"
#include "oracle_window.hpp"

/// Use: describe the window, ask for the outputs, then for the pairs, and compare sets or numbered rows:
///
///   const auto window = oracle::strided_window({3, 3}, {2, 2});
///   const auto coarse = oracle::reached(fine, window);                   // or oracle::reached(fine, window, extent)
///   const auto pairs = oracle::pairs_between(fine, coarse, window);      // a set of (tap, in, out)
///   const auto rows = oracle::numbered(pairs, oracle::in_row_order(fine), oracle::in_row_order(coarse));
///   const auto back = oracle::transposed(pairs);
namespace oracle {

/// Every site that sees an input under at least one tap, inside the output extent if the inputs have an extent.
inline SiteSet reached(const SiteSet& inputs, const Window& window, const Axes& extent = {}) {
  const Axes limits = output_extent(extent, window);
  SiteSet outputs;
  for (const Site& in : inputs)
    for (std::int64_t tap = 0; tap < volume(window); ++tap)
      for (const Site& out : outputs_of(window, in, tap))
        if (inside(out, limits)) outputs.insert(out);
  return outputs;
}

/// Every site that an output sees under at least one tap, inside the input extent if the outputs have an extent: the
/// sites of a full convolution.
inline SiteSet seen(const SiteSet& outputs, const Window& window, const Axes& extent = {}) {
  const Axes limits = input_extent(extent, window);
  SiteSet inputs;
  for (const Site& out : outputs)
    for (std::int64_t tap = 0; tap < volume(window); ++tap)
      if (const auto in = input_of(window, out, tap); in && inside(*in, limits)) inputs.insert(*in);
  return inputs;
}

/// MinkowskiEngine's rule: floor(in / stride), whatever the taps reach; never outside ceil(extent / stride).
inline SiteSet floored(const SiteSet& inputs, const Window& window) {
  SiteSet outputs;
  for (const Site& in : inputs) {
    Site out{in.sample, {}};
    for (std::size_t axis = 0; axis < window.dimension(); ++axis)
      out.at.push_back(static_cast<std::int32_t>(floor_divide(in.at[axis], window.stride[axis])));
    outputs.insert(out);
  }
  return outputs;
}

/// Output `out` sees input `in` through `tap`.
struct Pair {
  std::int64_t tap = 0;
  Site in, out;

  friend bool operator==(const Pair& a, const Pair& b) { return a.tap == b.tap && a.in == b.in && a.out == b.out; }
  friend bool operator<(const Pair& a, const Pair& b) {
    return std::tie(a.tap, a.out, a.in) < std::tie(b.tap, b.out, b.in);
  }
};

using Pairs = std::set<Pair>;

/// The relation by looking up every tap of every output.
inline Pairs pairs_by_taps(const SiteSet& inputs, const SiteSet& outputs, const Window& window) {
  Pairs pairs;
  for (const Site& out : outputs)
    for (std::int64_t tap = 0; tap < volume(window); ++tap)
      if (const auto in = input_of(window, out, tap); in && inputs.count(*in) == 1) pairs.insert({tap, *in, out});
  return pairs;
}

/// The relation by asking every input and output for their tap.
inline Pairs pairs_by_sites(const SiteSet& inputs, const SiteSet& outputs, const Window& window) {
  Pairs pairs;
  for (const Site& out : outputs)
    for (const Site& in : inputs)
      if (const auto tap = tap_between(window, in, out)) pairs.insert({*tap, in, out});
  return pairs;
}

/// All pairs of the relation, by whichever way is shorter.
inline Pairs pairs_between(const SiteSet& inputs, const SiteSet& outputs, const Window& window) {
  return static_cast<std::int64_t>(inputs.size()) < volume(window) ? pairs_by_sites(inputs, outputs, window)
                                                                   : pairs_by_taps(inputs, outputs, window);
}

/// The same taps with inputs and outputs exchanged.
inline Pairs transposed(const Pairs& pairs) {
  Pairs result;
  for (const Pair& pair : pairs) result.insert({pair.tap, pair.out, pair.in});
  return result;
}

/// A pair by row numbers, as the library lists it.
struct NumberedPair {
  std::int64_t tap = 0, in = 0, out = 0;

  friend bool operator==(const NumberedPair& a, const NumberedPair& b) {
    return a.tap == b.tap && a.in == b.in && a.out == b.out;
  }
};

/// Pairs by the positions of their sites in two lists, sorted by (tap, out, in).
inline std::vector<NumberedPair> numbered(const Pairs& pairs, const std::vector<Site>& inputs,
                                          const std::vector<Site>& outputs) {
  std::map<Site, std::int64_t> in_row, out_row;
  for (const Site& site : inputs) in_row.emplace(site, static_cast<std::int64_t>(in_row.size()));
  for (const Site& site : outputs) out_row.emplace(site, static_cast<std::int64_t>(out_row.size()));
  std::vector<NumberedPair> result;
  for (const Pair& pair : pairs) result.push_back({pair.tap, in_row.at(pair.in), out_row.at(pair.out)});
  std::sort(result.begin(), result.end(), [](const NumberedPair& a, const NumberedPair& b) {
    return std::tie(a.tap, a.out, a.in) < std::tie(b.tap, b.out, b.in);
  });
  return result;
}

}  // namespace oracle

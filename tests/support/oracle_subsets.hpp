// Oracle of tensors that are cut down, put together, or copied over one another: maps from sites to rows.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "oracle_sites.hpp"

/// Use: `on_sites(x, sites, channels)` has zeros where x has no row; `kept(x, [](const Site& site, const Channels& row)
/// { ... })`; `copied(from, to)`; `united({a, b})` and `intersected({a, b})` are sets of sites.
namespace oracle {

inline Features on_sites(const Features& x, const SiteSet& sites, std::size_t channels) {
  Features y = zeros(sites, channels);
  for (const auto& [site, row] : x)
    if (sites.contains(site)) y[site] = row;
  return y;
}

inline Features kept(const Features& x, const std::function<bool(const Site&, const Channels&)>& keep) {
  Features y;
  for (const auto& [site, row] : x)
    if (keep(site, row)) y[site] = row;
  return y;
}

/// The features of `from` at the sites that both have, else those of `to`.
inline Features copied(const Features& from, const Features& to) {
  Features y = to;
  for (auto& [site, row] : y)
    if (from.contains(site)) row = from.at(site);
  return y;
}

inline SiteSet united(const std::vector<Features>& all) {
  SiteSet sites;
  for (const Features& x : all)
    for (const auto& [site, row] : x) sites.insert(site);
  return sites;
}

inline SiteSet intersected(const std::vector<Features>& all) {
  SiteSet sites;
  for (const Site& site : united(all)) {
    bool everywhere = true;
    for (const Features& x : all) everywhere = everywhere && x.contains(site);
    if (everywhere) sites.insert(site);
  }
  return sites;
}

}  // namespace oracle

// Random sites and values that are the same for a seed everywhere, and guards against cases that prove nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "oracle_maps.hpp"
#include "oracle_sites.hpp"

/// Use:
///
///   oracle::Random random(seed);                                        // with INFO("seed " << seed)
///   const auto sites = oracle::random_sites(random, {.dimension = 3, .count = 60, .samples = 2});
///   const auto x = oracle::features_of(sites, oracle::rows_of(oracle::random_integers(random, 60 * 4), 4));
///   ...
///   REQUIRE(oracle::vacuity(pairs, y) == "");
///
/// Small integers make every sum exact in float, so results can be required to be equal.
namespace oracle {

/// Draws by integer arithmetic alone, as the distributions of the standard library differ from one to the next.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// An integer in [low, high]; the bias of the remainder is below 2^-31 for ranges below 2^33.
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    const std::uint64_t range = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(engine_() % range);
  }

  /// A multiple of 2^-20 in [-1, 1], so that float holds it exactly.
  double real() { return static_cast<double>(integer(-(1 << 20), 1 << 20)) / (1 << 20); }

 private:
  std::mt19937_64 engine_;
};

/// Sites lie in low <= coordinate <= high; about one in `cluster` begins a new cluster, the others lie a few unit steps
/// from an earlier one.
struct SiteSettings {
  int dimension = 3;
  std::size_t count = 50;
  std::int32_t samples = 1;
  std::int32_t low = -8, high = 8;
  std::int64_t cluster = 16;
};

/// Distinct sites in the order of their drawing, which is no order of the library; every sample has some if count
/// allows. Throws std::invalid_argument if the box is not at least twice as large as the count.
inline std::vector<Site> random_sites(Random& random, const SiteSettings& settings) {
  double room = settings.samples;
  for (int axis = 0; axis < settings.dimension; ++axis) room *= static_cast<double>(settings.high) - settings.low + 1;
  if (room < 2 * static_cast<double>(settings.count)) throw std::invalid_argument("random_sites: the box is too small");
  std::vector<Site> sites;
  SiteSet seen;
  while (sites.size() < settings.count) {
    const std::int64_t drawn = static_cast<std::int64_t>(sites.size());
    Site site;
    if (drawn < settings.samples || random.integer(1, settings.cluster) == 1) {
      site.sample =
          static_cast<std::int32_t>(drawn < settings.samples ? drawn : random.integer(0, settings.samples - 1));
      for (int axis = 0; axis < settings.dimension; ++axis)
        site.at.push_back(static_cast<std::int32_t>(random.integer(settings.low, settings.high)));
    } else {
      site = sites[static_cast<std::size_t>(random.integer(0, drawn - 1))];
      for (std::int64_t move = random.integer(1, settings.dimension); move > 0; --move) {
        std::int32_t& coordinate = site.at[static_cast<std::size_t>(random.integer(0, settings.dimension - 1))];
        const std::int64_t moved = coordinate + (random.integer(0, 1) == 0 ? -1 : 1);
        if (moved >= settings.low && moved <= settings.high) coordinate = static_cast<std::int32_t>(moved);
      }
    }
    if (seen.insert(site).second) sites.push_back(site);
  }
  return sites;
}

/// The points with about half as many repetitions mixed in, for the rules of duplicates.
inline std::vector<Site> with_repetitions(Random& random, const std::vector<Site>& sites) {
  std::vector<Site> points;
  for (const Site& site : sites) {
    points.push_back(site);
    const std::int64_t last = static_cast<std::int64_t>(points.size()) - 1;
    if (random.integer(0, 1) == 1) points.push_back(Site(points[static_cast<std::size_t>(random.integer(0, last))]));
  }
  return points;
}

/// Integers in [-bound, bound] as doubles.
inline std::vector<double> random_integers(Random& random, std::size_t count, std::int64_t bound = 4) {
  std::vector<double> values(count);
  for (double& value : values) value = static_cast<double>(random.integer(-bound, bound));
  return values;
}

/// Multiples of 2^-20 in [-1, 1].
inline std::vector<double> random_reals(Random& random, std::size_t count) {
  std::vector<double> values(count);
  for (double& value : values) value = random.real();
  return values;
}

/// The part of the values that is not 0; 0 if there are none.
inline double nonzero_part(const std::vector<double>& values) {
  std::size_t nonzero = 0;
  for (const double value : values)
    if (value != 0) ++nonzero;
  return values.empty() ? 0 : static_cast<double>(nonzero) / static_cast<double>(values.size());
}

/// "" if a case proves something: it has pairs, and at least 30 % of the outputs are not 0. Otherwise why not.
inline std::string vacuity(std::size_t pairs, const std::vector<double>& outputs) {
  if (pairs == 0) return "no pairs";
  if (nonzero_part(outputs) < 0.3) return "only " + std::to_string(nonzero_part(outputs)) + " of the outputs are not 0";
  return "";
}

inline std::string vacuity(const Pairs& pairs, const Features& outputs) {
  std::vector<double> values;
  for (const auto& [site, row] : outputs) values.insert(values.end(), row.begin(), row.end());
  return vacuity(pairs.size(), values);
}

}  // namespace oracle

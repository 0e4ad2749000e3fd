// Lists of points of one length with padding in them, for the tests of the layers that take and give such lists.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "library.hpp"
#include "oracle_points.hpp"
#include "random_cases.hpp"
#include "scn/geometry/sites.hpp"

namespace padded_lists {

inline const std::vector<std::pair<scn::Duplicates, oracle::Duplicates>> ways{
    {scn::Duplicates::reject, oracle::Duplicates::reject},
    {scn::Duplicates::first, oracle::Duplicates::first},
    {scn::Duplicates::last, oracle::Duplicates::last},
    {scn::Duplicates::sum, oracle::Duplicates::sum},
    {scn::Duplicates::mean, oracle::Duplicates::mean}};

/// Three lists, of which the second is all padding. `place[i]` is where the i-th point that is no padding stands.
template <int D>
struct Lists {
  std::int64_t samples = 3, length = 0;
  std::vector<scn::Point<D>> points;
  std::vector<oracle::Site> sites;  ///< of the points that are no padding
  std::vector<std::size_t> place;

  explicit Lists(scn::Duplicates way) {
    oracle::Random random(D);
    std::vector<oracle::Site> of_sample[3];
    auto all = oracle::random_sites(
        random, {.dimension = D, .count = std::size_t{D == 1 ? 8 : 20}, .samples = 2, .low = 0, .high = 8});
    if (way != scn::Duplicates::reject) all = oracle::with_repetitions(random, all);
    for (oracle::Site& site : all) of_sample[site.sample *= 2].push_back(site);
    length = static_cast<std::int64_t>(of_sample[0].size() + of_sample[2].size());  // so that every list has padding
    for (const auto& list : of_sample) {
      const std::size_t end = points.size() + static_cast<std::size_t>(length);
      for (const oracle::Site& site : list) {
        if (random.integer(0, 2) == 0 && end - points.size() > list.size()) pad(random);
        place.push_back(points.size());
        sites.push_back(site);
        points.push_back(oracle::as<scn::Site<D>>(site).at);
      }
      while (points.size() < end) pad(random);
    }
  }

  /// The rows at the places of points.
  oracle::Rows kept(const oracle::Rows& rows) const {
    oracle::Rows result;
    for (const std::size_t at : place) result.push_back(rows.at(at));
    return result;
  }
  /// Rows of points in their places, zeros in the others.
  oracle::Rows padded(const oracle::Rows& rows, std::size_t channels) const {
    oracle::Rows result(points.size(), oracle::Channels(channels, 0.0));
    for (std::size_t i = 0; i < place.size(); ++i) result[place[i]] = rows.at(i);
    return result;
  }

 private:
  /// A first coordinate below 0 and anything behind it.
  void pad(oracle::Random& random) {
    scn::Point<D> point(static_cast<std::int32_t>(random.integer(-3, 9)));
    point[0] = static_cast<std::int32_t>(random.integer(-2, -1));
    points.push_back(point);
  }
};

}  // namespace padded_lists

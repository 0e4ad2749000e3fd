// The relation between sites that a convolution joins, described in any dimension without the library.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/oracle_maps.hpp"

namespace properties {

using oracle::Axes;
using oracle::Site;
using oracle::SiteSet;

/// submanifold and convolution go from fine sites to coarse ones, deconvolution and full the other way. A submanifold
/// convolution with a stride has its outputs at floor(in / stride).
enum class Kind { submanifold, convolution, deconvolution, full };

/// How a user would name the taps. `written` has them listed in a Window.
enum class Shape { box, cross, ball, list, written };

/// fine = stride * coarse + dilation * tap - pad for each of `taps`, positions in the order of the weights.
struct Relation {
  Kind kind = Kind::submanifold;
  Shape shape = Shape::box;
  oracle::Window window = {};
  std::vector<Axes> taps = {};
  double radius = 0;  ///< of a ball

  std::size_t dimension() const { return window.dimension(); }
  bool gathers() const { return kind == Kind::submanifold || kind == Kind::convolution; }
  bool strided() const {
    return std::any_of(window.stride.begin(), window.stride.end(), [](std::int64_t stride) { return stride > 1; });
  }

  /// Where a tap leads from stride * coarse.
  std::int64_t offset(std::size_t tap, std::size_t axis) const {
    return window.dilation[axis] * taps[tap][axis] - window.pad[axis];
  }
};

/// The fine site that a tap of a coarse site leads to; none beyond int32.
inline std::optional<Site> fine_of(const Relation& relation, const Site& coarse, std::size_t tap) {
  Site fine = coarse;
  for (std::size_t axis = 0; axis < relation.dimension(); ++axis) {
    const std::int64_t at = relation.window.stride[axis] * coarse.at[axis] + relation.offset(tap, axis);
    if (!oracle::is_coordinate(at)) return std::nullopt;
    fine.at[axis] = static_cast<std::int32_t>(at);
  }
  return fine;
}

/// The coarse site whose tap leads to a fine one; none where the stride does not fit.
inline std::optional<Site> coarse_of(const Relation& relation, const Site& fine, std::size_t tap) {
  Site coarse = fine;
  for (std::size_t axis = 0; axis < relation.dimension(); ++axis) {
    const std::int64_t multiple = fine.at[axis] - relation.offset(tap, axis), stride = relation.window.stride[axis];
    const std::int64_t at = oracle::floor_divide(multiple, stride);
    if (at * stride != multiple || !oracle::is_coordinate(at)) return std::nullopt;
    coarse.at[axis] = static_cast<std::int32_t>(at);
  }
  return coarse;
}

/// The coarse sites that a layer makes of fine ones.
inline SiteSet coarse_sites(const Relation& relation, const SiteSet& fine) {
  if (relation.kind == Kind::submanifold) return oracle::floored(fine, relation.window);
  SiteSet coarse;
  for (const Site& site : fine)
    for (std::size_t tap = 0; tap < relation.taps.size(); ++tap)
      if (const auto found = coarse_of(relation, site, tap)) coarse.insert(*found);
  return coarse;
}

/// The fine sites that a full convolution makes of coarse ones.
inline SiteSet fine_sites(const Relation& relation, const SiteSet& coarse) {
  SiteSet fine;
  for (const Site& site : coarse)
    for (std::size_t tap = 0; tap < relation.taps.size(); ++tap)
      if (const auto found = fine_of(relation, site, tap)) fine.insert(*found);
  return fine;
}

/// All pairs of the relation, the fine site being the input.
inline oracle::Pairs pairs_between(const Relation& relation, const SiteSet& fine, const SiteSet& coarse) {
  oracle::Pairs pairs;
  for (const Site& out : coarse)
    for (std::size_t tap = 0; tap < relation.taps.size(); ++tap)
      if (const auto in = fine_of(relation, out, tap); in && fine.count(*in) == 1)
        pairs.insert({static_cast<std::int64_t>(tap), *in, out});
  return pairs;
}

/// Every position of a box, row-major.
inline std::vector<Axes> box_taps(const oracle::Window& window) {
  std::vector<Axes> taps;
  for (std::int64_t tap = 0; tap < oracle::volume(window); ++tap) taps.push_back(oracle::tap_indices(window, tap));
  return taps;
}

/// Those of a box that lie on an axis through its centre.
inline std::vector<Axes> cross_taps(const oracle::Window& window) {
  std::vector<Axes> taps;
  for (const Axes& at : box_taps(window)) {
    int away = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) away += at[axis] != window.size[axis] / 2;
    if (away <= 1) taps.push_back(at);
  }
  return taps;
}

/// Those of a box that lie within a distance of its centre.
inline std::vector<Axes> ball_taps(const oracle::Window& window, double radius) {
  std::vector<Axes> taps;
  for (const Axes& at : box_taps(window)) {
    std::int64_t square = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      const std::int64_t distance = at[axis] - window.size[axis] / 2;
      square += distance * distance;
    }
    if (static_cast<double>(square) <= radius * radius) taps.push_back(at);
  }
  return taps;
}

inline std::string text(const Axes& axes) {
  std::string joined;
  for (const std::int64_t number : axes) joined += (joined.empty() ? "(" : ", ") + std::to_string(number);
  return joined + ")";
}

inline std::string text(const Relation& relation) {
  static const char* const kinds[] = {"submanifold", "convolution", "deconvolution", "full"};
  static const char* const shapes[] = {"box", "cross", "ball", "list", "written"};
  const oracle::Window& window = relation.window;
  return std::string(kinds[static_cast<int>(relation.kind)]) + ", " + shapes[static_cast<int>(relation.shape)] +
         " of " + std::to_string(relation.taps.size()) + " taps, size " + text(window.size) + ", stride " +
         text(window.stride) + ", dilation " + text(window.dilation) + ", pad " + text(window.pad);
}

}  // namespace properties

// Tests of turning a picture of a brain into sites and back, and of its score.
#include "support/brain.hpp"

#include <vector>

#include "catch.hpp"

namespace {

using support::BrainPart;
using support::Volume;

/// 3 x 2 x 1 voxels at two moments.
Volume small() { return {{3, 2, 1, 2}, {250, 0, 500, 200, 1000, 750, 0, 0, 0, 0, 0, 300}}; }

bool same(const scn::Site<4>& site, const scn::Point<4>& at) { return site.sample == 0 && site.at == at; }

}  // namespace

TEST_CASE("voxels above the threshold in the asked range of x become sites, moment by moment") {
  const BrainPart part = support::brain_part(small(), 1, 3);
  REQUIRE(part.sites.size() == 4);
  CHECK(part.values == std::vector<float>{1, 2, 1.5f, 0.6f});
  CHECK(same(part.sites[0], {2, 0, 0, 0}));
  CHECK(same(part.sites[1], {1, 1, 0, 0}));
  CHECK(same(part.sites[2], {2, 1, 0, 0}));
  CHECK(same(part.sites[3], {2, 1, 0, 1}));
}

TEST_CASE("a pose mirrors the whole picture, then shifts it") {
  const BrainPart part =
      support::brain_part(small(), 0, 1, {.mirrored_x = true, .mirrored_y = true, .shift = {10, 20, 30, 1}});
  REQUIRE(part.sites.size() == 1);
  CHECK(same(part.sites[0], {12, 21, 30, 1}));
  CHECK(part.values == std::vector<float>{0.5f});
}

TEST_CASE("a part goes back to where it came from, and what lies outside is left out") {
  const Volume volume = small();
  BrainPart part = support::brain_part(volume, 0, 3);
  part.sites.push_back({0, {3, 0, 0, 0}});
  part.sites.push_back({0, {0, -1, 0, 0}});
  part.values.insert(part.values.end(), {7, 8});
  const Volume back = support::to_volume(part, volume.extent);
  CHECK(back.values == std::vector<float>{250, 0, 500, 0, 1000, 750, 0, 0, 0, 0, 0, 300});
}

TEST_CASE("a part is perfect for itself and worth nothing when it is empty") {
  const Volume volume = small();
  const BrainPart part = support::brain_part(volume, 0, 3);
  const auto perfect = support::score(part, part, volume.extent), nothing = support::score(part, {}, volume.extent);
  CHECK(perfect.f1 == 1);
  CHECK(perfect.relative_error == 0);
  CHECK(nothing.f1 == 0);
  CHECK(nothing.relative_error == 1);
}

TEST_CASE("sites of one part alone count against both scores") {
  const BrainPart truth{{{0, {0, 0, 0, 0}}, {0, {1, 0, 0, 0}}}, {3, 4}};
  const BrainPart found{{{0, {0, 0, 0, 0}}, {0, {2, 0, 0, 0}}, {0, {2, 1, 0, 1}}}, {2, 2, 2}};
  const auto [f1, relative_error] = support::score(truth, found, {3, 2, 1, 2});
  CHECK(f1 == Approx(2.0 / 5));                                         // one of 2 and one of 3
  CHECK(relative_error == Approx(std::sqrt((1.0 + 16 + 4 + 4) / 25)));  // of (3, 4)
}

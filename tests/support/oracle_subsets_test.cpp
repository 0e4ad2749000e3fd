// Tests of the oracle of subsets and unions on sites of a line.
#include "oracle_subsets.hpp"

#include "catch.hpp"

namespace {

using oracle::Features;
using oracle::SiteSet;

const Features a{{{0, {1}}, {1}}, {{0, {2}}, {2}}, {{1, {2}}, {3}}};
const Features b{{{0, {2}}, {20}}, {{1, {2}}, {30}}, {{1, {5}}, {40}}};

TEST_CASE("The oracle's union has the sites of either, and its intersection those of both", "[oracle]") {
  CHECK(oracle::united({a, b}) == SiteSet{{0, {1}}, {0, {2}}, {1, {2}}, {1, {5}}});
  CHECK(oracle::intersected({a, b}) == SiteSet{{0, {2}}, {1, {2}}});
}

TEST_CASE("The oracle's features on other sites are zero where there are none", "[oracle]") {
  CHECK(oracle::on_sites(a, {{0, {2}}, {1, {5}}}, 1) == Features{{{0, {2}}, {2}}, {{1, {5}}, {0}}});
}

TEST_CASE("The oracle keeps what it is told to", "[oracle]") {
  CHECK(oracle::kept(a, [](const auto& site, const auto& row) { return site.sample == 0 && row[0] > 1; }) ==
        Features{{{0, {2}}, {2}}});
}

TEST_CASE("The oracle's copy leaves the receiver's own features where the source has no site", "[oracle]") {
  CHECK(oracle::copied(a, b) == Features{{{0, {2}}, {2}}, {{1, {2}}, {3}}, {{1, {5}}, {40}}});
}

}  // namespace

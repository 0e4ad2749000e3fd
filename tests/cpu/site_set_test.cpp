// Tests of numbering distinct sites.
#include "scn/cpu/site_set.hpp"

#include <cstdint>
#include <limits>
#include <memory>

#include "catch.hpp"

namespace {

using namespace scn;

TEST_CASE("Sites are numbered in the order in which they first come", "[cpu]") {
  cpu::SiteSet<2> set(std::make_shared<HostPool>());
  CHECK(set.insert({0, {3, 4}}) == 0);
  CHECK(set.insert({0, {4, 3}}) == 1);
  CHECK(set.insert({1, {3, 4}}) == 2);
  CHECK(set.insert({0, {3, 4}}) == 0);
  CHECK(set.insert({1, {3, 4}}) == 2);
  CHECK(set.size() == 3);
  CHECK(set.sites()[1] == Site<2>{0, {4, 3}});
}

TEST_CASE("Numbers stay when the table grows, and the ends of int32 are sites like others", "[cpu][RC-22]") {
  cpu::SiteSet<1> set(std::make_shared<HostPool>());
  CHECK(set.insert({0, {std::numeric_limits<std::int32_t>::min()}}) == 0);
  for (std::int32_t i = 1; i < 5000; ++i)
    REQUIRE(set.insert({0, {std::numeric_limits<std::int32_t>::max() - 7 * i}}) == i);
  for (std::int32_t i = 1; i < 5000; ++i)
    REQUIRE(set.insert({0, {std::numeric_limits<std::int32_t>::max() - 7 * i}}) == i);
  CHECK(set.size() == 5000);
}

}  // namespace

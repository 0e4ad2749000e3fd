// Tests of the oracle's sites: Z-order by hand, row order, and the way between rows and features.
#include "oracle_sites.hpp"

#include <limits>

#include "catch.hpp"

namespace {

using oracle::Site;

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

struct ForeignSite {
  std::int32_t sample;
  std::int32_t at[2];
};

TEST_CASE("The oracle interleaves the bits of the biased coordinates with axis 0 first", "[oracle]") {
  const std::string zeros(56, '0');
  CHECK(oracle::interleaved_bits({0}) == "1" + std::string(31, '0'));
  CHECK(oracle::interleaved_bits({-1}) == "0" + std::string(31, '1'));
  CHECK(oracle::interleaved_bits({lowest}) == std::string(32, '0'));
  CHECK(oracle::interleaved_bits({highest}) == std::string(32, '1'));
  // Axis 0 is 2 = 0010, axis 1 is 5 = 0101: bits 3 to 0 interleave to 00 01 10 01.
  CHECK(oracle::interleaved_bits({2, 5}) == "11" + zeros.substr(2) + "00011001");
}

TEST_CASE("The oracle's row order is the Z of a block of sites", "[oracle]") {
  const std::vector<Site> expected{{0, {-1, -1}}, {0, {-1, 0}}, {0, {0, -1}}, {0, {0, 0}}, {0, {0, 1}}, {0, {1, 0}},
                                   {0, {1, 1}},   {0, {0, 2}},  {0, {0, 3}},  {0, {1, 3}}, {0, {2, 0}}, {0, {7, 7}}};
  std::vector<Site> reversed(expected.rbegin(), expected.rend());
  CHECK(oracle::in_row_order(reversed) == expected);
  for (std::size_t row = 1; row < expected.size(); ++row) {
    CHECK(oracle::z_order_less(expected[row - 1], expected[row]));
    CHECK_FALSE(oracle::z_order_less(expected[row], expected[row - 1]));
  }
}

TEST_CASE("The oracle's row order puts the sample before the point and the ends of int32 at the ends", "[oracle]") {
  const std::vector<Site> expected{{0, {lowest}}, {0, {-1}}, {0, {0}}, {0, {highest}}, {1, {lowest}}, {highest, {-5}}};
  CHECK(oracle::in_row_order(std::vector<Site>(expected.rbegin(), expected.rend())) == expected);
}

TEST_CASE("The oracle's row order lists a repeated site once", "[oracle]") {
  CHECK(oracle::in_row_order(std::vector<Site>{{0, {4}}, {0, {2}}, {0, {4}}}) == std::vector<Site>{{0, {2}}, {0, {4}}});
}

TEST_CASE("The oracle reads and writes foreign sites by sample and axis", "[oracle]") {
  const Site site = oracle::site_of(ForeignSite{3, {-4, 5}}, 2);
  CHECK(site == Site{3, {-4, 5}});
  const auto foreign = oracle::as<ForeignSite>(site);
  CHECK(foreign.sample == 3);
  CHECK(foreign.at[0] == -4);
  CHECK(foreign.at[1] == 5);
}

TEST_CASE("The oracle's features keep the rows that belong to the sites", "[oracle]") {
  const std::vector<Site> sites{{0, {9}}, {0, {1}}};
  const auto features = oracle::features_of(sites, oracle::rows_of(std::vector<float>{1, 2, 3, 4}, 2));
  CHECK(features.at({0, {9}}) == oracle::Channels{1, 2});
  CHECK(features.at({0, {1}}) == oracle::Channels{3, 4});
  CHECK(oracle::flat(oracle::rows_at(features, sites)) == std::vector<double>{1, 2, 3, 4});
  CHECK(oracle::sites_of(features) == oracle::set_of(sites));
}

TEST_CASE("The oracle refuses features that do not fit their sites", "[oracle]") {
  CHECK_THROWS(oracle::rows_of(std::vector<float>{1, 2, 3}, 2));
  CHECK_THROWS(oracle::features_of({{0, {1}}}, {}));
  CHECK_THROWS(oracle::features_of({{0, {1}}, {0, {1}}}, {{1}, {2}}));
}

}  // namespace

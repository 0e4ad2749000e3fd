// Tests of the oracle's output sites and pairs on small cases worked out by hand or recorded from the reference.
#include "oracle_maps.hpp"

#include "catch.hpp"
#include "random_cases.hpp"

namespace {

using oracle::Axes;
using oracle::NumberedPair;
using oracle::Site;
using oracle::SiteSet;

/// Sites of sample 0 on a line, in the order given.
std::vector<Site> line(const std::vector<std::int32_t>& positions) {
  std::vector<Site> sites;
  for (const std::int32_t position : positions) sites.push_back({0, {position}});
  return sites;
}

SiteSet on_line(const std::vector<std::int32_t>& positions) { return oracle::set_of(line(positions)); }

std::vector<NumberedPair> rules(const std::vector<Site>& in, const std::vector<Site>& out,
                                const oracle::Window& window) {
  return oracle::numbered(oracle::pairs_between(oracle::set_of(in), oracle::set_of(out), window), in, out);
}

TEST_CASE("The oracle finds the pairs of submanifold sizes 2 and 4 on a line", "[oracle]") {
  const auto sites = line({2, 3, 4});
  CHECK(rules(sites, sites, oracle::submanifold_window({2})) ==
        std::vector<NumberedPair>{{0, 0, 1}, {0, 1, 2}, {1, 0, 0}, {1, 1, 1}, {1, 2, 2}});
  CHECK(rules(sites, sites, oracle::submanifold_window({4})) ==
        std::vector<NumberedPair>{
            {0, 0, 2}, {1, 0, 1}, {1, 1, 2}, {2, 0, 0}, {2, 1, 1}, {2, 2, 2}, {3, 1, 0}, {3, 2, 1}});
}

TEST_CASE("The oracle finds the pairs of a 3 x 3 submanifold window around a corner", "[oracle]") {
  const std::vector<Site> sites{{0, {4, 4}}, {0, {4, 5}}, {0, {5, 4}}};
  CHECK(rules(sites, sites, oracle::submanifold_window({3, 3})) ==
        std::vector<NumberedPair>{
            {1, 0, 2}, {2, 1, 2}, {3, 0, 1}, {4, 0, 0}, {4, 1, 1}, {4, 2, 2}, {5, 1, 0}, {6, 2, 1}, {7, 2, 0}});
}

TEST_CASE("The oracle finds outputs and pairs of size 3 with stride 2", "[oracle]") {
  const auto window = oracle::strided_window({3}, {2});
  CHECK(oracle::reached(on_line({0, 2, 6}), window, {7}) == on_line({0, 1, 2}));
  CHECK(rules(line({0, 2, 6}), line({0, 1, 2}), window) ==
        std::vector<NumberedPair>{{0, 0, 0}, {0, 1, 1}, {2, 1, 0}, {2, 2, 2}});
}

TEST_CASE("The oracle clips strided outputs to the extent only where there is one", "[oracle]") {
  const auto window = oracle::strided_window({3}, {2});
  CHECK(oracle::reached(on_line({0, 2, 6}), window) == on_line({-1, 0, 1, 2, 3}));
  const auto wide = oracle::strided_window({5}, {1});
  CHECK(oracle::reached(on_line({0, 2, 6}), wide, {7}) == on_line({0, 1, 2}));
  CHECK(rules(line({0, 2, 6}), line({0, 1, 2}), wide) ==
        std::vector<NumberedPair>{{0, 0, 0}, {0, 1, 2}, {1, 1, 1}, {2, 1, 0}, {4, 2, 2}});
}

TEST_CASE("The oracle drops inputs that lie in the gaps of a stride", "[oracle][COR-06]") {
  const auto window = oracle::strided_window({1}, {2});
  CHECK(oracle::reached(on_line({6, 5}), window, {7}) == on_line({3}));
  CHECK(rules(line({6, 5}), line({3}), window) == std::vector<NumberedPair>{{0, 0, 0}});
}

TEST_CASE("The oracle's transposed pairs spread one site over its window", "[oracle]") {
  const auto window = oracle::strided_window({3}, {2});
  const auto fine = line({0, 1, 2, 4, 5, 6});
  const auto pairs = oracle::pairs_between(oracle::set_of(fine), on_line({0, 2}), window);
  CHECK(oracle::numbered(oracle::transposed(pairs), line({0, 2}), fine) ==
        std::vector<NumberedPair>{{0, 0, 0}, {0, 1, 3}, {1, 0, 1}, {1, 1, 4}, {2, 0, 2}, {2, 1, 5}});
  CHECK(oracle::transposed(oracle::transposed(pairs)) == pairs);
}

TEST_CASE("The oracle's degrees at the border of a line of 16 sites are 3 and 1 for size and stride 4",
          "[oracle][RC-04]") {
  SiteSet fine;
  for (std::int32_t position = 0; position < 16; ++position) fine.insert({0, {position}});
  const oracle::Window window{{4}, {4}, {1}, {1}};
  const auto coarse = oracle::reached(fine, window);
  CHECK(coarse == on_line({0, 1, 2, 3, 4}));
  std::map<Site, int> degree;
  for (const auto& pair : oracle::pairs_between(fine, coarse, window)) ++degree[pair.out];
  CHECK(degree[{0, {0}}] == 3);
  CHECK(degree[{0, {1}}] == 4);
  CHECK(degree[{0, {3}}] == 4);
  CHECK(degree[{0, {4}}] == 1);
}

TEST_CASE("The oracle's coarse sites of negative positions round down", "[oracle][RC-43]") {
  const auto fine = on_line({-3, -2, -1, 0, 1, 2, 3});
  CHECK(oracle::reached(fine, oracle::strided_window({2}, {2})) == on_line({-2, -1, 0, 1}));
  CHECK(oracle::floored(fine, oracle::strided_window({3}, {2})) == on_line({-2, -1, 0, 1}));
  CHECK(oracle::reached(fine, oracle::strided_window({1}, {2})) == on_line({-1, 0, 1}));
}

TEST_CASE("The oracle finds 5 sites and 13 pairs for the letter A under the floor rule", "[oracle][RC-47]") {
  SiteSet fine{{0, {0, 3}}, {0, {1, 2}}, {0, {1, 4}}};
  for (std::int32_t column = 1; column <= 5; ++column) fine.insert({0, {2, column}});
  const oracle::Window window{{3, 3}, {2, 2}, {1, 1}, {1, 1}};
  const auto coarse = oracle::floored(fine, window);
  CHECK(coarse.size() == 5);
  CHECK(oracle::pairs_between(fine, coarse, window).size() == 13);
}

TEST_CASE("The oracle spreads sites over all that their windows see, up to the extent that follows", "[oracle]") {
  const auto window = oracle::strided_window({3}, {2});
  CHECK(oracle::seen(on_line({0, 2}), window) == on_line({0, 1, 2, 4, 5, 6}));
  CHECK(oracle::seen(on_line({0, 2}), window, {3}) == on_line({0, 1, 2, 4, 5, 6}));
  const oracle::Window padded{{3}, {2}, {1}, {1}};
  CHECK(oracle::seen(on_line({0, 2}), padded) == on_line({-1, 0, 1, 3, 4, 5}));
  CHECK(oracle::seen(on_line({0, 2}), padded, {3}) == on_line({0, 1, 3, 4}));
}

TEST_CASE("The oracle reaches every output that starts below an input", "[oracle]") {
  oracle::Window window = oracle::strided_window({1}, {1});
  window.starts = {{0, 2, 2, 3}};
  CHECK(oracle::reached(on_line({1, 2}), window) == on_line({1, 2}));
  CHECK(oracle::pairs_between(on_line({1, 2}), on_line({1, 2}), window).size() == 2);
}

TEST_CASE("The oracle joins no sites of different samples", "[oracle][RC-46]") {
  const SiteSet in{{0, {1, -1}}, {0, {2, 1}}}, out{{0, {1, 0}}, {0, {1, 2}}, {1, {2, 1}}};
  const auto pairs = oracle::pairs_between(in, out, oracle::submanifold_window({3, 3}));
  CHECK(pairs.size() == 3);
  for (const auto& pair : pairs) CHECK(pair.out.sample == 0);
}

TEST_CASE("The oracle's two ways to the pairs agree on random sites in 1 to 5 dimensions", "[oracle]") {
  for (int dimension = 1; dimension <= 5; ++dimension) {
    oracle::Random random(static_cast<std::uint64_t>(dimension));
    const std::size_t axes = static_cast<std::size_t>(dimension);
    oracle::Window window;
    for (std::size_t axis = 0; axis < axes; ++axis) {
      window.size.push_back(random.integer(1, 3));
      window.stride.push_back(random.integer(1, 3));
      window.dilation.push_back(random.integer(1, 2));
      window.pad.push_back(random.integer(0, 2));
    }
    const auto in = oracle::set_of(oracle::random_sites(random, {.dimension = dimension, .count = 16, .samples = 2}));
    const auto out = oracle::reached(in, window);
    const auto pairs = oracle::pairs_by_taps(in, out, window);
    INFO("dimension " << dimension);
    CHECK(pairs.size() >= out.size());
    CHECK((pairs == oracle::pairs_by_sites(in, out, window)));
  }
}

TEST_CASE("The oracle's extent of 0 leaves no outputs", "[oracle][LIM-05]") {
  CHECK(oracle::reached(on_line({0}), oracle::strided_window({3}, {2}), {2}).empty());
}

}  // namespace

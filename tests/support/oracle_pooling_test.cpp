// Tests of the oracle's pooling layers on the recorded numbers of the reference.
#include "oracle_pooling.hpp"

#include <limits>

#include "catch.hpp"
#include "comparison.hpp"

namespace {

using oracle::Features;
using oracle::SiteSet;

/// Features of sample 0 on a line.
Features on_line(const std::vector<std::pair<std::int32_t, oracle::Channels>>& values) {
  Features features;
  for (const auto& [position, row] : values) features[{0, {position}}] = row;
  return features;
}

/// Sites 0, 1, 2 seen by the outputs 0, 1 of size 2 and stride 2.
struct Pooled {
  oracle::Window window = oracle::strided_window({2}, {2});
  SiteSet fine{{0, {0}}, {0, {1}}, {0, {2}}}, coarse = oracle::reached(fine, window, {4});
  oracle::Pairs pairs = oracle::pairs_between(fine, coarse, window);
};

TEST_CASE("The oracle's max pooling is never below 0 and gives a hidden maximum no gradient", "[oracle]") {
  const Pooled p;
  const auto x = on_line({{0, {-1}}, {1, {-2}}, {2, {3}}});
  const auto y = oracle::max_pool(x, p.coarse, p.pairs);
  CHECK(y == on_line({{0, {0}}, {1, {3}}}));
  CHECK(oracle::max_pool_backward(x, y, p.pairs, on_line({{0, {1}}, {1, {1}}})) ==
        on_line({{0, {0}}, {1, {0}}, {2, {1}}}));
}

TEST_CASE("The oracle's max pooling gives every tie the whole gradient, and an input of 0 under 0", "[oracle]") {
  const Pooled p;
  const auto ties = on_line({{0, {5, 0}}, {1, {5, -1}}, {2, {1, 0}}});
  const auto y = oracle::max_pool(ties, p.coarse, p.pairs);
  CHECK(oracle::max_pool_backward(ties, y, p.pairs, on_line({{0, {1, 2}}, {1, {1, 3}}})) ==
        on_line({{0, {1, 2}}, {1, {1, 0}}, {2, {1, 3}}}));
}

TEST_CASE("The oracle's max pooling passes over NaN", "[oracle]") {
  const Pooled p;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(oracle::max_pool(on_line({{0, {nan}}, {1, {2}}, {2, {nan}}}), p.coarse, p.pairs) ==
        on_line({{0, {2}}, {1, {0}}}));
}

TEST_CASE("The oracle's pooling drops leading channels and gives them no gradient", "[oracle]") {
  const Pooled p;
  const auto x = on_line({{0, {9, 1, 2}}, {1, {9, 4, 1}}, {2, {9, 3, 5}}});
  const auto y = oracle::max_pool(x, p.coarse, p.pairs, 1);
  const auto dy = on_line({{0, {10, 20}}, {1, {30, 40}}});
  CHECK(y == on_line({{0, {4, 2}}, {1, {3, 5}}}));
  CHECK(oracle::max_pool_backward(x, y, p.pairs, dy, 1) ==
        on_line({{0, {0, 0, 20}}, {1, {0, 10, 0}}, {2, {0, 30, 40}}}));
  CHECK(oracle::average_pool(x, p.coarse, p.pairs, 2, 2) == on_line({{0, {1.5}}, {1, {2.5}}}));
  CHECK(oracle::average_pool_backward(x, p.pairs, 2, dy, 1) ==
        on_line({{0, {0, 5, 10}}, {1, {0, 5, 10}}, {2, {0, 15, 20}}}));
}

TEST_CASE("The oracle's average pooling divides by the volume and unpooling copies back", "[oracle]") {
  const Pooled p;
  const auto y = oracle::average_pool(on_line({{0, {-1}}, {1, {-2}}, {2, {3}}}), p.coarse, p.pairs, 2);
  CHECK(y == on_line({{0, {-1.5}}, {1, {1.5}}}));
  CHECK(oracle::unpool(y, p.fine, oracle::transposed(p.pairs)) == on_line({{0, {-1.5}}, {1, {-1.5}}, {2, {1.5}}}));
}

TEST_CASE("The oracle's pooling over active sites has any sign, and divides by what is there", "[oracle]") {
  const Pooled p;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto x = on_line({{0, {-1, nan, 6}}, {1, {-2, -3, 2}}, {2, {-5, nan, 3}}});
  const auto y = oracle::active_max_pool(x, p.coarse, p.pairs);
  CHECK(y == on_line({{0, {-1, -3, 6}}, {1, {-5, 0, 3}}}));
  CHECK(oracle::active_max_pool(x, p.coarse, p.pairs, 2) == on_line({{0, {6}}, {1, {3}}}));
  CHECK(oracle::active_average_pool(x, p.coarse, p.pairs, 2) == on_line({{0, {4}}, {1, {3}}}));
  CHECK(oracle::active_average_pool_backward(x, p.pairs, on_line({{0, {8}}, {1, {5}}}), 2) ==
        on_line({{0, {0, 0, 4}}, {1, {0, 0, 4}}, {2, {0, 0, 5}}}));
}

TEST_CASE("The oracle's unpooling adds overlapping parents and sums gradients over children", "[oracle]") {
  const auto window = oracle::strided_window({3}, {2});
  const auto ones = on_line({{1, {1}}, {2, {1}}, {3, {1}}});
  const auto fine = oracle::sites_of(ones), coarse = oracle::reached(fine, window, {7});
  const auto pairs = oracle::pairs_between(fine, coarse, window);
  const auto y = oracle::average_pool(ones, coarse, pairs, oracle::volume(window));
  const auto back = oracle::unpool(y, fine, oracle::transposed(pairs));
  CHECK(oracle::difference(on_line({{0, {2. / 3}}, {1, {2. / 3}}}), y, {.relative = 1e-15}) == "");
  CHECK(oracle::difference(on_line({{1, {2. / 3}}, {2, {4. / 3}}, {3, {2. / 3}}}), back, {.relative = 1e-15}) == "");
  CHECK(oracle::unpool_backward(y, oracle::transposed(pairs), on_line({{1, {1}}, {2, {10}}, {3, {100}}})) ==
        on_line({{0, {11}}, {1, {110}}}));
}

TEST_CASE("The oracle's global pooling has a row for each sample, zeros without sites", "[oracle]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Features x{{{0, {1}}, {-7, 8}}, {{0, {2}}, {-1, 2}}, {{2, {0}}, {9, nan}}};
  CHECK(oracle::global_sum({{{0, {1}}, {-7, 8}}, {{0, {2}}, {-1, 2}}}, 2, 2) == oracle::Rows{{-8, 10}, {0, 0}});
  CHECK(oracle::global_mean({{{1, {1}}, {-7, 8}}, {{1, {2}}, {-1, 2}}}, 2, 2) == oracle::Rows{{0, 0}, {-4, 5}});
  CHECK(oracle::global_max(x, 4, 2) == oracle::Rows{{-1, 8}, {0, 0}, {9, 0}, {0, 0}});
}

TEST_CASE("The oracle's dense array is row-major with samples, then channels, then axes", "[oracle]") {
  const Features x{{{0, {1, 2}}, {7, 8}}, {{1, {0, 0}}, {9, 5}}};
  const auto y = oracle::to_dense(x, 2, 2, {3, 4});
  std::vector<double> expected(48, 0.0);
  expected[6] = 7;
  expected[12 + 6] = 8;
  expected[24] = 9;
  expected[36] = 5;
  CHECK(y == expected);
  CHECK(oracle::to_dense_backward(x, 2, {3, 4}, y) == x);
}

TEST_CASE("The oracle refuses dense arrays that are too large or miss a site", "[oracle]") {
  CHECK_THROWS_AS(oracle::to_dense({}, 1, 1, {1 << 20, 1 << 20}), std::length_error);
  CHECK_THROWS_AS(oracle::to_dense({{{0, {1, 4}}, {7}}}, 1, 1, {3, 4}), std::out_of_range);
  CHECK_THROWS_AS(oracle::to_dense({{{1, {1, 1}}, {7}}}, 1, 1, {3, 4}), std::out_of_range);
}

}  // namespace

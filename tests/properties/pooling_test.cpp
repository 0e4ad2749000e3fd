// Properties of pooling layers: maximum and mean, the way down and up again, two small steps and one large.
#include "check.hpp"
#include "support/comparison.hpp"

namespace {

using oracle::difference;
using oracle::Site;
using properties::Axes;
using properties::Features;
using properties::Kind;
using properties::Pool;
using properties::PoolCase;
using properties::PoolStep;
using properties::Random;
using properties::Relation;

const oracle::Tolerance rounding{.absolute = 1e-5};  // of means of numbers up to 9

/// The same case with other steps.
PoolCase with_steps(PoolCase drawn, std::vector<PoolStep> steps) {
  drawn.steps = std::move(steps);
  return drawn;
}

/// Windows that tile space.
Relation tiling(const Axes& size) {
  Relation relation{.kind = Kind::convolution};
  relation.window = oracle::strided_window(size, size);
  relation.taps = properties::box_taps(relation.window);
  return relation;
}

Axes random_tile(Random& random, std::size_t dimension) {
  Axes size(dimension, 1);
  for (int draw = 0; draw < 4; ++draw)
    size[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(dimension) - 1))] = random.integer(1, 3);
  return size;
}

PoolCase random_tiled(Random& random) {
  PoolCase drawn = properties::random_pool_input(random, -9);
  const Axes size = random_tile(random, drawn.points[0].at.size());
  return with_steps(drawn, {{Pool::max, tiling(size), true}});
}

TEST_CASE("Of features that are not negative the maximum is at least the mean, over windows of any kind", "[PRP-15]") {
  const auto draw = [](Random& random) {
    PoolCase drawn = properties::random_pool_input(random, 0);
    const auto relation = properties::random_relation(random, Kind::convolution, drawn.points[0].at.size());
    return with_steps(drawn, {{Pool::max, relation, random.integer(0, 1) == 1}});
  };
  properties::check(61, draw, [](const PoolCase& drawn, Random&) {
    const Features largest = properties::run(drawn)[0];
    const Relation& relation = drawn.steps[0].relation;
    const Features active = properties::run(with_steps(drawn, {{Pool::mean, relation, true}}))[0];
    const Features whole = properties::run(with_steps(drawn, {{Pool::mean, relation, false}}))[0];
    for (const auto& [site, channels] : largest) {
      const double most = channels[0], mean = active.at(site)[0], low = whole.at(site)[0];
      if (!(most >= mean && mean >= low * (1 - 1e-6)))
        return oracle::text(site) + ": " + std::to_string(most) + ", " + std::to_string(mean) + ", " +
               std::to_string(low);
    }
    return std::string(active.size() == largest.size() ? "" : "other sites");
  });
}

TEST_CASE("Un-pooling gives each site the pool of its tile, and pooling that again changes no bit", "[PRP-15]") {
  properties::check(62, random_tiled, [](const PoolCase& drawn, Random&) {
    const PoolStep pool = drawn.steps[0], unpool{Pool::unpool, pool.relation};
    const auto results = properties::run(with_steps(drawn, {pool, unpool, pool}));
    Features expected;
    for (const Site& site : drawn.points) {
      Site tile = site;
      for (std::size_t axis = 0; axis < site.at.size(); ++axis)
        tile.at[axis] = static_cast<std::int32_t>(oracle::floor_divide(site.at[axis], pool.relation.window.size[axis]));
      expected[site] = results[0].at(tile);
    }
    return difference(expected, results[1]) + difference(results[0], results[2]);
  });
}

TEST_CASE("The mean over the active sites of tiles, un-pooled, keeps the sum of all features", "[PRP-15]") {
  properties::check(63, random_tiled, [](const PoolCase& drawn, Random&) {
    const Relation& relation = drawn.steps[0].relation;
    const auto results = properties::run(with_steps(drawn, {{Pool::mean, relation, true}, {Pool::unpool, relation}}));
    double before = 0, after = 0, size = 0;
    for (const auto& [site, channels] : drawn.x) {
      before += channels[0];
      size += std::abs(channels[0]);
      after += results[1].at(site)[0];
    }
    return difference(before, after, {.absolute = 1e-6 * size});
  });
}

TEST_CASE("Pooling twice over small tiles is pooling once over tiles of tiles", "[PRP-16]") {
  properties::check(64, random_tiled, [](const PoolCase& drawn, Random& random) {
    const Axes first = drawn.steps[0].relation.window.size, second = random_tile(random, first.size());
    Axes product = first;
    for (std::size_t axis = 0; axis < product.size(); ++axis) product[axis] *= second[axis];
    std::string found;
    for (const auto& [pool, over_active] : {std::pair{Pool::max, true}, {Pool::max, false}, {Pool::mean, false}}) {
      const auto twice =
          properties::run(with_steps(drawn, {{pool, tiling(first), over_active}, {pool, tiling(second), over_active}}));
      const auto once = properties::run(with_steps(drawn, {{pool, tiling(product), over_active}}));
      found += difference(once[0], twice[1], pool == Pool::max ? oracle::Tolerance{} : rounding);
    }
    return found;
  });
}

}  // namespace

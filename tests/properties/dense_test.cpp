// Properties of the ways between dense grids and sites: each undoes the other.
#include "check.hpp"
#include "support/comparison.hpp"

namespace {

using oracle::difference;
using oracle::Site;
using properties::DenseCase;
using properties::Features;
using properties::Random;

TEST_CASE("A dense grid becomes its cells that are not zero, and back becomes itself, borders included", "[PRP-12]") {
  properties::check(71, properties::random_dense, [](const DenseCase& drawn, Random&) {
    const Features x = properties::from_dense(drawn);
    const DenseCase back = properties::to_dense(x, drawn.size, drawn.batch, drawn.channels);
    return difference(properties::nonzero_cells(drawn), x) + difference(drawn.values, back.values);
  });
}

TEST_CASE("Sites become a dense grid, and back become themselves without their rows of zeros", "[PRP-12]") {
  properties::check(72, properties::random_dense, [](const DenseCase& drawn, Random& random) {
    const Features expected = properties::nonzero_cells(drawn);
    Features x = expected;
    for (int extra = 0; extra < 10; ++extra) {
      Site site{static_cast<std::int32_t>(random.integer(0, drawn.batch - 1)), {}};
      for (const std::int64_t size : drawn.size)
        site.at.push_back(static_cast<std::int32_t>(random.integer(0, size - 1)));
      x.emplace(site, std::vector<double>(static_cast<std::size_t>(drawn.channels), 0.0));
    }
    const DenseCase dense = properties::to_dense(x, drawn.size, drawn.batch, drawn.channels);
    return difference(expected, properties::from_dense(dense)) + difference(drawn.values, dense.values);
  });
}

}  // namespace

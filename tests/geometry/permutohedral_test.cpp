// Tests of the permutohedral lattice: the basis and its inverse, the neighbours and their order.
#include "scn/geometry/permutohedral.hpp"

#include <cmath>
#include <set>
#include <vector>

#include "catch.hpp"
#include "support/library.hpp"

namespace {

using namespace scn;

/// The point of a lattice site.
template <int D>
std::vector<double> place(const Point<D>& site) {
  const auto basis = permutohedral_basis<D>().basis;
  std::vector<double> point(std::size_t{D});
  for (int axis = 0; axis < D; ++axis)
    for (std::size_t c = 0; c < std::size_t{D}; ++c) point[c] += site[axis] * basis[static_cast<std::size_t>(axis)][c];
  return point;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

bool is_close(double a, double b) { return std::abs(a - b) < 1e-14; }

TEST_CASE("The basis is lower triangular, of unit rows with products of one half", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto [basis, inverse] = permutohedral_basis<D>();
    for (std::size_t i = 0; i < std::size_t{D}; ++i)
      for (std::size_t j = 0; j < std::size_t{D}; ++j) {
        CHECK(is_close(product({basis[i].begin(), basis[i].end()}, {basis[j].begin(), basis[j].end()}),
                       i == j ? 1.0 : 0.5));
        CHECK((j <= i || (basis[i][j] == 0 && inverse[i][j] == 0)));
        double element = 0;
        for (std::size_t k = 0; k < std::size_t{D}; ++k) element += basis[i][k] * inverse[k][j];
        CHECK(is_close(element, i == j ? 1 : 0));
      }
  });
}

TEST_CASE("The basis has the numbers of the reference", "[geometry]") {
  const auto [basis, inverse] = permutohedral_basis<3>();
  const double expected[3][3] = {{1, 0, 0}, {0.5, 0.86602540378, 0}, {0.5, 0.28867513459, 0.81649658093}};
  const double back[3][3] = {
      {1, 0, 0}, {-0.57735026919, 1.15470053838, 0}, {-0.40824829046, -0.40824829046, 1.22474487139}};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(std::abs(basis[i][j] - expected[i][j]) < 1e-11);
      CHECK(std::abs(inverse[i][j] - back[i][j]) < 1e-11);
    }
}

TEST_CASE("The offsets are the centre and every lattice site at distance 1, each once", "[geometry]") {
  library::for_each_dimension<10>([](auto dimension) {
    constexpr int D = dimension();
    const auto offsets = permutohedral_offsets<D>();
    CHECK(offsets.size() == std::size_t{D * D + D + 1});
    CHECK(std::set<Point<D>>(offsets.begin(), offsets.end()).size() == offsets.size());
    for (const Point<D>& offset : offsets)
      CHECK(is_close(product(place(offset), place(offset)), offset == Point<D>(0) ? 0 : 1));
  });
}

TEST_CASE("No lattice site is nearer than 1, and none at distance 1 is left out", "[geometry]") {
  const auto offsets = permutohedral_offsets<3>();
  std::size_t at_one = 0;
  for (std::int32_t i = -3; i <= 3; ++i)
    for (std::int32_t j = -3; j <= 3; ++j)
      for (std::int32_t k = -3; k <= 3; ++k) {
        const auto point = place(Point<3>{i, j, k});
        CHECK((Point<3>{i, j, k} == Point<3>(0) || product(point, point) > 1 - 1e-9));
        at_one += is_close(product(point, point), 1) ? 1 : 0;
      }
  CHECK(at_one + 1 == offsets.size());
}

TEST_CASE("The offsets have the order of the reference's weights", "[geometry]") {
  CHECK(permutohedral_offsets<1>() == std::vector<Point<1>>{0, -1, 1});
  CHECK(permutohedral_offsets<3>() == std::vector<Point<3>>{{0, 0, 0},
                                                            {0, 0, -1},
                                                            {1, 0, -1},
                                                            {0, 1, -1},
                                                            {0, -1, 0},
                                                            {1, -1, 0},
                                                            {-1, 0, 0},
                                                            {1, 0, 0},
                                                            {-1, 1, 0},
                                                            {0, 1, 0},
                                                            {0, -1, 1},
                                                            {-1, 0, 1},
                                                            {0, 0, 1}});
}

TEST_CASE("Defect 13, mended: in two dimensions the first offset is (0, -1), and the centre is there once",
          "[geometry][quirk 13]") {
  CHECK(permutohedral_offsets<2>() ==
        std::vector<Point<2>>{{0, -1}, {1, -1}, {-1, 0}, {0, 0}, {1, 0}, {-1, 1}, {0, 1}});
}

}  // namespace

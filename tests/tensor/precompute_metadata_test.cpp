// Tests of maps built before a network asks for them.
#include "scn/tensor/precompute_metadata.hpp"

#include <memory>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/cpu.hpp"
#include "support/library.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

template <int D>
SparseTensor<D> one_site(Cpu& device, std::optional<Point<D>> extent) {
  const auto input = library::make_input<D>(device, {{0, Point<D>(1)}}, extent);
  return {Variable<Cpu>(Matrix<Cpu>::zeros(device, 1, 1)), input.sites, std::make_shared<Rulebook<D>>(device, input)};
}

/// The extents of the levels that have their maps; nothing is built in asking.
template <int D>
std::vector<Point<D>> levels(const SparseTensor<D>& x, int size) {
  std::vector<Point<D>> extents;
  auto sites = x.sites;
  for (const std::int64_t maps = x.rulebook->size();;) {
    x.rulebook->submanifold(sites, submanifold_window(Point<D>(3)));
    if (x.rulebook->size() > maps) return extents;
    extents.push_back(*sites->extent());
    if (2 * static_cast<std::int64_t>(extents.size()) > maps) return extents;
    sites = x.rulebook->strided(sites, strided_window(Point<D>(size), Point<D>(2))).sites;
  }
}

TEST_CASE("Maps of size 2 are built as long as every axis is even", "[tensor]") {
  Cpu device;
  const auto x = one_site<1>(device, Point<1>(24));
  precompute_metadata(x, 2);
  CHECK(x.rulebook->size() == 7);  // four levels and the three steps between them
  CHECK(levels(x, 2) == std::vector<Point<1>>{24, 12, 6, 3});
}

TEST_CASE("Maps of size 3 are built as long as every axis is odd", "[tensor]") {
  Cpu device;
  const auto x = one_site<1>(device, Point<1>(47));
  precompute_metadata(x, 3);
  CHECK(x.rulebook->size() == 9);
  CHECK(levels(x, 3) == std::vector<Point<1>>{47, 23, 11, 5, 2});
}

TEST_CASE("The axis that ends first ends the levels, in 1 to 4 dimensions", "[tensor]") {
  Cpu device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = one_site<D>(device, library::cycle<D>({8, 4, 16}));
    precompute_metadata(x, 2);
    CHECK(x.rulebook->size() == (D == 1 ? 7 : 5));
    const auto odd = one_site<D>(device, library::cycle<D>({7, 3, 15}));
    precompute_metadata(odd, 3);
    CHECK(odd.rulebook->size() == (D == 1 ? 5 : 3));
  });
}

TEST_CASE("An axis of the wrong parity leaves the first level alone", "[tensor]") {
  Cpu device;
  const auto x = one_site<2>(device, Point<2>{8, 9});
  precompute_metadata(x, 2);
  precompute_metadata(x, 3);
  CHECK(x.rulebook->size() == 1);
}

TEST_CASE("Maps are built for no sites too", "[tensor]") {
  Cpu device;
  const auto input = library::make_input<2>(device, {}, Point<2>(4));
  const SparseTensor<2> x{Variable<Cpu>(Matrix<Cpu>::zeros(device, 0, 1)), input.sites,
                          std::make_shared<Rulebook<2>>(device, input)};
  precompute_metadata(x, 2);
  CHECK(x.rulebook->size() == 5);
}

TEST_CASE("Other sizes than 2 and 3, and sites without an extent, are refused", "[tensor]") {
  Cpu device;
  const auto x = one_site<2>(device, Point<2>(8)), unbounded = one_site<2>(device, {});
  CHECK(thrown_message<InvalidArgument>([&] { precompute_metadata(x, 4); }) ==
        "precompute_metadata: expected a size of 2 or 3, got 4");
  CHECK(thrown_message<InvalidArgument>([&] { precompute_metadata(unbounded, 2); }) ==
        "precompute_metadata: the sites have no extent, so the levels have no end");
  CHECK((x.rulebook->size() == 0 && unbounded.rulebook->size() == 0));
}

}  // namespace

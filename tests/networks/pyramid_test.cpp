// Tests of the extents that pass through a network of levels.
#include "scn/networks/pyramid.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;

template <int D>
struct Levels : scn::Pyramid<D, Double, Levels<D>> {
  Levels(int levels, int size, int stride, int repetitions = 1)
      : scn::Pyramid<D, Double, Levels>(std::vector<int>(static_cast<std::size_t>(levels), 1), repetitions, size,
                                        stride) {}
  static std::string name() { return "Levels"; }
};

/// Whether every level but the last is cut by the step without a remainder, one after the other.
bool passes(std::int64_t extent, int levels, int size, int stride) {
  for (int level = 1; level < levels; ++level) {
    if (extent < size || (extent - size) % stride != 0) return false;
    extent = (extent - size) / stride + 1;
  }
  return true;
}

TEST_CASE("The extent that fits is the first that every step divides, for steps of any size and stride") {
  for (const auto& [size, stride] : {std::pair{2, 2}, {3, 2}, {1, 1}, {2, 3}, {5, 3}, {3, 1}})
    for (int levels = 1; levels <= 4; ++levels) {
      const Levels<1> net(levels, size, stride);
      for (int least = 1; least <= 70; ++least) {
        INFO(levels << " levels, steps of " << size << "/" << stride << ", at least " << least);
        int fitting = least;
        while (!passes(fitting, levels, size, stride)) ++fitting;
        REQUIRE(net.fitting_size(Point<1>(least)) == Point<1>(fitting));
      }
    }
}

TEST_CASE("Extents of ShapeNet: 192 passes five levels of 2/2, and 207 five of 3/2") {
  CHECK(Levels<3>(5, 2, 2).fitting_size(Point<3>(177)) == Point<3>(192));
  CHECK(Levels<3>(5, 3, 2).fitting_size(Point<3>(192)) == Point<3>(207));
}

TEST_CASE("Every axis finds its own extent, in 1 to 4 dimensions") {
  library::for_each_dimension<4>([](auto dimension) {
    constexpr int D = dimension;
    const Levels<D> net(3, 2, 2);
    CHECK(net.fitting_size(library::cycle<D>({9, 12, 1})) == library::cycle<D>({12, 12, 4}));
    CHECK(net.input_size(library::cycle<D>({8, 12, 4})) == library::cycle<D>({8, 12, 4}));
  });
}

TEST_CASE("A network of levels refuses an extent that does not pass, and names the next one") {
  CHECK(thrown_message<scn::InvalidArgument>([] {
          Levels<2>(5, 2, 2).input_size({100, 96});
        }) ==
        "Levels: 5 levels with steps of size 2 and stride 2 do not divide the "
        "extent (100, 96) without a remainder, the next larger one that fits is (112, 96)");
}

TEST_CASE("A network of levels refuses an extent whose successor passes the range of int32") {
  CHECK(thrown_message<scn::LimitExceeded>([] { Levels<1>(2, 2, 2).fitting_size(Point<1>(2147483647)); }) ==
        "Levels: the extent that leads to (1073741824) through size (2), stride (2), dilation (1), pad (0) passes the "
        "range of int32");
}

TEST_CASE("A network of levels refuses to have none, or no block on a level, or a step that is none") {
  CHECK(thrown_message<scn::InvalidArgument>([] { Levels<2>(0, 2, 2); }) ==
        "Levels: there has to be at least one level");
  CHECK(thrown_message<scn::InvalidArgument>([] { Levels<2>(2, 2, 2, 0); }) ==
        "Levels: there has to be at least one block a level, got 0");
  CHECK(thrown_message<scn::InvalidArgument>([] { Levels<1>(2, 2, 0); }) ==
        "Levels: a window needs sizes, strides and dilations of at least 1, got size (2), stride (0), dilation (1), "
        "pad (0)");
}

}  // namespace

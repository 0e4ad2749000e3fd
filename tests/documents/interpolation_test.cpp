// Features at real points, as docs/layers.md shows them.

#include <vector>

#include "catch.hpp"
#include "scn/scn.hpp"

namespace {

using namespace scn;

TEST_CASE("Features of voxels are read at real points, from the active ones around each") {
  Cpu device;
  const InputLayer<2> input{device};
  const auto x = input(std::vector<Site<2>>{{0, {0, 0}}, {0, {1, 0}}}, std::vector<float>{10, 20});

  const std::vector<float> coordinates{1.0f, 0.5f, 0.75f, 0.5f, 1.2f, 1.2f};  // three points; centres lie at + 0.5
  const RealPoints<2, Cpu> points{device, coordinates};
  const Interpolation<2> linear{device};
  const auto y = linear(x, points);  // 15, 12.5, 17: the shares of active sites are divided by their sum

  const std::vector<float> rows = y.value().to_host();
  CHECK(rows[0] == Approx(15));
  CHECK(rows[1] == Approx(12.5));
  CHECK(rows[2] == Approx(17));
}

TEST_CASE("The nearest voxel is the one that a point lies in, and points may have none") {
  Cpu device;
  const auto x = InputLayer<1>{device}(std::vector<Site<1>>{{0, 0}, {1, 3}}, std::vector<float>{10, 20});
  const std::vector<double> coordinates{0.9, 3.0, 3.0};
  const std::vector<std::int32_t> samples{0, 1, 0};
  const RealPoints<1, Cpu> points{device, coordinates, samples, Nearness::site};
  CHECK(Interpolation<1>{device, Isolated::zero}(x, points).value().to_host() == std::vector<float>{10, 20, 0});
  CHECK_THROWS_AS((Interpolation<1>{device}(x, points)), InvalidArgument);
}

}  // namespace

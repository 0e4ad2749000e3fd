// Tests of dense grids of features.
#include "scn/tensor/dense_tensor.hpp"

#include <type_traits>

#include "catch.hpp"
#include "scn/cpu/device.hpp"

namespace {

using namespace scn;

TEST_CASE("A dense tensor names its shape and holds one row of values for each plane", "[tensor]") {
  Cpu device;
  const DenseTensor<2> tensor{2, 3, {4, 5}, Variable<Cpu>(Matrix<Cpu>::zeros(device, 2 * 3, 4 * 5))};
  CHECK(tensor.batch_size == 2);
  CHECK(tensor.channels == 3);
  CHECK(tensor.spatial_size == Point<2>{4, 5});
  // Sample 1, channel 2, place (3, 4): the last number of all.
  tensor.values.value().view()(1 * 3 + 2, 3 * 5 + 4) = 7;
  CHECK(tensor.values.value().to_host().back() == 7);
}

TEST_CASE("A dense tensor is empty until it is filled, and on the processor unless another device is named",
          "[tensor]") {
  const DenseTensor<3> tensor;
  CHECK(tensor.batch_size == 0);
  CHECK(tensor.channels == 0);
  CHECK(tensor.spatial_size == Point<3>(0));
  CHECK(!tensor.values);
  STATIC_REQUIRE(std::is_same_v<DenseTensor<3>, DenseTensor<3, CpuDevice<float>>>);
}

}  // namespace

// Tests of dense grids of features.
#include "scn/tensor/dense_tensor.hpp"

#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "scn/cpu/device.hpp"
#include "support/thrown_message.hpp"

namespace {

using namespace scn;

TEST_CASE("A dense tensor names its shape and holds one row of values for each plane", "[tensor]") {
  Cpu device;
  const DenseTensor<2> tensor{{2, 3, {4, 5}}, Variable<Cpu>(Matrix<Cpu>::zeros(device, 2 * 3, 4 * 5))};
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

TEST_CASE("A dense tensor is made of numbers of the host", "[tensor]") {
  Cpu device;
  const std::vector<int> numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const auto tensor = DenseTensor<2>::from_host(device, {1, 2, {3, 2}}, numbers);
  CHECK((tensor.batch_size == 1 && tensor.channels == 2 && tensor.spatial_size == Point<2>{3, 2}));
  CHECK((tensor.values.rows().bound == 2 && tensor.values.channels() == 6));
  CHECK(tensor.values.value().to_host() == std::vector<float>(numbers.begin(), numbers.end()));
  CHECK_FALSE(tensor.values.needs_gradient());
}

TEST_CASE("A dense tensor may have no samples, no channels or no cells", "[tensor]") {
  Cpu device;
  CHECK(DenseTensor<2>::from_host(device, {0, 2, {3, 2}}, std::vector<float>{}).values.channels() == 6);
  CHECK(DenseTensor<2>::from_host(device, {2, 0, {3, 2}}, std::vector<float>{}).values.rows().bound == 0);
  CHECK(DenseTensor<2>::from_host(device, {2, 1, {3, 0}}, std::vector<float>{}).values.channels() == 0);
}

TEST_CASE("A dense tensor refuses another count of numbers, and negative sizes", "[tensor]") {
  Cpu device;
  const auto message_of = [&](const DenseShape<2>& shape) {
    return thrown_message<InvalidArgument>([&] {
      DenseTensor<2>::from_host(device, shape, std::vector<float>{1, 2, 3, 4});
    });
  };
  CHECK(message_of({1, 2, {2, 1}}) == "no exception");
  CHECK(message_of({1, 2, {2, 2}}) == "DenseTensor: Matrix: expected 2 x 4 numbers, got 4");
  CHECK(message_of({-1, 2, {2, 2}}) == "DenseTensor: a shape of -1 x 2 x (2, 2) has negative sizes");
  CHECK(message_of({1, -2, {2, 2}}) == "DenseTensor: a shape of 1 x -2 x (2, 2) has negative sizes");
  CHECK(message_of({1, 2, {2, -2}}) == "DenseTensor: a shape of 1 x 2 x (2, -2) has negative sizes");
}

TEST_CASE("The cells of a plane are counted in int64, and refused beyond it", "[tensor]") {
  CHECK(DenseShape<2>{1, 1, {1 << 20, 1 << 20}}.volume() == std::int64_t{1} << 40);
  CHECK(thrown_message<LimitExceeded>([] {
          DenseShape<3>{1, 1, Point<3>(1 << 30)}.volume();
        }) == "a grid of (1073741824, 1073741824, 1073741824) cannot be addressed");
}

}  // namespace

// Tests of SparseToDense against the oracle.
#include "scn/layers/sparse_to_dense.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_pooling.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using scn::SparseToDense;

TEST_CASE("SparseToDense and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto extent = library::cycle<D>({5, 7, 6});
    for (const auto& input : layer_cases::inputs(D, D, 3, {.low = 0, .high = 4})) {
      const auto x = layer_cases::tensor<D>(device, input, 3, extent, 4);
      const auto y = layer_cases::pass(SparseToDense<D, Double>(device), x);
      CHECK((y.batch_size == 4 && y.channels == 3 && y.spatial_size == extent));
      const auto axes = library::axes(extent);
      CHECK(oracle::difference(oracle::to_dense(input, 4, 3, axes), layer_cases::numbers(y.values.value())) == "");
      const auto dy = layer_cases::numbers(y.values.gradient());
      CHECK(oracle::difference(oracle::to_dense_backward(input, 3, axes, dy), layer_cases::gradient(x)) == "");
    }
  });
}

TEST_CASE("SparseToDense has the gradient of finite differences") {
  Double device;
  const auto input = layer_cases::batch(1, 2, 3, {.low = 0, .high = 4});
  CHECK(layer_cases::gradient_difference(SparseToDense<2, Double>(device),
                                         layer_cases::tensor<2>(device, input, 3, Point<2>{5, 6})) == "");
}

TEST_CASE("SparseToDense of no rows and channels is a grid of none") {
  Double device;
  const auto y = SparseToDense<2, Double>(device)(layer_cases::tensor<2>(device, {}, 0, Point<2>{5, 6}, 3));
  CHECK((y.batch_size == 3 && y.channels == 0 && y.values.rows().bound == 0));
}

TEST_CASE("SparseToDense refuses sites without an extent, and works afterwards") {
  Double device;
  const SparseToDense<3, Double> layer(device);
  const oracle::Features input{{{0, {1, 2, 3}}, {1, 2}}};
  const auto x = layer_cases::tensor<3>(device, input, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "SparseToDense<3>: the sites have no extent, so a dense grid has no size");
  CHECK(layer_cases::features(x) == input);
  CHECK(layer(layer_cases::tensor<3>(device, input, 2, Point<3>(4))).values.channels() == 64);
}

TEST_CASE("SparseToDense refuses a grid whose cells cannot be counted") {
  Double device;
  const auto x = layer_cases::tensor<3>(device, {{{0, {1, 2, 3}}, {1, 2}}}, 2, Point<3>(1 << 30));
  const SparseToDense<3, Double> layer(device);
  CHECK(thrown_message<scn::LimitExceeded>([&] { layer(x); }) ==
        "SparseToDense<3>: a grid of (1073741824, 1073741824, 1073741824) cannot be addressed");
}

TEST_CASE("SparseToDense refuses a grid whose bytes cannot be addressed, and says that it does") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {1, 2}}}, 2, Point<2>(1 << 30));
  const SparseToDense<2, Double> layer(device);
  CHECK(thrown_message<scn::LimitExceeded>([&] { layer(x); }) ==
        "SparseToDense<2>: a matrix of 2 x 1152921504606846976 elements of 8 bytes cannot be addressed");
}

}  // namespace

// Tests of DenseToSparse: which cells become sites, and where gradients go.
#include "scn/layers/dense_to_sparse.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_pooling.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::DenseShape;
using scn::DenseTensor;
using scn::DenseToSparse;
using scn::Point;

/// A dense tensor whose values need a gradient.
template <int D>
DenseTensor<D, Double> dense(Double& device, const DenseShape<D>& shape, const std::vector<double>& numbers) {
  auto tensor = DenseTensor<D, Double>::from_host(device, shape, numbers);
  tensor.values.set_needs_gradient(true);
  return tensor;
}

TEST_CASE("DenseToSparse finds the sites of a dense tensor, and sends gradients to them alone, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto extent = library::cycle<D>({5, 7, 6});
    const auto axes = library::axes(extent);
    for (const auto& input : layer_cases::inputs(D, D, 3, {.low = 0, .high = 4})) {
      const auto x = dense<D>(device, {4, 3, extent}, oracle::to_dense(input, 4, 3, axes));
      const auto y = layer_cases::pass(DenseToSparse<D, Double>(device), x);
      CHECK((y.samples() == 4 && y.extent() == extent && y.channels() == 3));
      CHECK(oracle::difference(input, layer_cases::features(y)) == "");
      const auto dy = layer_cases::gradient(y);
      CHECK(oracle::difference(oracle::to_dense(dy, 4, 3, axes), layer_cases::numbers(x.values.gradient())) == "");
    }
  });
}

TEST_CASE("DenseToSparse is undone by SparseToDense") {
  Double device;
  const std::vector<double> numbers{0,      1, 0, 0, 2, 0, /**/ 0, 0, 3, 0, 4, 0,
                                    /**/ 0, 0, 0, 0, 0, 0, /**/ 5, 0, 0, 0, 0, 0};
  const auto x = dense<2>(device, {2, 2, {3, 2}}, numbers);
  const auto y = DenseToSparse<2, Double>(device)(x);
  CHECK(layer_cases::features(y) ==
        oracle::Features{{{0, {0, 1}}, {1, 0}}, {{0, {1, 0}}, {0, 3}}, {{0, {2, 0}}, {2, 4}}, {{1, {0, 0}}, {0, 5}}});
  CHECK(layer_cases::numbers(scn::SparseToDense<2, Double>(device)(y).values.value()) == numbers);
}

TEST_CASE("DenseToSparse has the gradient of finite differences where every cell is active") {
  Double device;
  oracle::Random random(3);
  auto numbers = oracle::random_reals(random, 2 * 3 * 12);
  for (double& number : numbers) number += number < 0 ? -1 : 1;
  const auto x = dense<2>(device, {2, 3, {4, 3}}, numbers);
  const DenseToSparse<2, Double> layer(device);
  layer_cases::pass(layer, x);
  CHECK(layer_cases::gradient_difference<Double>(
            {{"values", x.values}}, [&] { return layer_cases::weighted_sum(layer, x, {}); }, 100) == "");
}

TEST_CASE("NaN makes a cell active, minus zero does not, and channels do not cancel") {
  Double device;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto x = dense<1>(device, {1, 2, 4}, {-0.0, nan, 1, 0, 0, 0, -1, -0.0});
  const auto y = DenseToSparse<1, Double>(device)(x);
  CHECK(library::sites_of(*y.sites) == std::vector<oracle::Site>{{0, {1}}, {0, {2}}});
  CHECK(std::isnan(layer_cases::numbers(y.features.value())[0]));
}

TEST_CASE("DenseToSparse of zeros, of no samples and of no channels has no rows, and keeps samples") {
  Double device;
  const DenseToSparse<2, Double> layer(device);
  const auto zeros = layer_cases::pass(layer, dense<2>(device, {3, 2, {1, 2}}, std::vector<double>(12)));
  CHECK((zeros.rows().bound == 0 && zeros.samples() == 3 && zeros.channels() == 2));
  CHECK(layer(dense<2>(device, {0, 2, {1, 2}}, {})).samples() == 0);
  CHECK(layer(dense<2>(device, {3, 0, {1, 2}}, {})).rows().bound == 0);
}

TEST_CASE("Gradients of a dense tensor are added to what is there") {
  Double device;
  const auto x = dense<1>(device, {1, 1, 3}, {0, 2, 0});
  give_gradient(x.values, {1, 10, 100});
  scn::Tape tape;
  const auto y = DenseToSparse<1, Double>(device)(x, &tape);
  tape.backward(y.features, scn::Matrix<Double>::from_host(device, 1, 1, std::span<const double>({5.0})));
  CHECK(layer_cases::numbers(x.values.gradient()) == std::vector<double>{1, 15, 100});
}

TEST_CASE("DenseToSparse records nothing for values that need no gradient") {
  Double device;
  scn::Tape tape;
  const auto x = DenseTensor<1, Double>::from_host(device, {1, 1, 3}, std::vector<double>{0, 2, 0});
  DenseToSparse<1, Double>{device}(x, &tape);
  CHECK(tape.size() == 0);
}

TEST_CASE("OutputLayer refuses what DenseToSparse has begun: there are no points") {
  Double device;
  const auto x = DenseToSparse<1, Double>(device)(dense<1>(device, {1, 1, 3}, {0, 2, 0}));
  const scn::OutputLayer<1, Double> layer(device);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "OutputLayer<1>: the tensor does not come from an input layer, so there are no points");
}

TEST_CASE("DenseToSparse refuses tensors whose values are not of their shape, and works afterwards") {
  Double device;
  const DenseToSparse<2, Double> layer(device);
  const auto values = variable_of(device, 2, 6, std::vector<double>(12));
  const auto message_of = [&](const DenseShape<2>& shape, const scn::Variable<Double>& of) {
    return thrown_message<scn::InvalidArgument>([&] { layer({shape, of}); });
  };
  CHECK(message_of({1, 2, {3, 2}}, {}) == "DenseToSparse<2>: the tensor has no values");
  CHECK(message_of({1, 3, {3, 2}}, values) == "DenseToSparse<2>: the values are 2 x 6, expected 3 x 6");
  CHECK(message_of({1, 2, {3, 3}}, values) == "DenseToSparse<2>: the values are 2 x 6, expected 2 x 9");
  CHECK(message_of({1, 2, {0, 2}}, values) ==
        "DenseToSparse<2>: a tensor of 1 x 2 x (0, 2) has sizes that are not positive");
  CHECK(message_of({-1, 2, {3, 2}}, values) ==
        "DenseToSparse<2>: a tensor of -1 x 2 x (3, 2) has sizes that are not positive");
  CHECK(message_of({1, 2, {3, 2}}, values) == "no exception");
}

TEST_CASE("DenseToSparse refuses grids that cannot be counted") {
  Double device;
  const DenseToSparse<3, Double> layer(device);
  const auto values = variable_of(device, 1, 1, {0});
  const auto message_of = [&](const DenseShape<3>& shape) {
    return thrown_message<scn::LimitExceeded>([&] { layer({shape, values}); });
  };
  CHECK(message_of({1, 1, Point<3>(1 << 30)}) ==
        "DenseToSparse<3>: a grid of (1073741824, 1073741824, 1073741824) cannot be addressed");
  CHECK(message_of({std::int64_t{1} << 31, 1, Point<3>(1)}) ==
        "DenseToSparse<3>: a batch holds at most 2147483647 samples, got 2147483648");
}

}  // namespace

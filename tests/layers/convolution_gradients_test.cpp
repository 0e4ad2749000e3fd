// Tests of the gradients of the less usual convolutions in 7 and 10 dimensions.
#include "catch.hpp"
#include "scn/layers/full_convolution.hpp"
#include "scn/layers/permutohedral_submanifold_convolution.hpp"
#include "scn/layers/randomized_stride_convolution.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;
using scn::Point;

/// "" if the gradients of the layer are those of finite differences along random directions.
template <int D, class Layer>
std::string difference(Double& device, const Layer& layer, std::optional<Point<D>> extent = {}) {
  layer_cases::randomize<Double>(layer, 4);
  const auto x = layer_cases::tensor<D>(device, layer_cases::batch(5, D, 2, {.low = 0, .high = 5}), 2, extent);
  return layer_cases::gradient_difference(layer, x, {}, 10);
}

template <int D>
void check() {
  INFO("D = " << D);
  Double device;
  const Point<D> size = library::cycle<D>({3, 2, 1}), stride = library::cycle<D>({2, 2, 1, 3, 1});
  CHECK(difference<D>(device, scn::FullConvolution<D, Double>(device, 2, 2, size, stride)) == "");
  CHECK(difference<D>(device, scn::PermutohedralSubmanifoldConvolution<D, Double>(device, 2, 2)) == "");
  CHECK(difference<D>(device, scn::RandomizedStrideConvolution<D, Double>(device, 2, 2, size, stride), Point<D>(6)) ==
        "");
}

TEST_CASE("Full, permutohedral and randomised convolutions have the gradients of finite differences in 7 dimensions") {
  check<7>();
}

TEST_CASE("Full, permutohedral and randomised convolutions have the gradients of finite differences in 10 dimensions") {
  check<10>();
}

}  // namespace

// Tests of networks in other dimensions than those of their own tests.
#include "catch.hpp"
#include "scn/networks/handwriting_networks.hpp"
#include "scn/networks/segmentation_networks.hpp"
#include "scn/networks/sparse_dense_net.hpp"
#include "support/joint_gradient.hpp"

namespace {

using layer_cases::Double;
using scn::Point;

/// Passes without rows, with one site and with an empty sample, and the gradients of finite differences.
template <int D, class Net>
void check_passes(const Net& net, Double& device, std::int64_t in, std::int64_t out) {
  INFO("D = " << D);
  for (const auto& input : layer_cases::inputs(1, D, static_cast<std::size_t>(in))) {
    const auto y = layer_cases::pass(net, layer_cases::tensor<D>(device, input, in));
    CHECK((y.channels() == out && (y.rows().bound == 0) == input.empty()));
  }
  const auto input = layer_cases::batch(1, D, static_cast<std::size_t>(in), {.count = 40, .low = -15, .high = 15});
  CHECK(layer_cases::gradient_difference(net, layer_cases::tensor<D>(device, input, in), {}, 10) == "");
}

TEST_CASE("FullConvolutionalNetIntegratedLinear runs in one and three dimensions, with the right gradients") {
  Double device{.seed = 2};
  const scn::IntegratedLinearSettings settings{.channels = {2, 3, 2}, .classes = 2, .residual = true};
  check_passes<1>(scn::FullConvolutionalNetIntegratedLinear<1, Double>(device, settings), device, 2, 2);
  check_passes<3>(scn::FullConvolutionalNetIntegratedLinear<3, Double>(device, settings), device, 2, 2);
}

TEST_CASE("SparseDenseNet runs in one and three dimensions, with the right gradients") {
  Double device{.seed = 2};
  const std::vector<scn::DenseNetLayer> layers{
      scn::DenseNetTransition{"MP"}, scn::DenseNetGrowth{2, 2},
      scn::DenseNetTransition{.pool = "BN-R-C-AP", .compression = 0.5, .base = 1}};
  check_passes<1>(scn::SparseDenseNet<1, Double>(device, 3, layers), device, 3, 4);
  check_passes<3>(scn::SparseDenseNet<3, Double>(device, 3, layers), device, 3, 4);
}

TEST_CASE("The reference's example networks can be had in one dimension, with the right gradients") {
  Double device{.seed = 2};
  const auto samples = scn::assamese_vgg_plus<1>(device, 3);
  CHECK(samples.input_size(Point<1>(1)) == Point<1>(95));
  const auto input = layer_cases::batch(1, 1, 3, {.count = 40, .low = 0, .high = 94});
  CHECK(layer_cases::joint_gradient_difference(samples, layer_cases::tensor<1>(device, input, 3, Point<1>(95)),
                                               {.training = false}) == "");
  const auto points = scn::nyu_fully_convolutional<1>(device, 3);
  const auto wide = layer_cases::batch(1, 1, 4, {.count = 200, .low = 0, .high = 5000});
  CHECK(layer_cases::joint_gradient_difference(points, layer_cases::tensor<1>(device, wide, 4)) == "");
}

}  // namespace

// Tests of BLOutputLayer against the oracle: from sites back to lists with padding.
#include "scn/layers/bl_output_layer.hpp"

#include "catch.hpp"
#include "scn/layers/bl_input_layer.hpp"
#include "scn/layers/max_pooling.hpp"
#include "support/layer_cases.hpp"
#include "support/padded_lists.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using padded_lists::Lists;
using scn::BLInputLayer;
using scn::BLOutputLayer;
using scn::Point;

/// The sites of the lists with two channels, which need a gradient.
template <int D>
scn::SparseTensor<D, Double> tensor_of(Double& device, const Lists<D>& lists, scn::Duplicates way) {
  oracle::Random random(D);
  const BLInputLayer<D, Double> input(device, {}, way);
  auto x = input(lists.points, oracle::random_reals(random, 2 * lists.points.size()), {.samples = lists.samples});
  x.features.set_needs_gradient(true);
  return x;
}

TEST_CASE("BLOutputLayer and its gradient are the oracle's with zeros for padding, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& [way, oracle_way] : padded_lists::ways) {
      INFO("way " << static_cast<int>(way));
      const Lists<D> lists(way);
      const auto x = tensor_of(device, lists, way);
      const auto y = layer_cases::pass(BLOutputLayer<D, Double>(device), x);
      const auto rows = oracle::output_forward(lists.sites, layer_cases::features(x), oracle_way);
      CHECK(oracle::difference(oracle::flat(lists.padded(rows, 2)), layer_cases::numbers(y.value())) == "");
      const auto dy = lists.kept(oracle::rows_of(layer_cases::numbers(y.gradient()), 2));
      CHECK(oracle::difference(oracle::output_backward(lists.sites, dy, oracle_way), layer_cases::gradient(x)) == "");
    }
  });
}

TEST_CASE("BLOutputLayer has the gradients of finite differences for every way with duplicates") {
  Double device;
  for (const auto& [way, oracle_way] : padded_lists::ways)
    CHECK(layer_cases::gradient_difference(BLOutputLayer<2, Double>(device), tensor_of(device, Lists<2>(way), way)) ==
          "");
}

TEST_CASE("BLOutputLayer gives lists of padding zeros, and no points no rows") {
  Double device;
  const BLInputLayer<2, Double> input(device);
  const BLOutputLayer<2, Double> output(device);
  const auto padding = input(std::vector<Point<2>>(4, Point<2>(-1)), std::vector<float>(4, 1), {.samples = 2});
  CHECK(layer_cases::numbers(output(padding).value()) == std::vector<double>(4, 0));
  CHECK(output(input(std::span<const Point<2>>(), std::vector<float>(), {.samples = 2})).rows().bound == 0);
}

TEST_CASE("BLOutputLayer refuses sites of another level, and tensors that no input layer began") {
  Double device;
  const std::vector<Point<2>> points{{0, 0}, {1, 0}, {5, 5}};
  auto x = BLInputLayer<2, Double>(device)(points, std::vector<float>{1, 2, 3}, {.samples = 1});
  const BLOutputLayer<2, Double> layer(device);
  const auto coarse = scn::MaxPooling<2, Double>(device, 2, 2)(x);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(coarse); }) ==
        "BLOutputLayer<2>: the tensor is on 2 sites of another level, expected the 3 sites that the InputLayer made");
  CHECK(layer(x).rows().bound == 3);
  x.rulebook = std::make_shared<scn::Rulebook<2, Double>>(device, scn::InputSites<2, Double>{x.sites, nullptr});
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "BLOutputLayer<2>: the tensor does not come from an input layer, so there are no points");
}

}  // namespace

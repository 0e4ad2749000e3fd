// Tests of cropping to a box.
#include "scn/layers/crop.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_subsets.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::crop;
using scn::Point;
using scn::SparseTensor;
using scn::Tape;

/// crop() as a layer.
template <int D>
struct Crop {
  Point<D> low, high;
  SparseTensor<D, Double> operator()(const SparseTensor<D, Double>& x, Tape* tape = nullptr) const {
    return crop(x, low, high, tape);
  }
};

TEST_CASE("Cropping and its gradient are the oracle's in 1 to 4 dimensions, and sites keep their coordinates") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const Crop<D> layers[] = {{-1, 4}, {library::cycle<D>({-3, 0}), library::cycle<D>({2, 5})}, {100, 101}};
    for (const auto& input : layer_cases::inputs(10 + D, D, 3))
      for (const Crop<D>& layer : layers) {
        const auto x = layer_cases::tensor<D>(device, input, 3, {}, 5);
        const auto y = layer_cases::pass(layer, x);
        const auto expected = oracle::kept(input, [&](const oracle::Site& site, const auto&) {
          bool inside = true;
          for (int axis = 0; axis < D; ++axis) {
            const std::int32_t at = site.at[static_cast<std::size_t>(axis)];
            inside = inside && at >= layer.low[axis] && at < layer.high[axis];
          }
          return inside;
        });
        CHECK(layer_cases::features(y) == expected);
        CHECK(layer_cases::gradient(x) == oracle::on_sites(layer_cases::gradient(y), oracle::sites_of(input), 3));
        CHECK((y.samples() == 5 && y.rulebook->derives(y.sites, x.sites)));
      }
  });
}

TEST_CASE("Cropping has the gradient of finite differences") {
  Double device;
  CHECK(layer_cases::gradient_difference(Crop<2>{{-1, -2}, {4, 3}},
                                         layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 3), 3)) == "");
}

TEST_CASE("Cropping to the whole extent keeps all, and the extent stays") {
  Double device;
  const auto input = layer_cases::batch(5, 2, 3, {.low = 0, .high = 7});
  const auto y = crop(layer_cases::tensor<2>(device, input, 3, Point<2>(8)), 0, 8);
  CHECK(layer_cases::features(y) == input);
  CHECK(y.extent() == Point<2>(8));
}

TEST_CASE("Cropping refuses an empty box, and leaves the tensor as it was") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(5, 2, 3), 3);
  for (const Point<2>& high : {Point<2>{4, 1}, Point<2>{4, -2}})
    CHECK(thrown_message<scn::InvalidArgument>([&] {
            crop(x, {1, 1}, high);
          }) == scn::message("crop<2>: the box from (1, 1) to ", to_string(high), " is empty"));
  CHECK(x.rulebook->size() == 0);
  CHECK(crop(x, -3, 6).rows().bound == x.rows().bound);
}

TEST_CASE("Cropping refuses a box that does not lie within the extent") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {5}}}, 1, Point<2>{8, 4});
  CHECK(thrown_message<scn::InvalidArgument>([&] { crop(x, 0, 5); }) ==
        "crop<2>: the box from (0, 0) to (5, 5) does not lie within the extent (8, 4)");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          crop(x, {0, -1}, {8, 4});
        }) == "crop<2>: the box from (0, -1) to (8, 4) does not lie within the extent (8, 4)");
}

}  // namespace

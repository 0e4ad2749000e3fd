// Tests of AddCoords against the oracle's sites, and of what it does where there is nothing to divide by.
#include "scn/layers/add_coords.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::AddCoords;
using scn::Point;

TEST_CASE("AddCoords appends the coordinates between -1 and 1 in 1 to 4 dimensions, and passes the gradient on") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto extent = library::cycle<D>({5, 9, 6});
    for (const auto& input : layer_cases::inputs(D, D, 3, {.low = 0, .high = 4})) {
      auto expected = input;
      for (auto& [site, row] : expected)
        for (int axis = 0; axis < D; ++axis)
          row.push_back(site.at[static_cast<std::size_t>(axis)] / ((extent[axis] - 1) / 2.0) - 1);
      const auto x = layer_cases::tensor<D>(device, input, 3, extent, 4);
      const auto y = layer_cases::pass(AddCoords<D, Double>(device), x);
      CHECK((y.channels() == 3 + D && y.samples() == 4 && y.sites == x.sites));
      CHECK(oracle::difference(expected, layer_cases::features(y), layer_cases::tight) == "");
      auto dx = layer_cases::gradient(y);
      for (auto& [site, row] : dx) row.resize(3);
      CHECK(oracle::difference(dx, layer_cases::gradient(x)) == "");
    }
  });
}

TEST_CASE("AddCoords has the gradient of finite differences") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.low = 0, .high = 4}), 3, Point<2>{5, 6});
  CHECK(layer_cases::gradient_difference(AddCoords<2, Double>(device), x) == "");
}

TEST_CASE("AddCoords gives 0 on an axis of extent 1, where the reference divides by 0") {
  Double device;
  const auto x = layer_cases::tensor<3>(device, {{{0, {3, 0, 4}}, {7}}}, 1, Point<3>{4, 1, 9});
  CHECK(layer_cases::numbers(AddCoords<3, Double>(device)(x).features.value()) == std::vector<double>{7, 1, 0, 0});
}

TEST_CASE("AddCoords rounds once in float, whatever the extent") {
  scn::Cpu device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {70000}}, {}}}, 0, Point<1>(100000));
  CHECK(layer_cases::numbers(AddCoords<1>(device)(x).features.value()) ==
        std::vector<double>{static_cast<float>((2 * 70000 - 99999) / 99999.0)});
}

TEST_CASE("AddCoords refuses sites without an extent, and works afterwards") {
  Double device;
  const AddCoords<3, Double> layer(device);
  const oracle::Features input{{{0, {1, 2, 3}}, {1, 2}}};
  const auto x = layer_cases::tensor<3>(device, input, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "AddCoords<3>: the sites have no extent, by which coordinates could be normalised");
  CHECK(layer_cases::features(x) == input);
  CHECK(layer(layer_cases::tensor<3>(device, input, 2, Point<3>(4))).channels() == 5);
}

}  // namespace

// Tests of MultiscaleShapeContext: names, channels by scale, gradients.
#include "scn/networks/multiscale_shape_context.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Net = scn::MultiscaleShapeContext<2, Double>;
using scn::Point;

TEST_CASE("MultiscaleShapeContext has the parameters of its norm alone, named as the reference's") {
  Double device;
  CHECK(state_dict::difference({state_dict::norm("2", 27)}, Net(device).parameters()) == "");
  CHECK(state_dict::difference({state_dict::norm("1", 50)},
                               Net(device, {.channels = 2, .levels = 1, .size = 5}).parameters()) == "");
  CHECK(Net(device, {.normalization = false}).parameters().size() == 0);
}

/// The layers of two levels called one after the other.
oracle::Features by_hand(Double& device, const scn::SparseTensor<2, Double>& x, std::size_t channels) {
  const scn::ShapeContext<2, Double> context(device);
  const auto coarse = scn::AveragePooling<2, Double>(device, 2, 2)(x);
  const auto fine = layer_cases::features(context(x));
  auto back = layer_cases::features(scn::UnPooling<2, Double>(device, 2, 2)(context(coarse)));
  auto joined = oracle::zeros(oracle::sites_of(fine), 18 * channels);
  for (auto& [site, row] : joined) {
    row = fine.at(site);
    row.insert(row.end(), back.at(site).begin(), back.at(site).end());
  }
  return joined;
}

TEST_CASE("Defect 21, mended: MultiscaleShapeContext joins the contexts of all scales, the finest first",
          "[quirk 21]") {
  Double device;
  const Net net(device, {.channels = 2, .levels = 2, .normalization = false});
  for (const auto& input : layer_cases::inputs(3, 2, 2)) {
    const auto x = layer_cases::tensor<2>(device, input, 2);
    const auto y = net(x);
    CHECK((y.sites == x.sites && y.channels() == 36));
    CHECK(layer_cases::features(y) == by_hand(device, x, 2));
  }
}

TEST_CASE("MultiscaleShapeContext sees a site once at each scale where it is alone") {
  Double device;
  const Net net(device, {.levels = 3, .normalization = false});
  const auto y = net(layer_cases::tensor<2>(device, {{{0, {4, 4}}, {64}}}, 1));
  std::vector<double> expected(27, 0.0);
  expected[4] = 64;
  expected[13] = 16;  // the mean over 2 x 2 places of which one is active
  expected[22] = 4;
  CHECK(layer_cases::features(y) == oracle::Features{{{0, {4, 4}}, expected}});
}

TEST_CASE("MultiscaleShapeContext has the gradients of finite differences in 1 to 3 dimensions") {
  Double device;
  library::for_each_dimension<3>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const scn::MultiscaleShapeContext<D, Double> net(device, {.levels = 2});
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(1, D, 1, {.count = 30, .low = -5}), 1);
    CHECK(layer_cases::gradient_difference(net, x, {}, 30) == "");
  });
}

TEST_CASE("MultiscaleShapeContext keeps an extent that its levels divide, and refuses others") {
  Double device;
  const Net net(device);
  CHECK(net.input_size({8, 12}) == Point<2>{8, 12});
  CHECK(
      thrown_message<scn::InvalidArgument>([&] {
        net.input_size({8, 10});
      }) ==
      "MultiscaleShapeContext<2>: 3 levels with steps of size 2 and stride 2 do not divide the extent (8, 10) without "
      "a remainder, the next larger one that fits is (8, 12)");
}

TEST_CASE("MultiscaleShapeContext refuses settings that make no network") {
  Double device;
  const auto message = [&](const scn::MultiscaleShapeContextSettings& settings) {
    return thrown_message<scn::InvalidArgument>([&] { Net(device, settings); });
  };
  CHECK(message({.channels = 0}) == "MultiscaleShapeContext<2>: channels must be at least 1, got 0");
  CHECK(message({.levels = 0}) == "MultiscaleShapeContext<2>: there has to be at least one level");
  CHECK(message({.levels = -1}) == "MultiscaleShapeContext<2>: there has to be at least one level");
  CHECK(message({.size = 0}) ==
        "MultiscaleShapeContext<2>: a window needs sizes, strides and dilations of at least 1, got size (0, 0), stride "
        "(1, 1), dilation (1, 1), pad (0, 0)");
  CHECK(message({.downsample_stride = 0}) ==
        "MultiscaleShapeContext<2>: a window needs sizes, strides and dilations of at least 1, got size (2, 2), stride "
        "(0, 0), dilation (1, 1), pad (0, 0)");
}

}  // namespace

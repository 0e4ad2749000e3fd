// Tests of FullyConvolutionalNet: names, sizes and gradients.
#include "scn/networks/fully_convolutional_net.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using state_dict::norm;
using state_dict::weight;
using Net = scn::FullyConvolutionalNet<2, Double>;

TEST_CASE("FullyConvolutionalNet has the reference's parameters") {
  Double device;
  const auto all = Net(device, {.channels = {3, 4, 5}}).parameters();
  CHECK(state_dict::difference(
            {norm("0.0", 3), weight("0.1", {9, 1, 3, 3}), norm("1.1.0", 3), weight("1.1.1", {4, 1, 3, 4}),
             norm("1.1.2.0.0", 4), weight("1.1.2.0.1", {9, 1, 4, 4}), norm("1.1.2.1.1.0", 4),
             weight("1.1.2.1.1.1", {4, 1, 4, 5}), norm("1.1.2.1.1.2.0.0", 5), weight("1.1.2.1.1.2.0.1", {9, 1, 5, 5})},
            all) == "");
  CHECK(all.elements() == 616);
}

TEST_CASE("FullyConvolutionalNet of residual blocks and windows of size 3 has the reference's names") {
  Double device;
  const auto all = Net(device, {.channels = {3, 4}, .residual = true, .downsample_size = 3}).parameters();
  CHECK(state_dict::difference(
            {norm("0.1.0", 3), weight("0.1.1", {9, 1, 3, 3}), norm("0.1.2", 3), weight("0.1.3", {9, 1, 3, 3}),
             norm("2.1.0", 3), weight("2.1.1", {9, 1, 3, 4}), norm("2.1.2.0.1.0", 4),
             weight("2.1.2.0.1.1", {9, 1, 4, 4}), norm("2.1.2.0.1.2", 4), weight("2.1.2.0.1.3", {9, 1, 4, 4})},
            all) == "");
}

TEST_CASE("FullyConvolutionalNet has the gradients of finite differences") {
  Double device{.seed = 2};
  const Net net(device, {.channels = {3, 4, 5}});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.count = 30, .low = -9, .high = 9}), 3);
  CHECK(layer_cases::gradient_difference(net, x, {}, 10) == "");
}

TEST_CASE("FullyConvolutionalNet takes no rows, one site and an empty sample, and joins the channels of all levels") {
  Double device;
  const Net net(device, {.channels = {3, 4, 5}, .repetitions = 2, .residual = true});
  for (const auto& input : layer_cases::inputs(1, 2, 3)) {
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto y = layer_cases::pass(net, x);
    CHECK((y.sites == x.sites && y.channels() == 12));
  }
}

TEST_CASE("FullyConvolutionalNet puts the channels of the finest level first") {
  Double device{.seed = 3};
  const Net net(device, {.channels = {3, 4}, .residual = true});
  for (const auto& parameter : net.parameters())
    if (parameter.name.starts_with("2.1."))
      layer_cases::set(
          parameter.variable,
          std::vector<double>(static_cast<std::size_t>(parameter.variable.rows().bound * parameter.variable.channels()),
                              0.0));
  const auto y = net(layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3));
  double finest = 0, coarsest = 0;
  for (const auto& [site, row] : layer_cases::features(y))
    for (std::size_t c = 0; c < row.size(); ++c) (c < 3 ? finest : coarsest) += std::abs(row[c]);
  CHECK((finest > 0 && coarsest == 0));
}

TEST_CASE("FullyConvolutionalNet says which extents its levels divide, and refuses others") {
  Double device;
  const Net net(device, {.channels = {3, 4, 5}, .downsample_size = 3});
  CHECK(net.input_size({7, 11}) == scn::Point<2>{7, 11});
  CHECK(net.fitting_size({8, 11}) == scn::Point<2>{11, 11});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          net.input_size({8, 11});
        }) ==
        "FullyConvolutionalNet<2>: 3 levels with steps of size 3 and stride 2 do not divide the extent (8, 11) without "
        "a remainder, the next larger one that fits is (11, 11)");
}

TEST_CASE("FullyConvolutionalNet refuses to have no level") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Net(device, {}); }) ==
        "FullyConvolutionalNet<2>: there has to be at least one level");
}

}  // namespace

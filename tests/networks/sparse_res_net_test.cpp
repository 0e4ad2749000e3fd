// Tests of SparseResNet: names, sizes and gradients.
#include "scn/networks/sparse_res_net.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using state_dict::norm;
using state_dict::weight;
using Net = scn::SparseResNet<2, Double>;

TEST_CASE("SparseResNet has the reference's parameters") {
  Double device;
  const auto all = Net(device, 3, {{4, 2, 1}, {6, 2, 2}}).parameters();
  CHECK(state_dict::difference(
            {norm("0", 3), weight("1.0.0", {9, 1, 3, 4}), norm("1.0.1", 4), weight("1.0.2", {9, 1, 4, 4}),
             weight("1.1", {3, 4}), norm("3.0.0", 4), weight("3.0.1", {9, 1, 4, 4}), norm("3.0.2", 4),
             weight("3.0.3", {9, 1, 4, 4}), norm("5", 4), weight("6.0.0", {9, 1, 4, 6}), norm("6.0.1", 6),
             weight("6.0.2", {9, 1, 6, 6}), weight("6.1", {9, 1, 4, 6}), norm("8.0.0", 6),
             weight("8.0.1", {9, 1, 6, 6}), norm("8.0.2", 6), weight("8.0.3", {9, 1, 6, 6}), norm("10", 6)},
            all) == "");
  CHECK(all.elements() == 2042);
}

TEST_CASE("SparseResNet leaves a shortcut without weights where channels and sites stay") {
  Double device;
  const auto all = Net(device, 4, {{4, 1, 1}}).parameters();
  CHECK(state_dict::difference({norm("0", 4), weight("1.0.0", {9, 1, 4, 4}), norm("1.0.1", 4),
                                weight("1.0.2", {9, 1, 4, 4}), norm("3", 4)},
                               all) == "");
}

TEST_CASE("SparseResNet has the gradients of finite differences") {
  Double device{.seed = 2};
  const Net net(device, 3, {{4, 2, 1}, {5, 1, 2}});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3, {.count = 30, .low = -9, .high = 9}), 3);
  CHECK(layer_cases::gradient_difference(net, x, {}, 10) == "");
}

TEST_CASE("Defect 33, kept: SparseResNet takes the first shortcut of a group from the activated tensor", "[quirk 33]") {
  Double device;
  const Net net(device, 1, {{1, 1, 1}});
  const auto all = net.parameters();
  for (const char* name : {"1.0.0.weight", "1.0.2.weight"})
    layer_cases::set(all.find(name)->variable, std::vector<double>(9, 0.0));
  layer_cases::set(all.find("0.bias")->variable, {100});
  const auto y = net(layer_cases::tensor<2>(device, {{{0, {0, 0}}, {-1}}}, 1));
  const double first = 100 - 1 / std::sqrt(1 + 1e-4);
  CHECK(layer_cases::numbers(y.features.value())[0] == Approx(first / std::sqrt(1 + 1e-4)));
}

TEST_CASE("SparseResNet takes no rows, one site and an empty sample") {
  Double device;
  const Net net(device, 3, {{4, 2, 1}, {6, 2, 2}});
  for (const auto& input : layer_cases::inputs(1, 2, 3)) {
    const auto y = layer_cases::pass(net, layer_cases::tensor<2>(device, input, 3));
    CHECK(y.channels() == 6);
    CHECK((y.rows().bound == 0) == input.empty());
  }
}

TEST_CASE("SparseResNet says which extent of inputs gives an extent of outputs") {
  Double device;
  CHECK(Net(device, 3, {{4, 2, 1}, {6, 2, 2}, {6, 1, 2}}).input_size({5, 8}) == scn::Point<2>{23, 35});
}

TEST_CASE("SparseResNet refuses channels and strides that are none") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Net(device, 3, {{0, 1, 1}});
        }) == "SubmanifoldConvolution<2>: channels must be at least 1, got 3 and 0");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Net(device, 3, {{4, 1, 0}});
        }) ==
        "Convolution<2>: a window needs sizes, strides and dilations of at least 1, got size (3, 3), stride (0, 0), "
        "dilation (1, 1), pad (0, 0)");
}

}  // namespace

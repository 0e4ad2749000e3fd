// Tests of SparseVggNet: its grammar, names, sizes and gradients.
#include "scn/networks/sparse_vgg_net.hpp"

#include "catch.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "support/layer_cases.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using state_dict::norm;
using state_dict::weight;
using Net = scn::SparseVggNet<2, Double>;

TEST_CASE("SparseVggNet has the reference's parameters for convolutions, pooling and strided convolutions") {
  Double device;
  const auto all =
      Net(device, 3, {{"C", 4}, {"C", 4}, {"MP", 3, 2}, {"C", 6}, {"MP"}, {"C3/2", 5}, {"C3/2"}}).parameters();
  CHECK(state_dict::difference({weight("0", {9, 1, 3, 4}), norm("1", 4), weight("2", {9, 1, 4, 4}), norm("3", 4),
                                weight("5", {9, 1, 4, 6}), norm("6", 6), weight("8", {9, 1, 6, 5}), norm("9", 5),
                                weight("10", {9, 1, 5, 5}), norm("11", 5)},
                               all) == "");
  CHECK(all.elements() == 1011);
}

TEST_CASE("SparseVggNet has the reference's parameters for branches of one, two and three levels") {
  Double device;
  const auto all = Net(device, 2, {{"C", 4, 3}, {"C", 4, 3, 2}, {"MP", 3, 2}, {"C", 3, 2, 2, 2}}).parameters();
  CHECK(state_dict::difference({weight("0.0", {9, 1, 2, 4}),
                                weight("0.1.0", {9, 1, 2, 3}),
                                norm("0.1.1", 3),
                                weight("0.1.2", {9, 1, 3, 3}),
                                norm("0.1.3", 3),
                                weight("0.1.4", {9, 1, 3, 3}),
                                norm("2", 7),
                                weight("3.0", {9, 1, 7, 4}),
                                weight("3.1.0", {9, 1, 7, 3}),
                                norm("3.1.1", 3),
                                weight("3.1.2", {9, 1, 3, 3}),
                                norm("3.1.3", 3),
                                weight("3.1.4", {9, 1, 3, 3}),
                                weight("3.2.0", {9, 1, 7, 2}),
                                norm("3.2.1", 2),
                                weight("3.2.2", {9, 1, 2, 2}),
                                norm("3.2.3", 2),
                                weight("3.2.4", {9, 1, 2, 2}),
                                norm("3.2.5", 2),
                                weight("3.2.6", {9, 1, 2, 2}),
                                norm("3.2.7", 2),
                                weight("3.2.8", {9, 1, 2, 2}),
                                norm("3.2.9", 2),
                                weight("3.2.10", {9, 1, 2, 2}),
                                norm("3.2.11", 2),
                                weight("3.2.12", {9, 1, 2, 2}),
                                norm("5", 9),
                                weight("7.0", {9, 1, 9, 3}),
                                weight("7.1.0", {9, 1, 9, 2}),
                                norm("7.1.1", 2),
                                weight("7.1.2", {9, 1, 2, 2}),
                                norm("7.1.3", 2),
                                weight("7.1.4", {9, 1, 2, 2}),
                                weight("7.2.0", {9, 1, 9, 2}),
                                norm("7.2.1", 2),
                                weight("7.2.2", {9, 1, 2, 2}),
                                norm("7.2.3", 2),
                                weight("7.2.4", {9, 1, 2, 2}),
                                norm("7.2.5", 2),
                                weight("7.2.6", {9, 1, 2, 2}),
                                norm("7.2.7", 2),
                                weight("7.2.8", {9, 1, 2, 2}),
                                norm("7.2.9", 2),
                                weight("7.2.10", {9, 1, 2, 2}),
                                norm("7.2.11", 2),
                                weight("7.2.12", {9, 1, 2, 2}),
                                weight("7.3.0", {9, 1, 9, 2}),
                                norm("7.3.1", 2),
                                weight("7.3.2", {9, 1, 2, 2}),
                                norm("7.3.3", 2),
                                weight("7.3.4", {9, 1, 2, 2}),
                                norm("7.3.5", 2),
                                weight("7.3.6", {9, 1, 2, 2}),
                                norm("7.3.7", 2),
                                weight("7.3.8", {9, 1, 2, 2}),
                                norm("7.3.9", 2),
                                weight("7.3.10", {9, 1, 2, 2}),
                                norm("7.3.11", 2),
                                weight("7.3.12", {9, 1, 2, 2}),
                                norm("7.3.13", 2),
                                weight("7.3.14", {9, 1, 2, 2}),
                                norm("7.3.15", 2),
                                weight("7.3.16", {9, 1, 2, 2}),
                                norm("7.3.17", 2),
                                weight("7.3.18", {9, 1, 2, 2}),
                                norm("7.3.19", 2),
                                weight("7.3.20", {9, 1, 2, 2}),
                                norm("9", 9)},
                               all) == "");
  CHECK(all.elements() == 2780);
}

TEST_CASE("SparseVggNet takes a token with a list of numbers like one with the numbers") {
  Double device;
  const auto listed = Net(device, 2, {scn::VggLayer(std::string("C"), {4, 3})}).parameters();
  CHECK(state_dict::difference(
            {weight("0.0", {9, 1, 2, 4}), weight("0.1.0", {9, 1, 2, 3}), norm("0.1.1", 3),
             weight("0.1.2", {9, 1, 3, 3}), norm("0.1.3", 3), weight("0.1.4", {9, 1, 3, 3}), norm("2", 7)},
            listed) == "");
}

TEST_CASE("SparseVggNet with branches has the gradients of finite differences") {
  Double device{.seed = 2};
  const Net net(device, 2, {{"C", 3, 2, 2}, {"C3/2", 3}, {"MP", 2, 2}, {"C", 2}});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2, {.count = 40, .low = -9, .high = 9}), 2);
  CHECK(layer_cases::gradient_difference(net, x, {}, 10) == "");
}

TEST_CASE("SparseVggNet takes no rows, one site and an empty sample") {
  Double device;
  const Net net(device, 2, {{"C", 4, 3, 2}, {"MP"}, {"C3/2", 5}});
  for (const auto& input : layer_cases::inputs(1, 2, 2)) {
    const auto y = layer_cases::pass(net, layer_cases::tensor<2>(device, input, 2));
    CHECK(y.channels() == 5);
    CHECK((y.rows().bound == 0) == input.empty());
  }
}

TEST_CASE("The network of hello world wants 87 x 87 for 10 x 10, and fills it") {
  Double device;
  const scn::Sequential model{
      Net{device,
          1,
          {{"C", 8}, {"C", 8}, {"MP", 3, 2}, {"C", 16}, {"C", 16}, {"MP", 3, 2}, {"C", 24}, {"C", 24}, {"MP", 3, 2}}},
      scn::SubmanifoldConvolution<2, Double>{device, 24, 32, 3}, scn::BatchNormReLU{device, 32},
      scn::SparseToDense<2, Double>{device}};
  REQUIRE(model.input_size(Point<2>{10, 10}) == Point<2>{87, 87});
  const auto y = model(layer_cases::tensor<2>(device, {{{0, {0, 4}}, {1}}, {{0, {86, 86}}, {1}}}, 1, Point<2>(87)));
  CHECK((y.batch_size == 1 && y.channels == 32 && y.spatial_size == Point<2>{10, 10}));
  const auto names = model.parameters();
  CHECK(names.begin()->name == "0.0.weight");
  CHECK((names.find("0.13.running_var") && names.find("1.weight") && names.find("1.bias") && names.find("2.weight")));
}

TEST_CASE("SparseVggNet of no layer gives its input back") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  CHECK(Net(device, 2, {})(x).features.same(x.features));
}

TEST_CASE("SparseVggNet refuses what is no layer") {
  Double device;
  const auto message_of = [&](const scn::VggLayer& layer) {
    return thrown_message<scn::InvalidArgument>([&] { Net(device, 2, {{"C", 2}, layer}); });
  };
  CHECK(message_of({"X", 3}) == "SparseVggNet<2>: no layer is written {\"X\"} with 1 numbers");
  CHECK(message_of({"C8"}) == "SparseVggNet<2>: no layer is written {\"C8\"} with 0 numbers");
  CHECK(message_of({"c", 8}) == "SparseVggNet<2>: no layer is written {\"c\"} with 1 numbers");
  CHECK(message_of({"C"}) == "SparseVggNet<2>: no layer is written {\"C\"} with 0 numbers");
  CHECK(message_of({"MP", 3}) == "SparseVggNet<2>: no layer is written {\"MP\"} with 1 numbers");
  CHECK(message_of({"C3/2", 3, 2}) == "SparseVggNet<2>: no layer is written {\"C3/2\"} with 2 numbers");
  CHECK(message_of({"C", 0}) == "SubmanifoldConvolution<2>: channels must be at least 1, got 2 and 0");
}

}  // namespace

// Tests of SparseDenseNet: its transitions, names, sizes and gradients.
#include "scn/networks/sparse_dense_net.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_pooling.hpp"
#include "support/state_dict.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::DenseNetGrowth;
using scn::DenseNetTransition;
using state_dict::norm;
using state_dict::weight;
using Net = scn::SparseDenseNet<2, Double>;

TEST_CASE("SparseDenseNet has the names that the reference's builder would give, and its shapes") {
  Double device;
  const Net net(device, 6,
                {DenseNetTransition{"MP"}, DenseNetGrowth{.layers = 1, .growth = 2},
                 DenseNetTransition{.pool = "BN-R-C-AP", .compression = 0.5, .base = 4},
                 DenseNetTransition{.pool = "C-AP", .compression = 0.4, .base = 1},
                 DenseNetTransition{.pool = "AP", .size = 3, .compression = 0.5, .base = 1}});
  const auto linear = [](const std::string& name, std::int64_t in, std::int64_t out) {
    return std::vector<state_dict::Entry>{{name + ".weight", {in, out}}, {name + ".bias", {out}}};
  };
  CHECK(state_dict::difference({norm("1.0", 6),
                                {{"1.1.affineWeight", {6}}, {"1.1.affineBias", {6}}, {"1.1.convWeight", {6, 8}}},
                                norm("1.2", 8),
                                weight("1.3", {9, 1, 8, 2}),
                                norm("1.4", 2),
                                norm("2", 8),
                                linear("3", 8, 4),
                                linear("5", 4, 3)},
                               net.parameters()) == "");
  CHECK(net.out_channels() == 2);
}

TEST_CASE("SparseDenseNet loses whole multiples of the base at a transition") {
  Double device;
  const auto out = [&](double compression, int base) {
    return Net(device, 40, {DenseNetTransition{.pool = "AP", .compression = compression, .base = base}}).out_channels();
  };
  CHECK(out(0, 16) == 40);
  CHECK(out(0.3, 16) == 40);  // floor(12 / 16) = 0
  CHECK(out(0.5, 16) == 24);  // floor(20 / 16) = 1
  CHECK(out(0.9, 16) == 8);   // floor(36 / 16) = 2
  CHECK(out(0.9, 1) == 4);
  CHECK(out(0.99, 7) == 5);  // floor(39.6 / 7) = 5
}

TEST_CASE("The transitions MP and AP of SparseDenseNet leave the first channels out") {
  Double device;
  const auto input = layer_cases::batch(1, 2, 6);
  const auto window = oracle::strided_window({2, 2}, {2, 2});
  const auto outputs = oracle::reached(oracle::sites_of(input), window);
  const auto pairs = oracle::pairs_between(oracle::sites_of(input), outputs, window);
  const auto got = [&](const char* pool) {
    const Net net(device, 6, {DenseNetTransition{.pool = pool, .compression = 0.5, .base = 2}});
    return layer_cases::features(net(layer_cases::tensor<2>(device, input, 6)));
  };
  CHECK(oracle::difference(oracle::max_pool(input, outputs, pairs, 2), got("MP")) == "");
  CHECK(oracle::difference(oracle::average_pool(input, outputs, pairs, 4, 2), got("AP"), layer_cases::tight) == "");
}

TEST_CASE("SparseDenseNet has the gradients of finite differences through every transition") {
  Double device{.seed = 2};
  const Net net(
      device, 4,
      {DenseNetTransition{.pool = "MP", .compression = 0.25, .base = 1}, DenseNetGrowth{1, 3},
       DenseNetTransition{.pool = "BN-R-C-AP", .compression = 0.5, .base = 1}, DenseNetGrowth{1, 2},
       DenseNetTransition{.pool = "AP", .size = 3, .compression = 0.5, .base = 1}, DenseNetTransition{.pool = "C-AP"}});
  const auto input = layer_cases::batch(1, 2, 4, {.count = 60, .low = -15, .high = 15});
  CHECK(layer_cases::gradient_difference(net, layer_cases::tensor<2>(device, input, 4), {}, 10) == "");
}

TEST_CASE("SparseDenseNet takes no rows, one site and an empty sample") {
  Double device;
  const Net net(device, 4,
                {DenseNetGrowth{1, 2}, DenseNetTransition{.pool = "BN-R-C-AP", .compression = 0.5, .base = 1}});
  for (const auto& input : layer_cases::inputs(1, 2, 4)) {
    const auto y = layer_cases::pass(net, layer_cases::tensor<2>(device, input, 4));
    CHECK((y.channels() == 3 && (y.rows().bound == 0) == input.empty()));
  }
}

TEST_CASE("The historic DenseNet-A of Chinese handwriting has its number of channels and wants 64 x 64") {
  Double device;
  const DenseNetTransition down{"BN-R-C-AP"};
  const Net net(device, 16,
                {DenseNetTransition{"MP"}, DenseNetGrowth{}, down, DenseNetGrowth{}, down, DenseNetGrowth{}, down,
                 DenseNetGrowth{}});
  CHECK(net.out_channels() == 16 + 4 * 2 * 16);
  CHECK(net.input_size(scn::Point<2>(4)) == scn::Point<2>(64));
  const auto block = [](std::int64_t in) {  // first norm, then twice affine and linear, norm, convolution, norm
    std::int64_t sum = 2 * in;
    for (const std::int64_t n : {in, in + 16}) sum += 2 * n + n * 64 + 2 * 64 + 9 * 64 * 16 + 2 * 16;
    return sum;
  };
  const auto transition = [](std::int64_t n) { return 2 * n + n * n + n; };
  CHECK(net.parameters().elements() ==
        block(16) + transition(48) + block(48) + transition(80) + block(80) + transition(112) + block(112));
}

TEST_CASE("SparseDenseNet of no step gives its input back") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  CHECK(Net(device, 2, {})(x).features.same(x.features));
}

TEST_CASE("SparseDenseNet refuses what is no transition") {
  Double device;
  const auto message_of = [&](const DenseNetTransition& transition) {
    return thrown_message<scn::InvalidArgument>([&] { Net(device, 8, {transition}); });
  };
  CHECK(message_of({"max"}) == "SparseDenseNet<2>: no transition is written \"max\"");
  CHECK(message_of({.pool = "AP", .compression = 1}) ==
        "SparseDenseNet<2>: compression must lie in [0, 1) and base must be at least 1, got 1.000000 and 16");
  CHECK(message_of({.pool = "AP", .compression = -0.5}) ==
        "SparseDenseNet<2>: compression must lie in [0, 1) and base must be at least 1, got -0.500000 and 16");
  CHECK(message_of({.pool = "AP", .base = 0}) ==
        "SparseDenseNet<2>: compression must lie in [0, 1) and base must be at least 1, got 0.000000 and 0");
  CHECK(message_of({.pool = "AP", .stride = 0})
            .starts_with("AveragePooling<2>: a window needs sizes, strides and dilations of at least 1"));
}

}  // namespace

// Tests of CheckpointedSequential: the bits of AnySequential, less memory, and what a second pass may not do.
#include "scn/layers/checkpointed_sequential.hpp"

#include <cmath>
#include <utility>

#include "catch.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/deconvolution.hpp"
#include "scn/layers/dropout.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/tables.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::AnySequential;
using scn::CheckpointedSequential;
using scn::NetworkInNetwork;

/// The same layers in both kinds of sequence.
template <int D, class Dev>
struct Pair {
  AnySequential<D, Dev> plain;
  CheckpointedSequential<D, Dev> checkpointed;

  template <class Layer>
  Pair& add(const Layer& layer) {
    plain.add(layer);
    checkpointed.add(layer);
    return *this;
  }
};

/// All numbers that a training pass leaves behind; what it moved is as before afterwards.
template <class Dev, int D, class Net>
std::vector<std::vector<double>> outcome(Dev& device, const Net& net, const oracle::Features& input,
                                         std::int64_t channels, const scn::Pass& kind = {}) {
  using layer_cases::numbers;
  const auto x = layer_cases::tensor<D>(device, input, channels);
  std::vector<std::vector<double>> before, result;
  for (const auto& parameter : net.parameters()) {
    before.push_back(numbers(parameter.variable.value()));
    parameter.variable.clear_gradient();
  }
  const std::uint64_t draws = device.draws;
  const auto y = layer_cases::pass(net, x, kind);
  result = {numbers(y.features.value()), numbers(x.features.gradient()), {static_cast<double>(device.draws - draws)}};
  device.draws = draws;
  for (const auto& parameter : net.parameters()) {
    result.push_back(numbers(parameter.trained ? parameter.variable.gradient() : parameter.variable.value()));
    layer_cases::set(parameter.variable, before.at(0));
    before.erase(before.begin());
  }
  return result;
}

template <int D, class Dev>
Pair<D, Dev> with_norm_and_dropout(Dev& device) {
  Pair<D, Dev> nets;
  nets.add(NetworkInNetwork<Dev>(device, 3, 4))
      .add(scn::BatchNormReLU<Dev>(device, 4))
      .add(scn::Dropout(0.3))
      .add(NetworkInNetwork<Dev>(device, 4, 2))
      .add(scn::Dropout(0.5));
  layer_cases::randomize<Dev>(nets.plain, 1);
  return nets;
}

TEST_CASE("CheckpointedSequential has the bits of AnySequential: values, gradients, statistics, draws, in 1 to 4 D") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    const auto nets = with_norm_and_dropout<D>(device);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const auto expected = outcome<Double, D>(device, nets.plain, input, 3);
      CHECK(outcome<Double, D>(device, nets.checkpointed, input, 3) == expected);
      if (input.size() > 1) CHECK(oracle::nonzero_part(expected.at(1)) > 0.3);
    }
  });
}

TEST_CASE("CheckpointedSequential has the bits of AnySequential in single precision and in evaluation") {
  scn::Cpu device;
  const auto nets = with_norm_and_dropout<2>(device);
  const auto input = layer_cases::batch(3, 2, 3, {.count = 40});
  for (const scn::Pass& kind : {scn::Pass{}, scn::Pass{.training = false}, scn::Pass{.update_statistics = false}})
    CHECK(outcome<scn::Cpu, 2>(device, nets.checkpointed, input, 3, kind) ==
          outcome<scn::Cpu, 2>(device, nets.plain, input, 3, kind));
}

TEST_CASE("Defect 32, mended: CheckpointedSequential moves running statistics once", "[quirk 32]") {
  Double device;
  CheckpointedSequential<2, Double> net;
  net.add(scn::BatchNormalization<Double>(device, 3));
  const auto input = layer_cases::batch(3, 2, 3);
  double mean = 0;
  for (const auto& [site, row] : input) mean += row[1] / static_cast<double>(input.size());
  layer_cases::pass(net, layer_cases::tensor<2>(device, input, 3));
  CHECK(layer_cases::numbers(net.parameters().find("0.running_mean")->variable.value())[1] == Approx(0.01 * mean));
}

TEST_CASE("Defect 32, mended: CheckpointedSequential may lead to other sites", "[quirk 32]") {
  Double device;
  Pair<2, Double> nets;
  nets.add(scn::SubmanifoldConvolution<2, Double>(device, 3, 3, 3))
      .add(scn::Convolution<2, Double>(device, 3, 4, 3, 2))
      .add(scn::ReLU{});
  const auto input = layer_cases::batch(3, 2, 3);
  CHECK(outcome<Double, 2>(device, nets.checkpointed, input, 3) == outcome<Double, 2>(device, nets.plain, input, 3));
  nets.add(scn::Deconvolution<2, Double>(device, 4, 2, 3, 2));
  CHECK(outcome<Double, 2>(device, nets.checkpointed, input, 3) == outcome<Double, 2>(device, nets.plain, input, 3));
}

TEST_CASE("CheckpointedSequential within another, and in branches, has the bits of AnySequential") {
  Double device;
  const auto deep = with_norm_and_dropout<2>(device);
  const NetworkInNetwork<Double> shortcut(device, 3, 2), last(device, 2, 3);
  const auto net = [&](auto sequence, const auto& branch) {
    scn::ConcatTable<2, Double> table;
    table.add(shortcut).add(branch);
    return sequence.add(scn::Dropout(0.2)).add(table).add(scn::AddTable<2, Double>{}).add(last).add(scn::Dropout(0.2));
  };
  const auto expected =
      outcome<Double, 2>(device, net(AnySequential<2, Double>(), deep.plain), layer_cases::batch(3, 2, 3), 3);
  CHECK(outcome<Double, 2>(device, net(CheckpointedSequential<2, Double>(), deep.checkpointed),
                           layer_cases::batch(3, 2, 3), 3) == expected);
  CHECK(expected.at(2) == std::vector<double>{4});
}

TEST_CASE("CheckpointedSequential has the gradients of finite differences") {
  Double device;
  CheckpointedSequential<2, Double> net;
  net.add(NetworkInNetwork<Double>(device, 3, 4)).add(scn::BatchNormReLU<Double>(device, 4));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(3, 2, 3), 3);
  CHECK(layer_cases::gradient_difference(net, x) == "");
}

TEST_CASE("CheckpointedSequential keeps no steps and no matrices of its layers on the tape") {
  constexpr int channels = 512;  // so that matrices are most of what is held
  Double device{.seed = 2};
  Pair<2, Double> nets;
  for (int i = 0; i < 6; ++i) nets.add(NetworkInNetwork<Double>(device, channels, channels)).add(scn::ReLU{});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(3, 2, channels), channels);
  const auto used = [&] { return static_cast<double>(device.pool->used_bytes()); };
  const double before_matrix = used();
  const scn::Matrix<Double> matrix(device, x.rows().bound, channels);
  const double bytes = used() - before_matrix;
  const auto kept = [&](const auto& net) {
    const double before = used();
    scn::Tape tape;
    const auto y = net(x, &tape);
    return std::pair{tape.size(), std::lround((used() - before) / bytes)};
  };
  CHECK(kept(nets.plain) == std::pair{std::int64_t{12}, 12L});
  CHECK(kept(nets.checkpointed) == std::pair{std::int64_t{1}, 1L});
}

TEST_CASE("CheckpointedSequential just calls its layers where nothing is recorded") {
  Double device{.seed = 3};
  Pair<2, Double> nets;
  nets.add(NetworkInNetwork<Double>(device, 3, 4)).add(scn::Dropout(0.5));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(3, 2, 3), 3);
  CHECK(layer_cases::features(nets.checkpointed(x)) == layer_cases::features(nets.plain(x)));
  scn::Tape tape({.record = false});
  const std::uint64_t draws = device.draws;
  const auto y = nets.checkpointed(x, &tape);
  CHECK((tape.size() == 0 && device.draws == draws + 1));
  CHECK_FALSE(y.features.needs_gradient());
  device.draws = draws;
  CHECK(layer_cases::features(y) == layer_cases::features(nets.plain(x, &tape)));
}

TEST_CASE("CheckpointedSequential records nothing where nothing needs a gradient, and what needs none gets none") {
  Double device;
  CheckpointedSequential<2, Double> net;
  net.add(NetworkInNetwork<Double>(device, 3, 4));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(3, 2, 3), 3);
  const auto all = net.parameters();
  x.features.set_needs_gradient(false);
  layer_cases::pass(net, x);
  CHECK_FALSE(x.features.has_gradient());
  for (const auto& parameter : all) {
    CHECK(parameter.variable.has_gradient());
    parameter.variable.clear_gradient();
    parameter.variable.set_needs_gradient(false);
  }
  scn::Tape tape;
  CHECK_FALSE(net(x, &tape).features.needs_gradient());
  CHECK(tape.size() == 0);
  x.features.set_needs_gradient(true);
  layer_cases::pass(net, x);
  CHECK(x.features.has_gradient());
  for (const auto& parameter : all) CHECK_FALSE(parameter.variable.has_gradient());
}

TEST_CASE("CheckpointedSequential of no layers gives its input back") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(3, 2, 3), 3);
  scn::Tape tape;
  CHECK(CheckpointedSequential<2, Double>()(x, &tape).features.same(x.features));
  CHECK(CheckpointedSequential<2, Double>().add(scn::Identity{})(x, &tape).features.same(x.features));
  CHECK(tape.size() == 0);
}

/// Runs `first` in the first call, `second` in later ones.
template <class First, class Second>
struct Changing {
  First first;
  Second second;
  std::shared_ptr<int> calls = std::make_shared<int>(0);

  auto operator()(const scn::SparseTensor<1, Double>& x, scn::Tape* tape) const {
    return (*calls)++ == 0 ? first(x, tape) : second(x, tape);
  }
};

TEST_CASE("CheckpointedSequential does not compute a section again whose result got no gradient") {
  Double device;
  const Changing<scn::ReLU, scn::ReLU> layer{};
  CheckpointedSequential<1, Double> net;
  net.add(layer);
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  scn::Tape tape;
  net(x, &tape);
  tape.backward(x.features, layer_cases::output_gradient(x.features));
  CHECK(*layer.calls == 1);
}

TEST_CASE("CheckpointedSequential refuses a section that changes its sites between passes") {
  Double device;
  CheckpointedSequential<1, Double> net;
  net.add(Changing<scn::ReLU, scn::MaxPooling<1, Double>>{{}, {device, 2, 2}});
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{0, {1}}, {2}}, {{0, {2}}, {3}}}, 1);
  scn::Tape tape;
  const auto y = net(x, &tape);
  const auto dy = layer_cases::output_gradient(y.features);
  CHECK(thrown_message<scn::InvalidArgument>([&] { tape.backward(y.features, dy); }) ==
        "CheckpointedSequential<1>: the section ended on 3 sites, and on 2 others when it was computed again");
  CHECK_FALSE(x.features.has_gradient());
  CHECK(layer_cases::features(x).size() == 3);
}

TEST_CASE("CheckpointedSequential takes a layer that makes its sites anew in each pass, if they are the same") {
  Double device;
  const oracle::Features input{{{0, {0}}, {1}}, {{2, {1}}, {2}}};
  const auto anew = [&](const scn::SparseTensor<1, Double>& x, scn::Tape* tape) {
    auto y = scn::ReLU{}(x, tape);
    y.sites = layer_cases::tensor<1>(device, input, 1).sites;
    return y;
  };
  CheckpointedSequential<1, Double> net;
  net.add(anew);
  const auto x = layer_cases::tensor<1>(device, input, 1);
  CHECK_FALSE(layer_cases::pass(net, x).sites == x.sites);
  CHECK(layer_cases::numbers(x.features.gradient()).size() == 2);
}

TEST_CASE("CheckpointedSequential names parameters as AnySequential does, and walks back to the extent of inputs") {
  Double device;
  CheckpointedSequential<2, Double> net;
  net.add(scn::MaxPooling<2, Double>(device, 3, 2)).add("head", NetworkInNetwork<Double>(device, 1, 1));
  CHECK(net.parameters().find("head.weight") != nullptr);
  CHECK(net.input_size({2, 3}) == scn::Point<2>{5, 7});
  const scn::Sequential whole{net, scn::ReLU{}};
  CHECK(whole.parameters().find("0.head.bias") != nullptr);
}

TEST_CASE("CheckpointedSequential refuses to end in several tensors") {
  Double device;
  scn::ConcatTable<1, Double> twice;
  twice.add(scn::Identity{}).add(scn::Identity{});
  CheckpointedSequential<1, Double> net;
  net.add(twice);
  scn::Tape tape;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  CHECK(thrown_message<scn::InvalidArgument>([&] { net(x, &tape); }) ==
        "CheckpointedSequential<1>: expected one tensor, got 2");
  CHECK(tape.size() == 0);
}

}  // namespace

// Tests of ConcatTable, JoinTable and AddTable.
#include "scn/layers/tables.hpp"

#include "catch.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::AddTable;
using scn::ConcatTable;
using scn::JoinTable;
using scn::NetworkInNetwork;

/// A table and what joins its results, as one layer.
template <int D, class Join>
scn::AnySequential<D, Double> joined(Double& device, int second_channels) {
  ConcatTable<D, Double> table;
  table.add(scn::Identity{}).add(NetworkInNetwork<Double>(device, 3, second_channels));
  scn::AnySequential<D, Double> net;
  net.add(std::move(table)).add(Join{});
  layer_cases::randomize<Double>(net, 1);
  return net;
}

/// What the second branch gives for one site.
oracle::Channels second_branch(const scn::Parameters<Double>& all, const oracle::Channels& x) {
  const auto weight = layer_cases::numbers(all.find("0.1.weight")->variable.value());
  auto y = layer_cases::numbers(all.find("0.1.bias")->variable.value());
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t o = 0; o < y.size(); ++o) y[o] += x[i] * weight[i * y.size() + o];
  return y;
}

TEST_CASE("JoinTable puts channels side by side in the order of the branches, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const auto net = joined<D, JoinTable<D, Double>>(device, 2);
      auto expected = input;
      for (auto& [site, row] : expected)
        for (const double value : second_branch(net.parameters(), oracle::Channels(row))) row.push_back(value);
      const auto x = layer_cases::tensor<D>(device, input, 3);
      CHECK(oracle::difference(expected, layer_cases::features(net(x)), layer_cases::tight) == "");
      CHECK(layer_cases::gradient_difference(net, x) == "");
    }
  });
}

TEST_CASE("AddTable adds its branches, in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(D, D, 3)) {
      const auto net = joined<D, AddTable<D, Double>>(device, 3);
      auto expected = input;
      for (auto& [site, row] : expected) {
        const auto more = second_branch(net.parameters(), row);
        for (std::size_t c = 0; c < 3; ++c) row[c] += more[c];
      }
      const auto x = layer_cases::tensor<D>(device, input, 3);
      CHECK(oracle::difference(expected, layer_cases::features(net(x)), layer_cases::tight) == "");
      CHECK(layer_cases::gradient_difference(net, x) == "");
    }
  });
}

TEST_CASE("AddTable leaves its arguments as they were") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2);
  CHECK(layer_cases::features(AddTable<1, Double>()({x, x, x})) == oracle::Features{{{0, {0}}, {3, 6}}});
  CHECK(layer_cases::features(x) == oracle::Features{{{0, {0}}, {1, 2}}});
}

TEST_CASE("Tables give a branch no gradient that needs none") {
  Double device;
  const auto make = [&](bool needs) {
    const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2);
    x.features.set_needs_gradient(needs);
    return x;
  };
  const auto check = [&](const auto& table) {
    const auto frozen = make(false);
    const auto other = frozen.with(make(true).features);
    scn::Tape tape;
    const auto y = table({frozen, other}, &tape);
    tape.backward(y.features, layer_cases::output_gradient(y.features));
    CHECK_FALSE(frozen.features.has_gradient());
    CHECK(other.features.has_gradient());
    table({frozen, frozen}, &tape);
    CHECK(tape.size() == 0);
  };
  check(JoinTable<1, Double>());
  check(AddTable<1, Double>());
}

TEST_CASE("Tables of one tensor give it back") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2);
  CHECK(layer_cases::features(JoinTable<1, Double>()({x})) == layer_cases::features(x));
  CHECK(layer_cases::features(AddTable<1, Double>()({x})) == layer_cases::features(x));
}

TEST_CASE("Tables take no rows of any number of channels") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {}, 0);
  const auto other = x.with(scn::Variable<Double>(scn::Matrix<Double>::zeros(device, 0, 3), true));
  CHECK(AddTable<1, Double>()({x, other}).rows().bound == 0);
  CHECK(JoinTable<1, Double>()({x, other}).channels() == 3);
}

TEST_CASE("Defect 36, mended: JoinTable of an empty first tensor has the channels of all", "[quirk 36]") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {}, 2);
  const auto other = x.with(scn::Variable<Double>(scn::Matrix<Double>::zeros(device, 0, 3), true));
  const auto y = JoinTable<2, Double>()({x, other, x});
  CHECK((y.rows().bound == 0 && y.channels() == 7));
  CHECK(NetworkInNetwork<Double>(device, 7, 1)(y).channels() == 1);
}

TEST_CASE("The functions of a list of tensors are JoinTable and AddTable") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2);
  const scn::Tensors list{x, x.with(layer_cases::tensor<1>(device, {{{0, {0}}, {3, 5}}}, 2).features)};
  scn::Tape tape;
  const auto side_by_side = scn::concatenate_feature_planes(list, &tape);
  CHECK(layer_cases::features(side_by_side) == oracle::Features{{{0, {0}}, {1, 2, 3, 5}}});
  const auto sum = scn::add_feature_planes(list, &tape);
  CHECK(layer_cases::features(sum) == oracle::Features{{{0, {0}}, {4, 7}}});
  CHECK(tape.size() == 2);
  CHECK(layer_cases::features(scn::add_feature_planes(list)) == layer_cases::features(sum));
}

TEST_CASE("Tables refuse tensors on different sites, even of one size, and work afterwards") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{0, {1}}, {1}}}, 1);
  const auto same_size = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}, {{0, {1}}, {1}}}, 1);
  const auto smaller = scn::MaxPooling<1, Double>(device, 2, 2)(x);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          JoinTable<1, Double>()({x, x, smaller});
        }) == "JoinTable<1>: tensors 0 and 2 live on different sites (2 and 1 rows)");
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          AddTable<1, Double>()({x, same_size});
        }) == "AddTable<1>: tensors 0 and 1 live on different sites (2 and 2 rows)");
  CHECK(JoinTable<1, Double>()({x, x}).channels() == 2);
}

TEST_CASE("AddTable refuses tensors with other channels") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2);
  const auto other = x.with(layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2, 3}}}, 3).features);
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          AddTable<1, Double>()({x, other});
        }) == "AddTable<1>: tensor 1 has 3 channels, tensor 0 has 2");
}

TEST_CASE("Tables refuse to work on nothing") {
  CHECK(thrown_message<scn::InvalidArgument>([] { JoinTable<2, Double>()({}); }) ==
        "JoinTable<2>: there is no tensor to work on");
  CHECK(thrown_message<scn::InvalidArgument>([] { AddTable<2, Double>()({}); }) ==
        "AddTable<2>: there is no tensor to work on");
}

TEST_CASE("ConcatTable names the parameters of its branches by position or as it was told") {
  Double device;
  ConcatTable<2, Double> table;
  table.add(NetworkInNetwork<Double>(device, 1, 1)).add("side", NetworkInNetwork<Double>(device, 1, 1, false));
  std::vector<scn::Parameter<Double>> all;
  table.parameters("4.", all);
  REQUIRE(all.size() == 3);
  CHECK((all[0].name == "4.0.weight" && all[1].name == "4.0.bias" && all[2].name == "4.side.weight"));
}

TEST_CASE("ConcatTable asks its branches for the extent of inputs, and refuses when they differ") {
  Double device;
  ConcatTable<2, Double> table;
  CHECK(table.input_size({5, 6}) == scn::Point<2>{5, 6});
  table.add(scn::MaxPooling<2, Double>(device, 3, 2)).add(scn::AveragePooling<2, Double>(device, 3, 2));
  CHECK(table.input_size({5, 6}) == scn::Point<2>{11, 13});
  table.add(scn::Identity{});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          table.input_size({5, 6});
        }) == "ConcatTable<2>: the branches need inputs of (11, 13) and (5, 6) for one output");
}

TEST_CASE("ConcatTable refuses a branch that gives several tensors") {
  Double device;
  ConcatTable<1, Double> inner, outer;
  inner.add(scn::Identity{}).add(scn::Identity{});
  outer.add(inner);
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { outer(x); }) == "ConcatTable<1>: expected one tensor, got 2");
}

}  // namespace

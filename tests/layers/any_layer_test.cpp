// Tests of AnyLayer and AnySequential: what they call, name and refuse.
#include "scn/layers/any_layer.hpp"

#include "catch.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/tables.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::AnyLayer;
using scn::AnySequential;
using scn::ConcatTable;
using scn::Identity;
using scn::NetworkInNetwork;

scn::SparseTensor<1, Double> one_site(Double& device) {
  return layer_cases::tensor<1>(device, {{{0, {0}}, {-1, 2}}}, 2);
}

/// A layer of two equal tensors.
ConcatTable<1, Double> twice() {
  ConcatTable<1, Double> table;
  table.add(Identity{}).add(Identity{});
  return table;
}

TEST_CASE("AnyLayer calls layers from one tensor or a list to one tensor or a list") {
  Double device;
  const auto x = one_site(device);
  const AnyLayer<1, Double> one_to_one(scn::ReLU{}), one_to_list(twice()), list_to_one(scn::AddTable<1, Double>{});
  CHECK(layer_cases::features(one_to_one({x}, nullptr).at(0)) == oracle::Features{{{0, {0}}, {0, 2}}});
  CHECK(one_to_list({x}, nullptr).size() == 2);
  CHECK(layer_cases::features(list_to_one({x, x, x}, nullptr).at(0)) == oracle::Features{{{0, {0}}, {-3, 6}}});
}

TEST_CASE("AnyLayer refuses a list where its layer takes one tensor, and works afterwards") {
  Double device;
  const auto x = one_site(device);
  const AnyLayer<1, Double> layer(scn::ReLU{});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          layer({x, x}, nullptr);
        }) == "AnyLayer<1>: expected one tensor, got 2");
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer({}, nullptr); }) == "AnyLayer<1>: expected one tensor, got 0");
  CHECK(layer({x}, nullptr).size() == 1);
}

TEST_CASE("AnyLayer copies share their layer") {
  Double device;
  const AnyLayer<1, Double> layer(NetworkInNetwork<Double>(device, 1, 1)), copy = layer;
  std::vector<scn::Parameter<Double>> all;
  layer.parameters("a.", all);
  copy.parameters("b.", all);
  REQUIRE(all.size() == 4);
  CHECK((all[0].variable.same(all[2].variable) && all[2].name == "b.weight"));
}

TEST_CASE("AnySequential runs its layers in order, with gradients through all of them") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    AnySequential<D, Double> net;
    net.add(NetworkInNetwork<Double>(device, 2, 4)).add(scn::ReLU{}).add(NetworkInNetwork<Double>(device, 4, 1));
    for (const auto& input : layer_cases::inputs(D, D, 2)) {
      const auto x = layer_cases::tensor<D>(device, input, 2);
      CHECK(net(x).channels() == 1);
      CHECK(layer_cases::gradient_difference(net, x) == "");
    }
  });
}

TEST_CASE("AnySequential of no layer gives its input back") {
  Double device;
  const auto x = one_site(device);
  CHECK(AnySequential<1, Double>()(x).features.same(x.features));
}

TEST_CASE("AnySequential names parameters by position or as it was told") {
  Double device;
  AnySequential<1, Double> inner, net;
  inner.add(scn::ReLU{}).add(NetworkInNetwork<Double>(device, 1, 1, false));
  net.add(NetworkInNetwork<Double>(device, 1, 1)).add("head", inner).add(std::move(inner));
  std::vector<std::string> names;
  for (const auto& parameter : net.parameters()) names.push_back(parameter.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "head.1.weight", "2.1.weight"});
  CHECK(net.size() == 3);
}

TEST_CASE("AnySequential counts a layer that is there twice once") {
  Double device;
  const NetworkInNetwork<Double> shared(device, 3, 3, false);
  AnySequential<1, Double> net;
  net.add(shared).add(shared);
  CHECK(net.parameters().size() == 2);
  CHECK(net.parameters().elements() == 9);
}

TEST_CASE("AnySequential walks back through its layers for the extent of inputs") {
  Double device;
  AnySequential<2, Double> net;
  net.add(scn::MaxPooling<2, Double>(device, 3, 2)).add(scn::ReLU{}).add(scn::MaxPooling<2, Double>(device, 2, 2));
  CHECK(net.input_size({3, 4}) == scn::Point<2>{13, 17});
}

TEST_CASE("AnySequential refuses to end in several tensors") {
  Double device;
  AnySequential<1, Double> net;
  net.add(twice());
  const auto x = one_site(device);
  CHECK(thrown_message<scn::InvalidArgument>([&] { net(x); }) == "AnySequential<1>: expected one tensor, got 2");
}

}  // namespace

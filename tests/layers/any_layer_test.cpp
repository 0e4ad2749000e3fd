// Tests of AnyLayer, lists of layers and AnySequential: what they call, hold, name and refuse.
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
using scn::message;
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
  CHECK(layer_cases::features(one_to_one({x}, nullptr)[0]) == oracle::Features{{{0, {0}}, {0, 2}}});
  CHECK(one_to_list({x}, nullptr).size() == 2);
  CHECK(layer_cases::features(list_to_one({x, x, x}, nullptr)[0]) == oracle::Features{{{0, {0}}, {-3, 6}}});
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

TEST_CASE("AnyLayer has the name of its layer, and gives the layer back to who knows its type") {
  Double device;
  const AnyLayer<1, Double> layer(NetworkInNetwork<Double>(device, 1, 4));
  CHECK(layer.name() == "NetworkInNetwork");
  const auto* held = layer.get<NetworkInNetwork<Double>>();
  REQUIRE(held != nullptr);
  CHECK((*held)(one_site(device).with(layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1).features)).channels() == 4);
  CHECK(layer.get<scn::ReLU>() == nullptr);
}

TEST_CASE("AnyLayer shows the layers of a sequence, and none of other layers") {
  Double device;
  AnySequential<1, Double> inner;
  inner.add(scn::ReLU{}).add("head", NetworkInNetwork<Double>(device, 1, 1));
  const AnyLayer<1, Double> sequence(inner), table(twice()), layer(scn::ReLU{});
  REQUIRE(sequence.sequence().size() == 2);
  CHECK((sequence.sequence()[1].name == "head" && sequence.sequence()[1].layer.name() == "NetworkInNetwork"));
  CHECK(table.sequence().empty());
  CHECK(layer.sequence().empty());
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

/// The names of the layers, each with that of its first parameter.
template <class List>
std::string described(const List& list) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::vector<scn::Parameter<Double>> all;
    list[i].parameters("", all);
    text += list[i].name() + (all.empty() ? " " : message(":", all[0].shape.back(), " "));
  }
  for (const auto& parameter : list.parameters()) text += parameter.name + " ";
  return text;
}

/// A layer that is known by its number of channels.
NetworkInNetwork<Double> layer_of(Double& device, int channels) { return {device, channels, channels, false}; }

TEST_CASE("Lists of layers append, and insert before a position, and whatever has no name of its own moves up") {
  Double device;
  const auto check = [&](auto list) {
    list.add(layer_of(device, 1)).add("head", layer_of(device, 2)).append(layer_of(device, 3));
    list.insert(1, layer_of(device, 4)).insert(0, layer_of(device, 5), "stem").insert(5, layer_of(device, 6));
    CHECK(described(list) ==
          "NetworkInNetwork:5 NetworkInNetwork:1 NetworkInNetwork:4 NetworkInNetwork:2 NetworkInNetwork:3 "
          "NetworkInNetwork:6 stem.weight 1.weight 2.weight head.weight 4.weight 5.weight ");
  };
  check(AnySequential<1, Double>());
  check(ConcatTable<1, Double>());
}

TEST_CASE("The sum of two lists has the layers of both, which go on to share them, and leaves them as they were") {
  Double device;
  const auto check = [&](auto first, auto second) {
    first.add(layer_of(device, 1)).add("head", layer_of(device, 2));
    second.add(layer_of(device, 3));
    const auto both = first + second;
    CHECK(described(both) == "NetworkInNetwork:1 NetworkInNetwork:2 NetworkInNetwork:3 0.weight head.weight 2.weight ");
    CHECK((first.size() == 2 && second.size() == 1));
    CHECK(both.parameters().find("2.weight")->variable.same(second.parameters().find("0.weight")->variable));
    CHECK((first + first).parameters().variables().size() == 2);
  };
  check(AnySequential<1, Double>(), AnySequential<1, Double>());
  check(ConcatTable<1, Double>(), ConcatTable<1, Double>());
}

TEST_CASE("Lists of layers refuse positions behind their end, and stay as they were") {
  Double device;
  AnySequential<2, Double> net;
  net.add(scn::ReLU{}).add(scn::ReLU{});
  CHECK(thrown_message<scn::InvalidArgument>([&] { net.insert(3, scn::ReLU{}); }) ==
        "AnySequential<2>: there are 2 layers, none can be inserted before layer 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] { static_cast<void>(net[2]); }) ==
        "AnySequential<2>: there are 2 layers, none at 2");
  CHECK(net.size() == 2);
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

TEST_CASE("A log sees the layers of sequences and tables under their names") {
  Double device;
  ConcatTable<1, Double> table;
  table.add(Identity{}).add("deep", AnySequential<1, Double>().add(layer_of(device, 2)).add(scn::ReLU{}));
  AnySequential<1, Double> net;
  net.add(scn::ReLU{}).add("branches", std::move(table)).add(scn::AddTable<1, Double>{});
  scn::LayerLog log;
  scn::Tape tape({.record = false}, &log);
  net(one_site(device), &tape);
  std::vector<std::string> paths;
  for (const auto& row : log.rows()) paths.push_back(row.path);
  CHECK(paths == std::vector<std::string>{"0", "branches.0", "branches.deep.0", "branches.deep.1", "2"});
  CHECK(log.rows()[4].layer == "AddTable<1>");
}

TEST_CASE("AnySequential refuses to end in several tensors") {
  Double device;
  AnySequential<1, Double> net;
  net.add(twice());
  const auto x = one_site(device);
  CHECK(thrown_message<scn::InvalidArgument>([&] { net(x); }) == "AnySequential<1>: expected one tensor, got 2");
}

TEST_CASE("AnySequential calls a layer by its name or, without one, by its position") {
  AnySequential<1, Double> net;
  net.add(Identity{}).add("last", Identity{});
  CHECK(net.name_of(0) == "0");
  CHECK(net.name_of(1) == "last");
}

}  // namespace

// Tests of the search for the first layer that gives a number that is not finite.
#include "scn/layers/first_not_finite.hpp"

#include <limits>

#include "catch.hpp"
#include "scn/layers/batch_normalization.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/relu.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;
using Layers = scn::AnySequential<2, Double>;
using Rows = scn::NetworkInNetwork<Double>;
using scn::first_not_finite;

/// A linear layer of 2 channels with one weight that is infinite.
Rows broken(Double& device) {
  const Rows layer(device, 2, 2);
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable,
                   {1, 2, std::numeric_limits<double>::infinity(), 4});
  return layer;
}

scn::SparseTensor<2, Double> input(Double& device) {
  return layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
}

TEST_CASE("The first layer that is not finite is found in sequences and branches, by its path") {
  Double device;
  scn::ConcatTable<2, Double> table;
  table.add(scn::Identity{}).add("side", Layers().add(Rows(device, 2, 2)).add(broken(device)).add(scn::ReLU{}));
  Layers net;
  net.add(Rows(device, 2, 2)).add("table", std::move(table)).add(scn::AddTable<2, Double>{});
  CHECK(first_not_finite(net, input(device)) == "table.side.1 (NetworkInNetwork)");
  CHECK(first_not_finite(scn::Sequential{scn::Identity{}, scn::Sequential{net, scn::ReLU{}}}, input(device)) ==
        "1.0.table.side.1 (NetworkInNetwork)");
  CHECK(first_not_finite(broken(device), input(device)) == "NetworkInNetwork");
}

TEST_CASE("A network whose numbers are all finite has no such layer, an input that is not is named first") {
  Double device;
  const scn::Sequential net{Rows{device, 2, 2}, scn::BatchNormReLU{device, 2}};
  const auto x = input(device);
  const auto statistics = [&] {
    return layer_cases::numbers(net.parameters().find("1.running_mean")->variable.value());
  };
  const auto before = statistics();
  CHECK(first_not_finite(net, x) == "");
  CHECK(statistics() == before);
  auto values = layer_cases::numbers(x.features.value());
  values.back() = std::numeric_limits<double>::quiet_NaN();
  layer_cases::set(x.features, values);
  CHECK(first_not_finite(net, x) == "the input");
}

}  // namespace

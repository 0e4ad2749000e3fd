// Tests of Sequential: types that change on the way, names, extents, devices.
#include "scn/layers/sequential.hpp"

#include "catch.hpp"
#include "scn/layers/dropout.hpp"
#include "scn/layers/identity.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;
using scn::NetworkInNetwork;
using scn::Point;
using scn::ReLU;
using scn::Sequential;

template <class Dev>
std::vector<std::string> names_of(const scn::Parameters<Dev>& all) {
  std::vector<std::string> names;
  for (const auto& parameter : all) names.push_back(parameter.name);
  return names;
}

TEST_CASE("Sequential runs its layers in order, with gradients through all of them, in 1 to 4 dimensions") {
  Double device;
  const Sequential net{NetworkInNetwork{device, 2, 4}, ReLU{}, NetworkInNetwork{device, 4, 1}};
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    for (const auto& input : layer_cases::inputs(D, D, 2)) {
      const auto x = layer_cases::tensor<D>(device, input, 2);
      CHECK(net(x).channels() == 1);
      CHECK(layer_cases::gradient_difference(net, x) == "");
    }
  });
}

TEST_CASE("Sequential may end in a dense tensor") {
  Double device;
  const Sequential net{NetworkInNetwork{device, 2, 4}, scn::SparseToDense<2, Double>{device}, scn::Identity{}};
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2, {.low = 0}), 2, Point<2>{6, 7});
  const scn::DenseTensor<2, Double> y = net(x);
  CHECK((y.batch_size == 3 && y.channels == 4 && y.spatial_size == Point<2>{6, 7}));
  CHECK(layer_cases::gradient_difference(net, x) == "");
}

TEST_CASE("Sequential may end in the rows of the caller's points") {
  Double device;
  const Sequential net{ReLU{}, scn::OutputLayer<1, Double>{device}};
  const std::vector<scn::Site<1>> points{{0, 3}, {0, 1}, {0, 3}};
  const scn::Variable<Double> y = net(scn::InputLayer<1, Double>(device)(points, std::vector<float>{1, -2, 4}));
  CHECK(layer_cases::numbers(y.value()) == std::vector<double>{5, 0, 5});
}

TEST_CASE("Sequential names parameters by position, also of sequences within") {
  Double device;
  const Sequential net{ReLU{}, NetworkInNetwork{device, 2, 4},
                       Sequential{ReLU{}, NetworkInNetwork{device, 4, 1, false}}};
  CHECK(names_of(net.parameters()) == std::vector<std::string>{"1.weight", "1.bias", "2.1.weight"});
}

TEST_CASE("Sequential finds the parameters behind layers and sequences that run on any device") {
  Double device;
  const Sequential net{Sequential{ReLU{}, scn::Dropout{}}, scn::MaxPooling<1, Double>{device, 2, 2},
                       NetworkInNetwork{device, 2, 4}};
  CHECK(names_of(net.parameters()) == std::vector<std::string>{"2.weight", "2.bias"});
}

TEST_CASE("Sequential stands in lists of layers like every other layer") {
  Double device;
  scn::AnySequential<2, Double> net;
  net.add(ReLU{}).add(Sequential{NetworkInNetwork{device, 3, 2}, ReLU{}});
  layer_cases::randomize<Double>(net, 1);  // away from the kink at 0
  CHECK(names_of(net.parameters()) == std::vector<std::string>{"1.0.weight", "1.0.bias"});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  CHECK(net(x).channels() == 2);
  CHECK(layer_cases::gradient_difference(net, x) == "");
}

TEST_CASE("Sequential shows its layers, which share their parameters with it") {
  Double device;
  const Sequential net{ReLU{}, NetworkInNetwork{device, 2, 4}};
  std::vector<scn::Parameter<Double>> all;
  std::get<1>(net.layers()).parameters("", all);
  CHECK(all.at(0).variable.same(net.parameters().find("1.weight")->variable));
}

TEST_CASE("Sequential without parameters has none") {
  const Sequential net{ReLU{}, scn::Dropout{}};
  CHECK(net.parameters().size() == 0);
}

TEST_CASE("A log sees the layers of Sequential by position, whatever flows between them") {
  Double device;
  const Sequential net{Sequential{ReLU{}, NetworkInNetwork{device, 2, 4}}, scn::SparseToDense<2, Double>{device}};
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2, {.low = 0}), 2, Point<2>{6, 7});
  scn::LayerLog log;
  scn::Tape tape({.record = false}, &log);
  net(x, &tape);
  REQUIRE(log.rows().size() == 3);
  CHECK((log.rows()[0].path == "0.0" && log.rows()[1].path == "0.1" && log.rows()[2].path == "1"));
  CHECK((log.rows()[1].layer == "NetworkInNetwork" && log.rows()[2].sites == 3 * 6 * 7));
}

TEST_CASE("Sequential hands each layer, its position and what came before to a step in place of the call") {
  const auto twice = [](int x, scn::Tape*) { return 2 * x; };
  const auto half = [](int x, scn::Tape*) { return x / 2.0; };
  const Sequential net{twice, half, twice};
  std::string seen;
  const auto y = net.each(5, [&](const auto& layer, const std::string& position, const auto& x) {
    seen += position + "=" + std::to_string(static_cast<int>(x)) + " ";
    return layer(static_cast<int>(x) + 1, nullptr);
  });
  CHECK(y == 14);
  CHECK(seen == "0=5 1=12 2=6 ");
}

TEST_CASE("Sequential walks back through its layers for the extent of inputs") {
  Double device;
  const Sequential net{scn::MaxPooling<2, Double>{device, 3, 2}, ReLU{}, scn::MaxPooling<2, Double>{device, 2, 2}};
  CHECK(net.input_size(Point<2>{3, 4}) == Point<2>{13, 17});
}

}  // namespace

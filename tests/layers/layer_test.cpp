// Tests of what can be asked of any layer: names, extents, parameters, and calls that a log watches.
#include "scn/layers/layer.hpp"

#include "catch.hpp"
#include "scn/layers/max_pooling.hpp"
#include "scn/layers/network_in_network.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::LayerRow;
using scn::Point;

struct Nameless {};

struct WithPrivateName {
 private:
  static std::string name() { return "private"; }
};

TEST_CASE("A layer without a public name is a layer") {
  Double device;
  CHECK(scn::layer_name(scn::NetworkInNetwork<Double>(device, 1, 1)) == "NetworkInNetwork");
  CHECK(scn::layer_name(Nameless{}) == "layer");
  CHECK(scn::layer_name(WithPrivateName{}) == "layer");
}

TEST_CASE("A layer that says nothing of extents keeps them") {
  Double device;
  CHECK(scn::layer_input_size(scn::MaxPooling<2, Double>(device, 3, 2), Point<2>{2, 3}) == Point<2>{5, 7});
  CHECK(scn::layer_input_size(Nameless{}, Point<2>{2, 3}) == Point<2>{2, 3});
}

TEST_CASE("A layer without parameters lists none") {
  Double device;
  std::vector<scn::Parameter<Double>> all;
  scn::layer_parameters(Nameless{}, "0.", all);
  CHECK(all.empty());
  scn::layer_parameters(scn::NetworkInNetwork<Double>(device, 1, 1), "0.", all);
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "0.weight");
}

TEST_CASE("The one tensor of a list is refused where there are more or none") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1}}}, 1);
  CHECK(scn::single("Layer", scn::Tensors<1, Double>{x}).features.same(x.features));
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          scn::single("Layer", scn::Tensors<1, Double>{x, x});
        }) == "Layer: expected one tensor, got 2");
  CHECK(thrown_message<scn::InvalidArgument>([] { scn::single("Layer", scn::Tensors<1, Double>{}); }) ==
        "Layer: expected one tensor, got 0");
}

TEST_CASE("The numbers of a result are those of its features, its cells or itself") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {{{0, {0, 1}}, {1, 2}}}, 2, Point<2>{4, 5});
  CHECK(scn::values_of(x).same(x.features));
  CHECK(scn::values_of(x.features).same(x.features));
  const scn::DenseTensor<2, Double> dense = scn::SparseToDense<2, Double>(device)(x);
  CHECK(scn::values_of(dense).same(dense.values));
}

/// What a log says of one call.
template <class Layer, class X>
LayerRow row_of(const Layer& layer, const X& x) {
  scn::LayerLog log;
  scn::Tape tape({.record = false}, &log);
  scn::call_layer(layer, "3", x, &tape);
  REQUIRE(log.rows().size() == 1);
  return log.rows()[0];
}

TEST_CASE("A log learns of a layer its name, its trained numbers and the size of its result") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}, {{0, {1}}, {3, 4}}, {{2, {0}}, {5, 6}}}, 2);
  const scn::NetworkInNetwork<Double> layer(device, 2, 5);
  for (const LayerRow& row : {row_of(layer, x), row_of(layer, x.features)}) {
    CHECK((row.path == "3" && row.layer == "NetworkInNetwork"));
    CHECK((row.sites == 3 && row.channels == 5 && row.bytes == 3 * 5 * 8));
    CHECK(row.parameters == 2 * 5 + 5);
  }
}

TEST_CASE("A log leaves out numbers that are not trained") {
  Double device;
  const scn::NetworkInNetwork<Double> layer(device, 2, 5);
  const struct Frozen {
    const scn::NetworkInNetwork<Double>& layer;
    scn::Variable<Double> operator()(const scn::Variable<Double>& x, scn::Tape* tape) const { return layer(x, tape); }
    void parameters(const std::string& prefix, std::vector<scn::Parameter<Double>>& into) const {
      layer.parameters(prefix, into);
      into.front().trained = false;
    }
  } frozen{layer};
  CHECK(row_of(frozen, layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}}, 2).features).parameters == 5);
}

TEST_CASE("A log counts the cells of a dense result") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, {{{0, {0, 1}}, {1, 2}}, {{2, {3, 2}}, {5, 6}}}, 2, Point<2>{4, 5});
  const LayerRow row = row_of(scn::SparseToDense<2, Double>(device), x);
  CHECK((row.sites == 3 * 4 * 5 && row.channels == 2 && row.bytes == 3 * 4 * 5 * 2 * 8));
}

TEST_CASE("A log takes the channels of several tensors together") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {1, 2}}, {{0, {1}}, {3, 4}}}, 2);
  const auto twice = [](const scn::SparseTensor<1, Double>& one, scn::Tape*) {
    return scn::Tensors<1, Double>{one, one};
  };
  const LayerRow row = row_of(twice, x);
  CHECK((row.layer == "layer" && row.sites == 2 && row.channels == 4 && row.bytes == 2 * 4 * 8));
}

TEST_CASE("A log has a row for a result that it does not know") {
  const LayerRow row = row_of([](int x, scn::Tape*) { return x + 1; }, 1);
  CHECK((row.path == "3" && row.layer == "layer" && row.sites == 0 && row.bytes == 0));
}

TEST_CASE("A call that nobody watches is the layer's own") {
  const auto add = [](int x, scn::Tape* tape) { return x + (tape == nullptr ? 1 : 2); };
  scn::Tape tape;
  CHECK(scn::call_layer(add, "0", 1, nullptr) == 2);
  CHECK(scn::call_layer(add, "0", 1, &tape) == 3);
}

}  // namespace

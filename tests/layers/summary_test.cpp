// Tests of counts and summaries: what is counted, of which layers, how it is printed, and that nothing changes.
#include "scn/layers/summary.hpp"

#include <sstream>

#include "catch.hpp"
#include "scn/layers/checkpointed_sequential.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/dropout.hpp"
#include "scn/layers/input_layer.hpp"
#include "scn/layers/output_layer.hpp"
#include "scn/layers/relu.hpp"
#include "scn/layers/sequential.hpp"
#include "scn/layers/sparse_to_dense.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/networks/unet.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;
using scn::Counts;
using scn::NetworkInNetwork;
using scn::Sequential;

/// Four sites in a row: a window of size 3 has 2 + 3 + 3 + 2 pairs.
scn::SparseTensor<1, Double> row_of_four(Double& device, std::optional<scn::Point<1>> extent = {}) {
  return layer_cases::tensor<1>(
      device, {{{0, {0}}, {1, 2}}, {{0, {1}}, {3, 4}}, {{0, {2}}, {5, 6}}, {{0, {3}}, {7, 8}}}, 2, extent);
}

TEST_CASE("Counts are those of convolutions and NetworkInNetwork alone") {
  Double device;
  const Sequential net{scn::SubmanifoldConvolution<1, Double>{device, 2, 6, 3, {.groups = 2}},  // 10 * 1 * 3 * 2
                       scn::BatchNormReLU{device, 6}, scn::Dropout{},
                       scn::Convolution<1, Double>{device, 6, 5, 2, 2},  // 4 * 6 * 5
                       NetworkInNetwork{device, 5, 3}};                  // 2 * 5 * 3
  CHECK(count(net, row_of_four(device)) == Counts{10 + 4, 60 + 120 + 30, 4 * 6 + 2 * 5 + 2 * 3});
}

TEST_CASE("Counts of a single layer and of a function are those of what they do") {
  Double device;
  const NetworkInNetwork layer{device, 2, 3};
  const auto x = row_of_four(device);
  CHECK(count(layer, x) == Counts{0, 24, 12});
  CHECK(count(layer, x.features) == Counts{0, 24, 12});
  const auto twice = [&](const scn::SparseTensor<1, Double>& y, scn::Tape* tape) {
    layer(y, tape);
    return layer(y, tape);
  };
  CHECK(count(twice, x) == Counts{0, 48, 24});
  const auto single = scn::summary(layer, x);
  REQUIRE(single.rows.size() == 1);
  CHECK((single.rows[0].path.empty() && single.rows[0].layer == "NetworkInNetwork"));
}

TEST_CASE("Counts of no rows are 0") {
  Double device;
  const Sequential net{scn::SubmanifoldConvolution<1, Double>{device, 2, 6, 3}, NetworkInNetwork{device, 6, 3}};
  CHECK(count(net, layer_cases::tensor<1>(device, {}, 2)) == Counts{});
}

TEST_CASE("A summary ends in dense tensors and in points too") {
  Double device;
  const auto x = row_of_four(device, scn::Point<1>{9});
  const auto dense = scn::summary(Sequential{NetworkInNetwork{device, 2, 3}, scn::SparseToDense<1, Double>{device}}, x);
  REQUIRE(dense.rows.size() == 2);
  CHECK((dense.rows[1].path == "1" && dense.rows[1].sites == 9 && dense.rows[1].channels == 3));
  const std::vector<scn::Site<1>> points{{0, 3}, {0, 1}, {0, 3}};
  const auto rows = scn::summary(Sequential{NetworkInNetwork{device, 1, 3}, scn::OutputLayer<1, Double>{device}},
                                 scn::InputLayer<1, Double>(device)(points, std::vector<float>{1, 2, 4}));
  REQUIRE(rows.rows.size() == 2);
  CHECK((rows.rows[0].sites == 2 && rows.rows[1].sites == 3 && rows.rows[1].bytes == 3 * 3 * 8));
}

TEST_CASE("A summary lists the layers within, in the order of their calls, under their names") {
  Double device;
  scn::CheckpointedSequential<1, Double> section;
  section.add(scn::ReLU{}).add("last", NetworkInNetwork<Double>(device, 2, 2));
  scn::ConcatTable<1, Double> table;
  table.add(NetworkInNetwork<Double>(device, 2, 2)).add(section);
  scn::AnySequential<1, Double> inner;
  inner.add(scn::SubmanifoldConvolution<1, Double>(device, 2, 2, 3))
      .add("table", table)
      .add(scn::AddTable<1, Double>{});
  const auto table_of = scn::summary(Sequential{scn::ReLU{}, inner}, row_of_four(device));
  std::vector<std::string> paths;
  for (const auto& row : table_of.rows) paths.push_back(row.path);
  CHECK(paths == std::vector<std::string>{"0", "1.0", "1.table.0", "1.table.1.0", "1.table.1.last", "1.2"});
  CHECK(table_of.rows[1].counts == Counts{10, 40, 8});
  CHECK(table_of.rows[4].counts == Counts{0, 16, 8});
  CHECK(table_of.total.counts == Counts{10, 40 + 16 + 16, 24});
}

TEST_CASE("The total of a summary has shared numbers once, and the bytes of all results") {
  Double device;
  const NetworkInNetwork shared{device, 2, 2};
  const auto both = scn::summary(Sequential{shared, shared}, row_of_four(device));
  CHECK((both.rows[0].parameters == 6 && both.rows[1].parameters == 6 && both.total.parameters == 6));
  CHECK(both.total.bytes == 2 * 4 * 2 * 8);
  CHECK((both.total.sites == 0 && both.total.channels == 0));
}

TEST_CASE("A summary has the parameters of a whole network") {
  Double device;
  const scn::UNet<1, Double> net(device, {.channels = {2, 3, 4}, .repetitions = 1, .residual = true});
  const auto x = row_of_four(device);
  const auto table = scn::summary(net, x);
  CHECK(table.total.parameters == net.parameters().elements());
  CHECK(table.rows.back().sites == 4);
}

TEST_CASE("Counting changes neither the network nor the input, takes no draws and records nothing") {
  Double device;
  const Sequential net{NetworkInNetwork{device, 2, 3}, scn::BatchNormReLU{device, 3}, scn::Dropout{}};
  const auto x = row_of_four(device);
  const auto numbers = [&] {
    std::vector<std::vector<double>> all{layer_cases::numbers(x.features.value())};
    for (const auto& parameter : net.parameters()) all.push_back(layer_cases::numbers(parameter.variable.value()));
    return all;
  };
  const auto before = numbers();
  const auto y = layer_cases::features(net(x));
  const std::uint64_t draws = device.draws;
  scn::summary(net, x);
  CHECK(numbers() == before);
  CHECK(device.draws == draws);
  CHECK(layer_cases::features(net(x)) == y);
}

TEST_CASE("A summary prints as a table, names on the left and numbers on the right") {
  Double device;
  const Sequential net{scn::SubmanifoldConvolution<1, Double>{device, 2, 6, 3},
                       [](const auto& x, scn::Tape*) { return x; }};
  const auto table = scn::summary(net, row_of_four(device));
  const std::string expected =
      "   layer                      sites  channels  pairs  multiply-adds  parameters  bytes\n"
      "0  SubmanifoldConvolution<1>      4         6     10            120          42    192\n"
      "1  layer                          4         6      0              0           0    192\n"
      "   total                                          10            120          42    384\n";
  CHECK(to_string(table) == expected);
  std::ostringstream out;
  out << table;
  CHECK(out.str() == expected);
}

}  // namespace

// Tests of FoldedConvolution: against the layers it stands for, one after the other.
#include "scn/layers/folded_convolution.hpp"

#include "catch.hpp"
#include "scn/layers/convolution.hpp"
#include "scn/layers/submanifold_convolution.hpp"
#include "scn/layers/summary.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using Folded = scn::FoldedConvolution<2, Double>;
using Submanifold = scn::SubmanifoldConvolution<2, Double>;

const scn::ChannelMap map_of_four{{2, -1, 0.5, 3}, {1, 2, -3, 0}, {0.5, 0, -1, 2}, 0.25};

/// The map, written apart, on rows of four channels.
std::vector<double> mapped(std::vector<double> rows, const scn::ChannelMap& map) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!map.scale.empty()) rows[i] = map.scale[i % 4] * (rows[i] - map.mean[i % 4]) + map.shift[i % 4];
    if (rows[i] < 0) rows[i] *= map.slope;
  }
  return rows;
}

template <class Layer>
std::string difference(const Layer& layer, const scn::SparseTensor<2, Double>& x, const scn::ChannelMap& map) {
  const auto expected = layer(x);
  const auto got = Folded(layer).followed_by(map)(x);
  if (got.sites != expected.sites || got.rulebook != expected.rulebook) return "other sites";
  return oracle::difference(mapped(layer_cases::numbers(expected.features.value()), map),
                            layer_cases::numbers(got.features.value()), layer_cases::tight);
}

TEST_CASE("FoldedConvolution gives what the convolution and the map give, with groups, bias and neither") {
  Double device;
  for (const auto& input : layer_cases::inputs(1, 2, 6)) {
    const auto x = layer_cases::tensor<2>(device, input, 6);
    for (const int groups : {1, 2})
      for (const bool bias : {false, true})
        for (const auto& map : {map_of_four, scn::ChannelMap{.slope = 0}}) {
          const Submanifold layer(device, 6, 4, 3, {.bias = bias, .groups = groups});
          layer_cases::randomize<Double>(layer, 2);
          CHECK(difference(layer, x, map) == "");
          const scn::Convolution<2, Double> strided(device, 6, 4, 2, 2, {.bias = bias, .groups = groups});
          layer_cases::randomize<Double>(strided, 2);
          CHECK(difference(strided, x, map) == "");
        }
    for (const bool bias : {false, true}) {
      const scn::NetworkInNetwork<Double> layer(device, 6, 4, bias);
      layer_cases::randomize<Double>(layer, 2);
      CHECK(difference(layer, x, map_of_four) == "");
    }
  }
}

TEST_CASE("FoldedConvolution folds a norm and then a rectifier, and nothing behind that") {
  Double device;
  const Submanifold layer(device, 2, 4, 3);
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 2), 2);
  scn::ChannelMap linear = map_of_four;
  linear.slope = 1;
  const auto norm = Folded(layer).followed_by(linear);
  CHECK(norm.is_linear());
  const auto both = norm.followed_by({.slope = 0.25});
  CHECK(!both.is_linear());
  CHECK(layer_cases::numbers(both(x).features.value()) ==
        layer_cases::numbers(Folded(layer).followed_by(map_of_four)(x).features.value()));
  CHECK(thrown_message<scn::InvalidArgument>([&] { both.followed_by({.slope = 0}); }) ==
        "SubmanifoldConvolution<2>: nothing can be folded into a layer that rectifies");
}

TEST_CASE("FoldedConvolution adds a residual before it rectifies") {
  Double device;
  const Submanifold layer(device, 3, 4, 3);
  const scn::NetworkInNetwork<Double> rows(device, 3, 4);
  for (const auto& input : layer_cases::inputs(1, 2, 3)) {
    const auto x = layer_cases::tensor<2>(device, input, 3);
    const auto residual = rows(x);
    const scn::ChannelMap rectifier{.slope = 0.25};
    auto sum = layer_cases::numbers(layer(x).features.value());
    const auto added = layer_cases::numbers(residual.features.value());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += added[i];
    CHECK(oracle::difference(mapped(sum, rectifier),
                             layer_cases::numbers(Folded(layer).followed_by(rectifier)(x, residual).features.value()),
                             layer_cases::tight) == "");
    sum = added;
    for (double& value : sum) value *= 2;
    CHECK(oracle::difference(sum, layer_cases::numbers(Folded(rows)(x, residual).features.value()),
                             layer_cases::tight) == "");
  }
}

TEST_CASE("FoldedConvolution has the layer's name, extent, parameter names and counts") {
  Double device;
  const scn::Convolution<2, Double> layer(device, 4, 4, 3, 2, {.bias = false, .groups = 2});
  const auto folded = Folded(layer).followed_by(map_of_four);
  CHECK(folded.name() == "Convolution<2>");
  CHECK(folded.input_size({3, 4}) == layer.input_size({3, 4}));
  const auto all = layer_cases::parameters<Double>(folded);
  REQUIRE(all.size() == 2);
  CHECK((all.find("weight")->shape == std::vector<std::int64_t>{9, 2, 2, 2} && !all.find("weight")->trained));
  CHECK((all.find("bias")->shape == std::vector<std::int64_t>{4} && !all.find("bias")->trained));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 4), 4);
  CHECK(scn::count(folded, x) == scn::count(layer, x));
  const scn::NetworkInNetwork<Double> rows(device, 4, 4);
  CHECK(scn::count(Folded(rows), x) == scn::count(rows, x));
}

TEST_CASE("FoldedConvolution refuses other channels, residuals that do not fit, and passes that are recorded") {
  Double device;
  const Folded folded(Submanifold(device, 3, 4, 3));
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(1, 2, 3), 3);
  const auto other = layer_cases::tensor<2>(device, layer_cases::batch(2, 2, 4), 4);
  const auto rows = std::to_string(x.rows().bound);
  CHECK(thrown_message<scn::InvalidArgument>([&] { folded(other); }) ==
        "SubmanifoldConvolution<2>: input has 4 channels, expected 3");
  CHECK(thrown_message<scn::InvalidArgument>([&] { folded(x, x); }) == "SubmanifoldConvolution<2>: the residual has " +
                                                                           rows + " rows of 3 channels, expected " +
                                                                           rows + " of 4 on the sites of the result");
  CHECK(thrown_message<scn::InvalidArgument>([&] { folded(x, other); }) ==
        "SubmanifoldConvolution<2>: the residual has " + rows + " rows of 4 channels, expected " + rows +
            " of 4 on the sites of the result");
  scn::Tape tape;
  CHECK(thrown_message<scn::InvalidArgument>([&] { folded(x, &tape); }) ==
        "SubmanifoldConvolution<2>: what is folded for inference has no gradient, and this pass is recorded");
}

}  // namespace

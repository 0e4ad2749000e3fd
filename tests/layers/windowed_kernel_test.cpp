// Tests of what the convolutions share: the window they keep, the weights it asks for, and what they refuse.
#include "scn/layers/windowed_kernel.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/thrown_message.hpp"

namespace {

using layer_cases::Double;
using scn::Point;
using scn::SparseTensor;
using scn::Taps;
using scn::Window;

/// Its outputs are the sites given, or those of the input, each seeing itself alone.
class Example : public scn::StridedKernel<2, Double, Example> {
 public:
  using StridedKernel::StridedKernel;
  static std::string name() { return "Example"; }

  SparseTensor<2, Double> operator()(const SparseTensor<2, Double>& x, scn::Tape* tape = nullptr) const {
    return on_level(x, tape, [&] { return x.rulebook->centred(x.sites, window()); });
  }
  SparseTensor<2, Double> operator()(const SparseTensor<2, Double>& x,
                                     const std::shared_ptr<const scn::Sites<2, Double>>& outputs) const {
    return on_sites(x, outputs, nullptr, [&] { return x.rulebook->onto(x.sites, outputs, window()); });
  }
};

TEST_CASE("A windowed kernel keeps its window and has a weight for each tap") {
  Double device;
  const Window<2> window = submanifold_window(Taps<2>(scn::Cross<2>(3)));
  const Example layer(device, 4, 6, window, {.groups = 2});
  CHECK(layer.window() == window);
  const auto all = layer_cases::parameters<Double>(layer);
  CHECK(all.find("weight")->shape == std::vector<std::int64_t>{5, 2, 2, 3});
  CHECK(all.find("bias")->shape == std::vector<std::int64_t>{6});
  CHECK(layer_cases::parameters<Double>(Example(device, 4, 6, window, {.bias = false})).size() == 1);
}

TEST_CASE("A strided kernel makes its window of taps and stride") {
  Double device;
  CHECK(Example(device, 1, 1, 3, 2).window() == scn::strided_window(Point<2>(3), Point<2>(2)));
  CHECK(Example(device, 1, 1, {3, 1}, {2, 1}).window() == scn::strided_window(Point<2>{3, 1}, Point<2>{2, 1}));
}

TEST_CASE("A windowed kernel gives features on the level found, or on the sites given") {
  Double device;
  const Example layer(device, 1, 1, 1, 1);
  layer_cases::set(layer_cases::parameters<Double>(layer).find("weight")->variable, {2});
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {3}}, {{1, {0, 0}}, {5}}}, 1);
  CHECK(layer(x).sites == x.sites);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {1, 2}}, {6}}, {{1, {0, 0}}, {10}}});
  const auto outputs = library::make_sites<2>(device, std::vector<oracle::Site>{{0, {0, 0}}, {1, {0, 0}}});
  CHECK(layer(x, outputs).sites == outputs);
  CHECK(layer_cases::features(layer(x, outputs)) == oracle::Features{{{0, {0, 0}}, {0}}, {{1, {0, 0}}, {10}}});
}

TEST_CASE("A windowed kernel refuses under the layer's name: windows, groups, channels, and what find() throws") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          Example(device, 1, 1, Window<2>{.dilation = {1, 0}});
        }) ==
        "Example: a window needs sizes, strides and dilations of at least 1, got size (1, 1), stride (1, 1), "
        "dilation (1, 0), pad (0, 0)");
  CHECK(thrown_message<scn::InvalidArgument>([&] { Example(device, 4, 6, 3, 1, {.groups = 4}); }) ==
        "Example: 4 groups do not divide the channels 4 and 6");
  CHECK(device.draws == 0);
  const auto x = layer_cases::tensor<2>(device, {{{0, {1, 2}}, {3}}}, 1);
  CHECK(thrown_message<scn::InvalidArgument>([&] { Example(device, 2, 1, 1, 1)(x); }) ==
        "Example: input has 1 channels, expected 2");
  const std::shared_ptr<const scn::Sites<2, Double>> none;
  CHECK(thrown_message<scn::InvalidArgument>([&] { Example(device, 1, 1, 1, 1)(x, none); }) ==
        "Example: there are no sites to give outputs on");
  const Example drawn(device, 1, 1, scn::randomized_window(Window<2>{}, Point<2>(8), 1, 0));
  CHECK(thrown_message<scn::InvalidArgument>([&] { drawn(x, x.sites); }) ==
        "Example: a window with a table of starts has the outputs of that table, and no others: size (1, 1), stride "
        "(1, 1), dilation (1, 1), pad (0, 0), randomised");
}

}  // namespace

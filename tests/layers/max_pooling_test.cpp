// Tests of MaxPooling against the oracle.
#include "scn/layers/max_pooling.hpp"

#include <limits>

#include "catch.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_pooling.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::MaxPooling;
using scn::Over;
using scn::Point;
using scn::Window;

/// "" if the layer agrees with the oracle on the input.
template <int D>
std::string difference(Double& device, const MaxPooling<D, Double>& layer, const oracle::Features& input,
                       std::optional<Point<D>> extent = {}) {
  const auto drop = static_cast<std::size_t>(layer.settings().drop);
  const auto window = library::window(layer.window());
  const auto sites = oracle::sites_of(input), outputs = oracle::reached(sites, window, library::axes(extent));
  const auto pairs = oracle::pairs_between(sites, outputs, window);
  const auto x = layer_cases::tensor<D>(device, input, 3, extent);
  const auto y = layer_cases::pass(layer, x);
  const auto expected = layer.settings().over == Over::active ? oracle::active_max_pool(input, outputs, pairs, drop)
                                                              : oracle::max_pool(input, outputs, pairs, drop);
  const std::string found = oracle::difference(expected, layer_cases::features(y), layer_cases::tight);
  if (!found.empty()) return found;
  return oracle::difference(oracle::max_pool_backward(input, expected, pairs, layer_cases::gradient(y), drop),
                            layer_cases::gradient(x), layer_cases::tight);
}

/// The gradient of x in one dimension where that of the outputs is `dy`.
oracle::Features gradient(const MaxPooling<1, Double>& layer, const scn::SparseTensor<1, Double>& x,
                          const std::vector<double>& dy) {
  x.features.clear_gradient();
  scn::Tape tape;
  const auto y = layer(x, &tape);
  tape.backward(y.features, variable_of(x.device(), y.rows().bound, y.channels(), dy).value());
  return layer_cases::gradient(x);
}

TEST_CASE("MaxPooling and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    using Layer = MaxPooling<D, Double>;
    INFO("D = " << D);
    for (const auto& input : layer_cases::inputs(10 + D, D, 3)) {
      INFO(input.size() << " sites");
      for (const Over over : {Over::window, Over::active}) {
        CHECK(difference(device, Layer(device, 2, 2, {.over = over}), input) == "");
        CHECK(difference(device, Layer(device, 3, 2, {1, over}), input) == "");
        CHECK(difference(device, Layer(device, 1, 2, {2, over}), input) == "");
        CHECK(difference(device,
                         Layer(device, library::cycle<D>({4, 1, 2}), library::cycle<D>({1, 3, 2}), {.over = over}),
                         input) == "");
        CHECK(difference(device,
                         Layer(device, Window<D>{.size = 3, .stride = 2, .dilation = 2, .pad = 2}, {.over = over}),
                         input) == "");
      }
    }
  });
}

TEST_CASE("MaxPooling within an extent is the oracle's, clipped") {
  Double device;
  using Layer = MaxPooling<2, Double>;
  for (const auto& input : layer_cases::inputs(30, 2, 3, {.low = 0, .high = 7})) {
    CHECK(difference(device, Layer(device, 3, 2), input, std::optional(Point<2>(8))) == "");
    CHECK(difference(device, Layer(device, Window<2>{.size = 3, .stride = 2, .pad = 1}, {.over = Over::active}), input,
                     std::optional(Point<2>(8))) == "");
  }
}

TEST_CASE("Defect 3, kept: MaxPooling never goes below 0, and equal inputs each get the whole gradient", "[quirk 3]") {
  Double device;
  const MaxPooling<1, Double> layer(device, 2, 2);
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {-1, 5}}, {{0, {1}}, {-2, 5}}, {{0, {2}}, {3, 1}}}, 2);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {0}}, {0, 5}}, {{0, {1}}, {3, 1}}});
  CHECK(gradient(layer, x, {1, 1, 1, 1}) ==
        oracle::Features{{{0, {0}}, {0, 1}}, {{0, {1}}, {0, 1}}, {{0, {2}}, {1, 1}}});
}

TEST_CASE("Defect 4, mended: the gradient of MaxPooling goes to the channels it came from when others are dropped",
          "[quirk 4]") {
  Double device;
  const MaxPooling<1, Double> layer(device, 2, 2, {.drop = 2});
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {9, 9, 1, 4}}, {{0, {1}}, {9, 9, 2, 3}}}, 4);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {0}}, {2, 4}}});
  CHECK(gradient(layer, x, {5, 7}) == oracle::Features{{{0, {0}}, {0, 0, 0, 7}}, {{0, {1}}, {0, 0, 5, 0}}});
}

TEST_CASE("MaxPooling gives a 0 that is not above its inputs the gradient") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {-3, -1, 2}}, {{0, {1}}, {-5, 0, 2}}}, 3);
  const MaxPooling<1, Double> layer(device, 2, 2);
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {0}}, {0, 0, 2}}});
  CHECK(gradient(layer, x, {5, 6, 7}) == oracle::Features{{{0, {0}}, {0, 0, 7}}, {{0, {1}}, {0, 6, 7}}});
}

TEST_CASE("MaxPooling over active sites may go below 0") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {-3, -1, 2}}, {{0, {1}}, {-5, 0, 2}}}, 3);
  const MaxPooling<1, Double> layer(device, 2, 2, {.over = Over::active});
  CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {0}}, {-3, 0, 2}}});
  CHECK(gradient(layer, x, {5, 6, 7}) == oracle::Features{{{0, {0}}, {5, 0, 7}}, {{0, {1}}, {0, 6, 7}}});
}

TEST_CASE("MaxPooling passes over NaN, and is 0 where there is nothing else") {
  Double device;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {nan}}, {{0, {1}}, {4}}, {{0, {2}}, {nan}}}, 1);
  for (const Over over : {Over::window, Over::active}) {
    const MaxPooling<1, Double> layer(device, 2, 2, {.over = over});
    CHECK(layer_cases::features(layer(x)) == oracle::Features{{{0, {0}}, {4}}, {{0, {1}}, {0}}});
    CHECK(gradient(layer, x, {5, 6}) == oracle::Features{{{0, {0}}, {0}}, {{0, {1}}, {5}}, {{0, {2}}, {0}}});
  }
}

TEST_CASE("MaxPooling over active sites is 0 where floor(in / stride) leads to a window without any") {
  Double device;
  const Window<1> window{.size = 1, .stride = 2, .outputs = scn::Outputs::floor};
  const auto x = layer_cases::tensor<1>(device, {{{0, {0}}, {-7}}, {{0, {3}}, {-4}}}, 1);
  const auto y = MaxPooling<1, Double>(device, window, {.over = Over::active})(x);
  CHECK(layer_cases::features(y) == oracle::Features{{{0, {0}}, {-7}}, {{0, {1}}, {0}}});
}

TEST_CASE("MaxPooling has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = layer_cases::tensor<D>(device, layer_cases::batch(5, D, 3), 3);
    for (const Over over : {Over::window, Over::active})
      CHECK(layer_cases::gradient_difference(MaxPooling<D, Double>(device, 3, 2, {1, over}), x) == "");
  });
}

TEST_CASE("MaxPooling that drops every channel leaves rows of none") {
  Double device;
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 3), 3);
  const auto y = layer_cases::pass(MaxPooling<2, Double>(device, 2, 2, {3}), x);
  CHECK((y.channels() == 0 && y.rows().bound > 0));
  for (const double value : layer_cases::numbers(x.features.gradient())) CHECK(value == 0);
}

TEST_CASE("MaxPooling takes no rows of fewer channels than it drops") {
  Double device;
  const auto y = MaxPooling<2, Double>(device, 2, 2, {3})(layer_cases::tensor<2>(device, {}, 0));
  CHECK((y.rows().bound == 0 && y.channels() == 0));
}

TEST_CASE("MaxPooling refuses to drop more channels than there are, and works afterwards") {
  Double device;
  const MaxPooling<2, Double> layer(device, 2, 2, {3});
  const auto x = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 2), 2);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(x); }) ==
        "MaxPooling<2>: input has 2 channels, of which 3 cannot be dropped");
  CHECK((layer_cases::features(x) == layer_cases::batch(4, 2, 2) && x.rulebook->size() == 0));
  CHECK(layer(layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 4), 4)).channels() == 1);
}

TEST_CASE("MaxPooling refuses a negative number of dropped channels and windows that are none") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { MaxPooling<2, Double>(device, 2, 2, {-1}); }) ==
        "MaxPooling<2>: the number of dropped channels is negative: -1");
  CHECK(thrown_message<scn::InvalidArgument>([&] { MaxPooling<1, Double>(device, 0, 2); }) ==
        "MaxPooling<1>: a window needs sizes, strides and dilations of at least 1, got size (0), stride (2), dilation "
        "(1), "
        "pad (0)");
  CHECK(thrown_message<scn::LimitExceeded>([&] {
          MaxPooling<2, Double>(device, {65536, 32768}, 1);
        }) == "MaxPooling<2>: a window of size (65536, 32768) has more than 2147483647 taps");
}

TEST_CASE("MaxPooling refuses a window larger than the extent") {
  Double device;
  const auto x = layer_cases::tensor<1>(device, {{{0, {1}}, {1}}}, 1, Point<1>(2));
  CHECK(thrown_message<scn::InvalidArgument>([&] { MaxPooling<1, Double>(device, 3, 1)(x); }) ==
        "MaxPooling<1>: a window of size (3), stride (1), dilation (1), pad (0) does not fit into the extent (2)");
}

TEST_CASE("MaxPooling says which extent of inputs gives an extent of outputs") {
  Double device;
  CHECK(MaxPooling<2, Double>(device, {3, 2}, {2, 3}).input_size({10, 4}) == Point<2>{21, 11});
  CHECK(thrown_message<scn::LimitExceeded>([&] { MaxPooling<1, Double>(device, 2, 2).input_size(1 << 30 | 1); }) ==
        "MaxPooling<1>: the extent that leads to (1073741825) through size (2), stride (2), dilation (1), pad (0) "
        "passes the "
        "range of int32");
}

}  // namespace

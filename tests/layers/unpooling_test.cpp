// Tests of UnPooling against the oracle.
#include "scn/layers/unpooling.hpp"

#include "catch.hpp"
#include "scn/layers/average_pooling.hpp"
#include "scn/layers/max_pooling.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_pooling.hpp"
#include "support/thrown_message.hpp"
#include "support/variables.hpp"

namespace {

using layer_cases::Double;
using scn::AveragePooling;
using scn::Over;
using scn::Point;
using scn::UnPooling;
using scn::Window;

/// A tensor of three channels on the sites that a strided layer reaches from `fine`.
template <int D>
scn::SparseTensor<D, Double> coarse(Double& device, const oracle::Features& fine, const Window<D>& window,
                                    std::optional<Point<D>> extent = {}) {
  const auto x = AveragePooling<D, Double>(device, window)(layer_cases::tensor<D>(device, fine, 3, extent));
  x.features.set_needs_gradient(true);
  return x;
}

/// "" if the way back to `fine` agrees with the oracle.
template <int D>
std::string difference(Double& device, const UnPooling<D, Double>& layer, const oracle::Features& fine,
                       std::optional<Point<D>> extent = {}) {
  const auto drop = static_cast<std::size_t>(layer.settings().drop);
  const bool active = layer.settings().over == Over::active;
  const auto window = library::window(layer.window());
  const auto outputs = oracle::sites_of(fine), sites = oracle::reached(outputs, window, library::axes(extent));
  const auto pairs = oracle::transposed(oracle::pairs_between(outputs, sites, window));
  const auto x = coarse<D>(device, fine, layer.window(), extent);
  const auto input = layer_cases::features(x);
  const auto y = layer_cases::pass(layer, x);
  auto expected = oracle::zeros(outputs, 3 - drop);
  if (!input.empty())
    expected =
        active ? oracle::active_average_pool(input, outputs, pairs, drop) : oracle::unpool(input, outputs, pairs, drop);
  const std::string found = oracle::difference(expected, layer_cases::features(y), layer_cases::tight);
  if (!found.empty()) return found;
  const auto dy = layer_cases::gradient(y);
  return oracle::difference(active ? oracle::active_average_pool_backward(input, pairs, dy, drop)
                                   : oracle::unpool_backward(input, pairs, dy, drop),
                            layer_cases::gradient(x), layer_cases::tight);
}

TEST_CASE("UnPooling and its gradient are the oracle's in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    using Layer = UnPooling<D, Double>;
    INFO("D = " << D);
    for (const auto& fine : layer_cases::inputs(10 + D, D, 3)) {
      INFO(fine.size() << " sites");
      for (const Over over : {Over::window, Over::active}) {
        CHECK(difference(device, Layer(device, 2, 2, {.over = over}), fine) == "");
        CHECK(difference(device, Layer(device, 3, 2, {1, over}), fine) == "");
        CHECK(difference(device,
                         Layer(device, library::cycle<D>({4, 1, 2}), library::cycle<D>({1, 3, 2}), {.over = over}),
                         fine) == "");
        CHECK(difference(device,
                         Layer(device, Window<D>{.size = 3, .stride = 2, .dilation = 2, .pad = 2}, {.over = over}),
                         fine) == "");
      }
    }
  });
}

TEST_CASE("UnPooling within an extent gives 0 to sites that no window covers") {
  Double device;
  for (const Over over : {Over::window, Over::active})
    CHECK(difference(device, UnPooling<2, Double>(device, 3, 2, {.over = over}),
                     layer_cases::batch(3, 2, 3, {.low = 0, .high = 7}), std::optional(Point<2>(8))) == "");
}

TEST_CASE("Defect 6, kept: UnPooling sums overlapping parents, and takes their mean only on request", "[quirk 6]") {
  Double device;
  oracle::Features line;
  for (std::int32_t i = 0; i < 7; ++i) line[{0, {i}}] = {1};
  const auto fine = layer_cases::tensor<1>(device, line, 1, Point<1>(7));
  const auto x = scn::MaxPooling<1, Double>(device, 3, 2)(fine);
  CHECK(numbers_of(UnPooling<1, Double>(device, 3, 2)(x).features.value()) == std::vector<double>{1, 1, 2, 1, 2, 1, 1});
  CHECK(numbers_of(UnPooling<1, Double>(device, 3, 2, {.over = Over::active})(x).features.value()) ==
        std::vector<double>(7, 1.0));
}

TEST_CASE("Defect 7, mended: UnPooling says which extent leads to its outputs, and refuses what none leads to",
          "[quirk 7]") {
  Double device;
  const UnPooling<2, Double> layer(device, {3, 2}, {2, 2});
  CHECK(layer.input_size({21, 10}) == Point<2>{10, 5});
  CHECK(thrown_message<scn::InvalidArgument>([&] {
          layer.input_size({20, 10});
        }) ==
        "UnPooling<2>: a window of size (3, 2), stride (2, 2), dilation (1, 1), pad (0, 0) does not divide the extent "
        "(20, 10) without a remainder");
}

TEST_CASE("UnPooling of no coarse site at all gives 0") {
  Double device;
  const auto x = coarse<1>(device, {{{0, {4}}, {1, 2, 3}}}, scn::strided_window<1>(Point<1>(2), 2), Point<1>(5));
  REQUIRE(x.rows().bound == 0);
  CHECK(layer_cases::features(UnPooling<1, Double>(device, 2, 2)(x)) == oracle::Features{{{0, {4}}, {0, 0, 0}}});
}

TEST_CASE("UnPooling has the gradient of finite differences in 1 to 4 dimensions") {
  Double device;
  library::for_each_dimension<4>([&](auto dimension) {
    constexpr int D = dimension;
    const auto x = coarse<D>(device, layer_cases::batch(5, D, 3), scn::strided_window<D>(Point<D>(3), 2));
    for (const Over over : {Over::window, Over::active})
      CHECK(layer_cases::gradient_difference(UnPooling<D, Double>(device, 3, 2, {1, over}), x) == "");
  });
}

TEST_CASE("UnPooling refuses sites that no strided layer of its window led to, and works afterwards") {
  Double device;
  const auto fine = layer_cases::tensor<2>(device, layer_cases::batch(4, 2, 3), 3);
  const UnPooling<2, Double> layer(device, 3, 2);
  const std::string expected =
      "UnPooling<2>: no strided layer with a window of size (3, 3), stride (2, 2), dilation (1, 1), pad (0, 0) led to "
      "these sites, so there is no way back through it";
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(fine); }) == expected);
  CHECK(thrown_message<scn::InvalidArgument>([&] { layer(AveragePooling<2, Double>(device, 2, 2)(fine)); }) ==
        expected);
  CHECK(layer(AveragePooling<2, Double>(device, 3, 2)(fine)).sites == fine.sites);
}

TEST_CASE("UnPooling refuses to drop more channels than there are") {
  Double device;
  const auto x = coarse<2>(device, layer_cases::batch(4, 2, 3), scn::strided_window<2>(Point<2>(2), 2));
  CHECK(thrown_message<scn::InvalidArgument>([&] { UnPooling<2, Double>(device, 2, 2, {4})(x); }) ==
        "UnPooling<2>: input has 3 channels, of which 4 cannot be dropped");
}

TEST_CASE("UnPooling refuses a negative number of dropped channels and windows that are none") {
  Double device;
  CHECK(thrown_message<scn::InvalidArgument>([&] { UnPooling<2, Double>(device, 2, 2, {-1}); }) ==
        "UnPooling<2>: the number of dropped channels is negative: -1");
  CHECK(thrown_message<scn::InvalidArgument>([&] { UnPooling<1, Double>(device, 2, 0); }) ==
        "UnPooling<1>: a window needs sizes, strides and dilations of at least 1, got size (2), stride (0), dilation "
        "(1), pad (0)");
}

}  // namespace

// Tests of CenterPointEncoder: its parameters, the extents of its levels, and small inputs.
#include "scn/networks/center_point_encoder.hpp"

#include "catch.hpp"
#include "support/layer_cases.hpp"

namespace {

using layer_cases::Double;
using scn::Point;

TEST_CASE("CenterPointEncoder has 17 submanifold and 4 strided convolutions and the parameters of its closed form") {
  Double device;
  const scn::CenterPointEncoder<Double> net(device);
  std::int64_t convolutions = 0, weights = 0;
  for (const auto& parameter : net.parameters())
    if (parameter.shape.size() == 4) {
      ++convolutions;
      weights += parameter.variable.rows().bound * parameter.variable.channels();
    }
  CHECK(convolutions == 21);
  const std::int64_t blocks = 4 * 27 * (16 * 16 + 32 * 32 + 64 * 64 + 128 * 128);
  const std::int64_t steps = 27 * (16 * 32 + 32 * 64 + 64 * 128) + 3 * 128 * 128;
  CHECK(weights == 27 * 5 * 16 + blocks + steps);
  const std::int64_t norms = 2 * (16 * 5 + 32 * 5 + 64 * 5 + 128 * 5 + 128);
  CHECK(net.parameters().elements() == weights + norms);
}

TEST_CASE("CenterPointEncoder brings 41 x 1440 x 1440 to 2 x 180 x 180, as its detector expects") {
  Double device{.threads = 1};
  const scn::CenterPointEncoder<Double> net(device, 1);
  const auto x = layer_cases::tensor<3>(device, {{{0, {40, 1439, 1439}}, {1}}, {{0, {0, 0, 0}}, {1}}}, 1,
                                        Point<3>{41, 1440, 1440});
  const auto y = net(x);
  CHECK(y.extent() == Point<3>{2, 180, 180});
  CHECK(y.channels() == 128);
}

TEST_CASE("CenterPointEncoder takes no rows, one site and an empty sample") {
  Double device{.threads = 1};
  const scn::CenterPointEncoder<Double> net(device, 2);
  for (const auto& input : layer_cases::inputs(1, 3, 2)) {
    const auto y = layer_cases::pass(net, layer_cases::tensor<3>(device, input, 2));
    CHECK((y.rows().bound == 0) == input.empty());
  }
}

}  // namespace
